use std::process::Stdio;

use ferry_tenant::{Right, Tenant};
use serde_json::Value;
use tokio::io::AsyncWriteExt;

use crate::stage::{Ran, Stage};

#[tokio::test(flavor = "multi_thread")]
async fn client_credentials_sign_in_and_out() {
    let stage = Stage::new().await;
    let none = stage.ferry(&["--json", "whoami"]).await.expect_code(4);
    assert_eq!(none.last()["code"], "SignInRequired");

    let ran =
        stage.ferry(&["--json", "login", stage.tenant.url(), "--client-credentials"]).await.expect_code(0);
    let account = ran.last();
    assert_eq!(account["event"], "signed_in");
    assert_eq!(account["tenant_url"], format!("{}/", stage.tenant.url()));
    assert_eq!(account["rights"][0], "upload");
    assert_eq!(stage.ferry(&["--json", "whoami"]).await.expect_code(0).last()["id"], account["id"]);
    assert_eq!(stage.ferry(&["--json", "accounts"]).await.expect_code(0).lines().len(), 1);
    stage.ferry(&["--account", "127.0.0.1", "whoami"]).await.expect_code(2);
    let host = stage.tenant.url().trim_start_matches("http://").to_owned();
    stage.ferry(&["--account", &host, "whoami"]).await.expect_code(0);

    stage.ferry(&["logout"]).await.expect_code(0);
    let ran = stage.ferry(&["--json", "whoami"]).await.expect_code(0);
    assert_eq!(ran.last()["state"], "signed_out");
    assert_eq!(stage.ferry(&["--json", "tree"]).await.expect_code(4).last()["code"], "SignInRequired");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_secret_may_come_on_standard_input() {
    let stage = Stage::new().await;
    let words = ["--json", "login", stage.tenant.url(), "--client-credentials", "--app-secret-stdin"];
    let mut child =
        stage.command(&words).env_remove("FERRY_APP_SECRET").stdin(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(format!("{}\n", stage.tenant.app_secret()).as_bytes()).await.unwrap();
    drop(input);
    let ran = Ran::from(child.wait_with_output().await.unwrap()).expect_code(0);
    assert_eq!(ran.last()["event"], "signed_in");
    assert!(!ran.out.contains(stage.tenant.app_secret()) && !ran.err.contains(stage.tenant.app_secret()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_secret_is_said_to_be_one() {
    let stage = Stage::new().await;
    let mut command = stage.command(&["--json", "login", stage.tenant.url(), "--client-credentials"]);
    let ran = crate::stage::ended(command.env("FERRY_APP_SECRET", "not it")).await.expect_code(4);
    let last = ran.last();
    assert_eq!(
        (&last["event"], &last["code"], &last["who"]),
        (&"error".into(), &"CredentialsRefused".into(), &"admin".into())
    );
    assert!(last["message"].as_str().unwrap().contains("does not accept"), "{last}");
    assert!(ran.err.contains("Your Canto administrator can fix this"), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_app_id_it_says_what_to_ask_for() {
    let stage = Stage::new().await;
    let mut command = stage.command(&["--json", "login", stage.tenant.url(), "--client-credentials"]);
    let ran = crate::stage::ended(command.env_remove("FERRY_APP_ID")).await.expect_code(4);
    assert!(ran.err.contains("--app-id"), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_tenant_is_said_to_be_one() {
    let stage = Stage::new().await;
    let page = web_page().await;
    let mut sentences = std::collections::BTreeSet::new();
    for (tenant, said) in [
        ("", "No address was given"),
        ("no such thing!", "can't be read as an address"),
        ("jo@acme.com", "is an e-mail address"),
        ("/home/jo/photo.jpg", "is a file or folder"),
        ("ftp://acme.canto.com", "is no web address"),
        ("http://acme.canto.com", "begins with http://"),
        ("www.canto.com", "is a site of Canto itself"),
        ("https://jo:hush@acme.canto.com", "holds a name and a password"),
        ("http://127.0.0.1:9", "takes no connections"),
        (&stage.tenant.url().replace("http:", "https:"), "but not encrypted"),
        (&page, "but it is no Canto library"),
    ] {
        for how in ["--client-credentials", "--no-browser"] {
            let ran = stage.ferry(&["--json", "login", how, "--", tenant]).await.expect_code(4);
            assert_eq!(ran.last()["code"], "TenantUnknown", "{tenant}: {ran:#?}");
            assert!(ran.err.contains(said) && ran.err.contains("You can fix this"), "{tenant}: {ran:#?}");
            assert!(!ran.err.contains("hush") && !ran.out.contains("hush"), "{ran:#?}");
            sentences.insert(ran.err);
        }
    }
    assert_eq!(sentences.len(), 11, "{sentences:#?}");
    assert_eq!(stage.ferry(&["--json", "accounts"]).await.expect_code(0).lines().len(), 0);
}

/// A server that answers everything with a page.
async fn web_page() -> String {
    use tokio::io::AsyncReadExt;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 4096];
            drop(stream.read(&mut request).await);
            let body = "<html><h1>Welcome to the hotel</h1></html>";
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                body.len()
            );
            drop(stream.write_all(format!("{head}{body}").as_bytes()).await);
            drop(stream.shutdown().await);
        }
    });
    address
}

/// Does what a person does in the browser. The address that it comes back to, if it does.
pub async fn in_browser(tenant: &Tenant, page: &str, email: &str, decision: &str) -> reqwest::Response {
    drop(rustls::crypto::ring::default_provider().install_default());
    let browser = reqwest::Client::new();
    let form = browser.get(page).send().await.unwrap();
    assert_eq!(form.status(), 200);
    let password = tenant.users().into_iter().find(|user| user.email == email).unwrap().password;
    let mut fields: Vec<(String, String)> =
        url::Url::parse(page).unwrap().query_pairs().into_owned().collect();
    fields.extend(
        [("email", email), ("password", &password), ("decision", decision)]
            .map(|(a, b)| (a.into(), b.into())),
    );
    browser.post(page).form(&fields).send().await.unwrap()
}

/// Signs in as a user through the browser.
pub async fn as_user(stage: &Stage, email: &str) -> Value {
    let mut login = stage.start(&["--json", "login", stage.tenant.url(), "--no-browser"]);
    let started = login.json().await;
    assert_eq!(started["event"], "sign_in_started");
    let answer = in_browser(&stage.tenant, started["url"].as_str().unwrap(), email, "allow").await;
    assert!(answer.text().await.unwrap().contains("go back to Ferry"));
    let (code, last) = login.end().await;
    assert_eq!(code, Some(0), "{last:?}");
    last.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_browser_signs_in() {
    let stage = Stage::new().await;
    let account = as_user(&stage, "contributor@demo.test").await;
    assert_eq!(
        (&account["event"], &account["email"]),
        (&"signed_in".into(), &"contributor@demo.test".into())
    );
    stage.ferry(&["--account", "contributor@demo.test", "tree"]).await.expect_code(0);

    // A second account of the tenant: from now on one has to say which.
    as_user(&stage, "admin@demo.test").await;
    let ran = stage.ferry(&["tree"]).await.expect_code(2);
    assert!(ran.err.contains("--account") && ran.err.contains("admin@demo.test"), "{ran:#?}");
    stage.ferry(&["--account", "admin@demo.test", "tree"]).await.expect_code(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_station_may_act_for_a_user() {
    let stage = Stage::new().await;
    let login = ["--json", "login", stage.tenant.url(), "--client-credentials", "--on-behalf-of"];
    let ran = stage.ferry(&[&login[..], &["contributor@demo.test"]].concat()).await.expect_code(0);
    assert_eq!(ran.last()["email"], "contributor@demo.test");
    let ran = stage.ferry(&[&login[..], &["nobody@demo.test"]].concat()).await.expect_code(4);
    assert!(ran.err.contains("knows no user") && ran.err.contains("--on-behalf-of"), "{ran:#?}");
    stage.ferry(&["login", "acme", "--on-behalf-of", "jo@acme.com"]).await.expect_code(2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_that_is_declined_ends() {
    let stage = Stage::new().await;
    let mut login = stage.start(&["--json", "login", stage.tenant.url(), "--no-browser"]);
    let page = login.json().await["url"].as_str().unwrap().to_owned();
    in_browser(&stage.tenant, &page, "admin@demo.test", "deny").await;
    let (code, last) = login.end().await;
    assert_eq!((code, &last.unwrap()["code"]), (Some(4), &"SignInCancelled".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn others_work_while_a_sign_in_waits() {
    let stage = Stage::signed_in().await;
    let mut login = stage.start(&["--json", "login", stage.tenant.url(), "--no-browser"]);
    login.json().await;
    stage.file("a.txt", b"a");
    stage.upload("Inbox", &["a.txt"]).await.expect_code(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consumer_is_told_which_right_is_missing() {
    let stage = Stage::new().await;
    let account = as_user(&stage, "consumer@demo.test").await;
    assert!(!account["rights"].as_array().unwrap().contains(&"upload".into()));
    stage.file("a.txt", b"a");
    let ran = stage.ferry(&["--json", "upload", "a.txt", "--to", "Inbox"]).await.expect_code(4);
    let job = ran.job("a.txt");
    assert_eq!((&job["state"], &job["error"]["code"]), (&"blocked".into(), &"NoPermission".into()));
    assert_eq!((&ran.last()["event"], &ran.last()["blocked"]), (&"batch_finished".into(), &1.into()));
    let ran = stage.ferry(&["upload", "a.txt", "--to", "Inbox"]).await.expect_code(4);
    assert!(ran.err.contains("no right to upload") && ran.err.contains("administrator"), "{ran:#?}");

    // The administrator gives it; the next sign-in learns of it.
    stage.tenant.set_rights("consumer@demo.test", &[Right::Upload, Right::Download, Right::Assign]);
    as_user(&stage, "consumer@demo.test").await;
    stage.ferry(&["retry", "--all"]).await.expect_code(0);
    let _engine = stage.engine().await;
    stage.wait_for("done", 2).await;
}
