//! Missing rights on the command line: what is missing where, who can give it, and another place; and several accounts.

use serde_json::Value;

use crate::stage::{Stage, ended};
use ferry_tenant::{Action, FaultBody, Match, Right, Role, Rule, User};

fn forbidden(path: &str) -> Rule {
    let action = Action::Status { code: 403, retry_after: None, body: FaultBody::Json, after_bytes: None };
    Rule::new(Match::path(path), action)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_t_go_to_an_album_goes_to_another_one() {
    let stage = Stage::signed_in().await;
    for number in 0..5 {
        stage.file(&format!("Shoot/{number}.jpg"), format!("picture {number}").as_bytes());
    }
    let album = stage.tenant.node_id(&["Marketing", "Press 24/25"], true).unwrap();
    let to = format!("album:{album}");
    // Read when it is named, by a program that sends nothing; refused from then on, so that whoever sends finds it closed.
    stage.tenant.add_fault(forbidden(&format!("/api/v1/info/album/{album}")).after(1));
    let files: Vec<String> = (0..5).map(|number| format!("Shoot/{number}.jpg")).collect();
    let mut words = vec!["--json", "upload", "--detach", "--to", &to];
    words.extend(files.iter().map(String::as_str));
    let batch = stage.ferry(&words).await.expect_code(0).last()["batch"].to_string();
    let engine = stage.engine().await;
    for job in stage.wait_for("blocked", 5).await {
        assert_eq!((&job["error"]["code"], &job["error"]["who"]), (&"NoPermission".into(), &"admin".into()));
    }
    drop(engine);
    assert_eq!(stage.tenant.assets().len(), 0);

    let ran = stage.ferry(&["--json", "retarget", "--batch", &batch, "--to", "Nowhere"]).await.expect_code(4);
    assert_eq!(ran.last()["code"], "DestinationMissing");
    stage.ferry(&["retarget", "--to", "Inbox"]).await.expect_code(2);
    assert_eq!(
        stage.ferry(&["--json", "retarget", "999", "--to", "Inbox"]).await.expect_code(2).last()["code"],
        "JobMissing"
    );
    let ran = stage.ferry(&["--json", "retarget", "--batch", &batch, "--to", "Inbox"]).await.expect_code(0);
    assert_eq!((&ran.last()["action"], &ran.last()["changed"]), (&"retarget".into(), &5.into()));
    let engine = stage.engine().await;
    stage.wait_for("done", 5).await;
    drop(engine);
    let inbox = stage.tenant.node_id(&["Inbox"], true).unwrap();
    assert_eq!(stage.asset("0.jpg").albums, [inbox]);
    assert_eq!(stage.tenant.assets().len(), 5);
    let ran = stage.ferry(&["retarget", "--batch", &batch, "--to", "Inbox"]).await.expect_code(0);
    assert!(ran.err.contains("Only jobs that are not under way"), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_without_the_right_is_shown_and_so_is_the_right_once_it_is_given() {
    let stage = Stage::new().await;
    let me = "admin@demo.test";
    stage.tenant.set_rights(me, &[Right::Download]);
    let login = stage.ferry(&["login", stage.tenant.url(), "--client-credentials"]).await.expect_code(0);
    assert!(login.err.contains("no right to upload"), "{login:#?}");
    for words in [&["whoami"][..], &["accounts"], &["status"]] {
        let ran = stage.ferry(words).await.expect_code(0);
        assert!(ran.out.contains("no right to upload"), "{words:?}: {ran:#?}");
    }
    let ran = stage.ferry(&["--json", "whoami"]).await.expect_code(0);
    assert_eq!(ran.last()["rights"], serde_json::json!(["download"]));
    stage.file("a.jpg", b"a picture");
    let ran = stage.ferry(&["upload", "--to", "Inbox", "a.jpg"]).await.expect_code(4);
    let said = format!("{}{}", ran.out, ran.err);
    assert!(said.contains("no right to upload to"), "{ran:#?}");
    assert!(said.contains("Your Canto administrator can fix this"), "{ran:#?}");
    assert!(said.contains("a consumer needs to become a contributor"), "{ran:#?}");
    stage.tenant.set_rights(me, &Role::Admin.rights());
    let engine = stage.engine().await;
    stage.ferry(&["retry", "--all"]).await.expect_code(0);
    stage.wait_for("done", 1).await;
    drop(engine);
    let ran = stage.ferry(&["whoami"]).await.expect_code(0);
    assert!(ran.out.contains("signed in") && !ran.out.contains("no right"), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_users_of_a_tenant_are_named_with_account() {
    let stage = Stage::signed_in().await;
    let other = User { email: "jo@demo.test".into(), ..stage.tenant.users().remove(0) };
    stage.tenant.put_user(other);
    let words = ["login", stage.tenant.url(), "--client-credentials", "--on-behalf-of", "jo@demo.test"];
    stage.ferry(&words).await.expect_code(0);
    assert_eq!(stage.ferry(&["--json", "accounts"]).await.expect_code(0).lines().len(), 2);
    stage.file("a.jpg", b"mine");
    let ran = stage.ferry(&["upload", "--to", "Inbox", "a.jpg"]).await.expect_code(2);
    assert!(ran.err.contains("there are several accounts") && ran.err.contains("jo@demo.test"), "{ran:#?}");
    let jo = ["--json", "--account", "jo@demo.test", "upload", "--to", "Inbox", "a.jpg"];
    stage.ferry(&jo).await.expect_code(0);
    assert!(stage.asset("a.jpg").owner.contains("jo@demo.test"), "{:?}", stage.asset("a.jpg"));
    // Only one of them signs out, and is asked for by name.
    stage.ferry(&["logout"]).await.expect_code(2);
    stage.ferry(&["--account", "jo@demo.test", "logout", "--drop-queue"]).await.expect_code(0);
    let states: Vec<Value> = stage.ferry(&["--json", "accounts"]).await.lines();
    let of = |email: &str| states.iter().find(|one| one["email"] == email).unwrap()["state"].clone();
    assert_eq!((of("jo@demo.test"), of("admin@demo.test")), ("signed_out".into(), "signed_in".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nothing_is_kept_each_command_signs_in() {
    let stage = Stage::new().await;
    let without = |words: &[&str]| {
        let mut command = stage.command(words);
        command.env_remove("FERRY_PASSPHRASE");
        command
    };
    ended(&mut without(&["settings", "set", "secrets", "session"])).await.expect_code(0);
    let ran =
        ended(&mut without(&["login", stage.tenant.url(), "--client-credentials"])).await.expect_code(0);
    assert!(ran.err.contains("Nothing is kept"), "{ran:#?}");
    assert!(!stage.data.path().join("credentials.enc").exists());
    ended(&mut without(&["tree"])).await.expect_code(0);
    stage.file("a.jpg", b"a picture");
    ended(&mut without(&["--json", "upload", "--to", "Inbox", "a.jpg"])).await.expect_code(0);
    assert_eq!(stage.bytes_of("a.jpg"), b"a picture");
    // The key comes from the environment; without it nobody gets in.
    let mut command = without(&["--json", "tree"]);
    let ran = ended(command.env_remove("FERRY_APP_SECRET")).await.expect_code(4);
    assert_eq!(ran.last()["code"], "CredentialsRefused", "{ran:#?}");
}
