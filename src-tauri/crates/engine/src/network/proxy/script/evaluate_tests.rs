#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail by panic")]

use super::*;

fn ask(script: &str, url: &str) -> Result<String, Trouble> {
    Evaluator::new(script)?.ask(&Url::parse(url).unwrap())
}

/// Each line is true, or named.
fn holds(lines: &[&str]) {
    for line in lines {
        let script =
            format!("function FindProxyForURL(url, host) {{ return ({line}) ? 'PROXY yes:1' : 'no'; }}");
        assert_eq!(ask(&script, "https://acme.canto.com/").as_deref(), Ok("PROXY yes:1"), "{line}");
    }
}

#[test]
fn what_a_script_may_call() {
    holds(&[
        "isPlainHostName('nas') && !isPlainHostName('nas.lan') && !isPlainHostName('::1')",
        "dnsDomainIs('www.Acme.com', '.acme.com') && !dnsDomainIs('acme.com.evil', '.acme.com')",
        "localHostOrDomainIs('www', 'www.acme.com') && localHostOrDomainIs('www.acme.com', 'www.acme.com')",
        "!localHostOrDomainIs('www.acme.org', 'www.acme.com')",
        "dnsResolve('127.0.0.1') === '127.0.0.1' && dnsResolve('nowhere.invalid') === null",
        "isResolvable('127.0.0.1') && !isResolvable('nowhere.invalid')",
        "isInNet('10.1.2.3', '10.0.0.0', '255.0.0.0') && !isInNet('11.1.2.3', '10.0.0.0', '255.0.0.0')",
        "isInNet('192.168.1.7', '192.168.1.7', '255.255.255.255')",
        "isInNetEx('fd00::1', 'fd00::/8') && !isInNetEx('10.0.0.1', 'fd00::/8')",
        "/^\\d+\\.\\d+\\.\\d+\\.\\d+$/.test(myIpAddress()) && typeof myIpAddressEx() === 'string'",
        "convert_addr('104.16.41.2') === 1745889538",
        "dnsDomainLevels('www') === 0 && dnsDomainLevels('www.acme.com') === 2",
        "shExpMatch('http://a.acme.com/x', '*.acme.com/*') && !shExpMatch('http://a.acme.org/', '*.acme.com/*')",
        "shExpMatch('abc', 'a?c') && !shExpMatch('abc', 'a?') && shExpMatch('', '*') && !shExpMatch('a.c', 'a\\\\.c')",
        "sortIpAddressList('10.0.0.1;fd00::1') === 'fd00::1;10.0.0.1'",
        "host === 'acme.canto.com' && url === 'https://acme.canto.com/'",
    ]);
}

#[test]
fn times_and_days() {
    // The script's own clock is the computer's: set to Wednesday, 24 December 2025, 14:30:15 here and in Greenwich.
    let set = "Date = class { getDay() { return 3 } getDate() { return 24 } getMonth() { return 11 } \
               getFullYear() { return 2025 } getHours() { return 14 } getMinutes() { return 30 } \
               getSeconds() { return 15 } getUTCDay() { return 4 } getUTCHours() { return 2 } getUTCMinutes() { return 0 } \
               getUTCSeconds() { return 0 } getUTCDate() { return 25 } getUTCMonth() { return 11 } \
               getUTCFullYear() { return 2025 } };";
    for (line, expected) in [
        ("weekdayRange('MON', 'FRI')", true),
        ("weekdayRange('SAT', 'WED')", true),
        ("weekdayRange('THU')", false),
        ("weekdayRange('THU', 'GMT')", true),
        ("dateRange(24)", true),
        ("dateRange('DEC')", true),
        ("dateRange(1, 23)", false),
        ("dateRange('NOV', 'JAN')", true),
        ("dateRange(20, 'DEC', 6, 'JAN')", true),
        ("dateRange(24, 'DEC', 2025)", true),
        ("dateRange(24, 'DEC', 2024)", false),
        ("dateRange(1, 'JUN', 2025, 23, 'DEC', 2025)", false),
        ("dateRange(25, 'GMT')", true),
        ("timeRange(14)", true),
        ("timeRange(8, 14)", true),
        ("timeRange(22, 6)", false),
        ("timeRange(22, 6, 'GMT')", true),
        ("timeRange(14, 0, 14, 29)", false),
        ("timeRange(14, 30, 15, 14, 30, 15)", true),
        ("timeRange()", false),
    ] {
        let script = format!("{set} function FindProxyForURL() {{ return String({line}); }}");
        assert_eq!(ask(&script, "https://x/").unwrap(), expected.to_string(), "{line}");
    }
}

#[test]
fn a_script_that_never_ends_is_ended() {
    let before = Instant::now();
    assert_eq!(ask("function FindProxyForURL() { for (;;) {} }", "https://x/"), Err(Trouble::TooSlow));
    assert!(before.elapsed() < TIME * 2);
}

#[test]
fn what_is_no_script_or_fails_is_said_to_be_so() {
    assert!(matches!(Evaluator::new("<html>Sign in</html>").err(), Some(Trouble::NoScript(_))));
    assert!(matches!(Evaluator::new("var x = 1;").err(), Some(Trouble::NoScript(_))));
    let thrown = ask("function FindProxyForURL(url) { return nothing.there; }", "https://x/").unwrap_err();
    assert!(matches!(&thrown, Trouble::Fails(why) if why.contains("nothing")), "{thrown:?}");
    assert_eq!(ask("function FindProxyForURL() { return null; }", "https://x/").unwrap(), "");
    let much = "function FindProxyForURL() { let a = 'x'; for (;;) a += a; }";
    assert!(matches!(ask(much, "https://x/").unwrap_err(), Trouble::Fails(_)));
}

#[test]
fn a_script_in_the_loose_old_style_runs() {
    let old = "with_var = 1; function FindProxyForURL(url, host) { proxy = 'PROXY ' + host + ':' + with_var; return proxy; }";
    assert_eq!(ask(old, "https://x/").unwrap(), "PROXY x:1");
}
