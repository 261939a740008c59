//! What `ferry` prints, logs at its loudest and keeps on the disk holds no secret.

use std::path::Path;

use ferry_tenant::{Options, RefreshRule, Switches, Tenant};
use tempfile::TempDir;

use crate::login::in_browser;
use crate::stage::{Ran, Running, Stage, ended};

const PASSPHRASE: &str = "a word for tests";
const WRONG: &str = "a-wrong-app-secret-4711";
const PASTED: &str = "hush-hush-4711";

/// Runs `ferry` as loud as it can be.
async fn loud(stage: &Stage, words: &[&str]) -> Ran {
    ended(stage.command(words).env("FERRY_LOG", "trace")).await
}

/// Plain, as in an address, and as bytes are shown.
fn forms(secret: &str) -> [Vec<u8>; 3] {
    let percent: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    [secret.into(), percent.into_bytes(), crate::support::hex_of(secret.as_bytes()).into_bytes()]
}

fn holds(bytes: &[u8], secret: &str) -> bool {
    forms(secret).iter().any(|form| bytes.windows(form.len()).any(|window| window == form))
}

fn look_below(folder: &Path, secrets: &[String]) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            look_below(&path, secrets);
        } else if let Ok(bytes) = std::fs::read(&path) {
            for (number, secret) in secrets.iter().enumerate() {
                assert!(!holds(&bytes, secret), "secret {number} in {}", path.display());
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_ferry_says_or_keeps_holds_a_secret() {
    let switches = Switches { ingest_delay_ms: 20, refresh: RefreshRule::Rotate, ..Switches::default() };
    let tenant = Tenant::start(Options { switches, ..Options::default() }).await.unwrap();
    let stage = Stage { tenant, data: TempDir::new().unwrap(), files: TempDir::new().unwrap() };
    let url = stage.tenant.url().to_owned();
    stage.file("Shoot/a.jpg", &[7; 70_000]);
    stage.file("Shoot/b.jpg", b"b");
    let mut said = Vec::new();

    let mut wrong = stage.command(&["login", &url, "--client-credentials"]);
    said.push(ended(wrong.env("FERRY_LOG", "trace").env("FERRY_APP_SECRET", WRONG)).await.expect_code(4));
    let pasted = format!("https://jo:{PASTED}@acme.canto.com");
    said.push(loud(&stage, &["login", &pasted]).await.expect_code(4));
    said.push(loud(&stage, &["login", &url, "--client-credentials"]).await.expect_code(0));
    // Its first line is the address for the browser, which has to be said.
    let log = stage.files.path().join("login.log");
    let mut command = stage.command(&["--json", "login", &url, "--no-browser"]);
    let to = std::fs::File::create(&log).unwrap();
    let mut login = Running::logging(command.env("FERRY_LOG", "trace").stderr(to));
    let page = login.json().await["url"].as_str().unwrap().to_owned();
    in_browser(&stage.tenant, &page, "contributor@demo.test", "allow").await;
    assert_eq!(login.end().await.0, Some(0));
    let err = std::fs::read_to_string(&log).unwrap();
    said.push(Ran { code: Some(0), out: String::new(), err });

    let as_jo = ["--account", "contributor@demo.test"];
    stage.tenant.expire_tokens();
    said.push(
        loud(
            &stage,
            &[&as_jo[..], &["upload", "Shoot", "--to", "Inbox", "--create", "--set", "description=x"]]
                .concat(),
        )
        .await,
    );
    assert_eq!(said.last().unwrap().code, Some(0), "{:#?}", said.last());
    for words in [&["receipt", "1"][..], &["--json", "jobs"], &["--json", "accounts"], &["status"]] {
        said.push(loud(&stage, words).await.expect_code(0));
    }
    stage.tenant.expire_tokens();
    stage.tenant.expire_refresh_tokens();
    said.push(loud(&stage, &[&as_jo[..], &["tree"]].concat()).await.expect_code(4));

    let mut secrets =
        vec![WRONG.into(), PASTED.into(), PASSPHRASE.into(), stage.tenant.app_secret().to_owned()];
    secrets.extend(stage.tenant.users().into_iter().map(|user| user.password));
    secrets.extend(stage.tenant.issued_tokens());
    assert!(secrets.len() >= 10, "tokens were issued: {}", secrets.len());
    assert!(said.iter().any(|ran| ran.err.contains("TRACE")), "the log was on");
    for ran in &said {
        for (number, secret) in secrets.iter().enumerate() {
            let found = holds(ran.out.as_bytes(), secret) || holds(ran.err.as_bytes(), secret);
            assert!(!found, "secret {number} was said: {ran:#?}");
        }
    }
    look_below(stage.data.path(), &secrets);
}
