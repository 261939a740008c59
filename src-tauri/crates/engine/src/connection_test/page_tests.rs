use std::collections::BTreeMap;

use super::*;
use crate::connection_test::{html, plain};
use crate::error::{ErrorCode, Failure};
use crate::model::{Advice, HostPurpose, NetworkWay, SpeedFound, StepKind, StepWord, WayReason};

fn step(step: StepKind, state: StepState) -> TestStep {
    TestStep {
        step,
        host: None,
        state,
        millis: 1_234,
        word: None,
        values: BTreeMap::new(),
        way: None,
        failure: None,
    }
}

fn report() -> ConnectionReport {
    let signed = "https://store.example/part?X-Amz-Signature=5ec2e7";
    let way = NetworkWay {
        target: "acme.canto.com".into(),
        proxy: Some("http://proxy.acme.com:3128".into()),
        with_login: true,
        reason: Some(WayReason::Script),
        rule: Some("http://wpad.acme.com/proxy.pac?key=5ec2e7".into()),
        failure: None,
    };
    let blocked = Failure::new(ErrorCode::NetworkOffline)
        .with("reason", "refused")
        .with("host", "store.example")
        .because(format!("at {signed}: <b>refused</b>"));
    let host = |host: &str, purposes: &[HostPurpose], proxy: Option<&str>| TestHost {
        host: host.into(),
        port: 443,
        purposes: purposes.to_vec(),
        addresses: vec!["192.0.2.7".into()],
        proxy: proxy.map(str::to_owned),
    };
    ConnectionReport {
        tenant: "acme.canto.com".into(),
        hosts: vec![
            host("acme.canto.com", &[HostPurpose::Api], Some("http://proxy.acme.com:3128")),
            host("oauth.canto.com", &[HostPurpose::SignIn], None),
            host("store.example", &[HostPurpose::Store], None),
        ],
        steps: vec![
            TestStep { way: Some(way), ..step(StepKind::Way, StepState::Fine) },
            TestStep { failure: Some(blocked), ..step(StepKind::Connect, StepState::Failed) },
            TestStep { word: Some(StepWord::EarlierFailed), ..step(StepKind::Speed, StepState::Skipped) },
        ],
        latency: Some(41),
        speed: Some(SpeedFound {
            levels: vec![SpeedLevel { streams: 1, speed: 2_000_000 }],
            limit: None,
            advice: Some(Advice {
                streams: 1,
                speed: 2_000_000,
                part_size: Some(8 << 20),
                seconds: 5_000,
                taken_up: true,
            }),
        }),
        version: "1.2.3".into(),
        system: "Debian 13".into(),
        ended: true,
        ..ConnectionReport::default()
    }
}

#[test]
fn everything_that_has_to_be_opened_is_named_in_both_forms_and_languages() {
    for language in [PageLanguage::English, PageLanguage::German] {
        for page in [html(&report(), language), plain(&report(), language)] {
            for named in [
                "acme.canto.com",
                "oauth.canto.com",
                "store.example",
                "TCP 443",
                "18431–18435",
                "http://proxy.acme.com:3128",
                "CONNECT",
                "ETag",
                "Content-MD5",
                "PUT",
                "POST",
                "PEM",
                "192.0.2.7",
                "NetworkOffline",
                "41 ms",
                "8 MiB",
                "Ferry 1.2.3",
                "Debian 13",
                "84 min",
            ] {
                assert!(page.contains(named), "{named} is missing in {page}");
            }
        }
    }
}

#[test]
fn no_signature_and_no_markup_of_others_gets_in() {
    for language in [PageLanguage::English, PageLanguage::German] {
        for page in [html(&report(), language), plain(&report(), language)] {
            assert!(!page.contains("5ec2e7") && !page.contains("Signature"), "{page}");
        }
        let page = html(&report(), language);
        assert!(!page.contains("<b>refused") && page.contains("&lt;b&gt;refused"), "{page}");
        assert!(page.contains("<tr class=problem>"), "what failed is seen at once");
        assert!(!page.contains("<script") && !page.contains("src="), "it stands by itself");
    }
}

#[test]
fn the_page_speaks_its_language() {
    let (english, german) = (html(&report(), PageLanguage::English), html(&report(), PageLanguage::German));
    assert!(english.contains("<html lang=en>") && english.contains("Connections that Ferry needs"));
    assert!(
        german.contains("<html lang=de>") && german.contains("nimmt auf diesem Port keine Verbindung an")
    );
    assert!(german.contains("Nicht versucht") && !german.contains("Not tried"));
}

#[test]
fn what_stands_behind_a_question_mark_of_an_address_is_left_out() {
    for (text, kept) in [
        ("at http://x/y?a=b: no", "at http://x/y: no"),
        ("the script http://w/p.pac?k=v.", "the script http://w/p.pac."),
        ("really? yes", "really? yes"),
        ("http://x/?a", "http://x/"),
    ] {
        assert_eq!(without_queries(text), kept);
    }
}
