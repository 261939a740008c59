//! `ferry network test`, as somebody uses it whose uploads don't go.

use ferry_tenant::{Options, Tenant};
use serde_json::Value;
use tempfile::TempDir;

use crate::stage::{Ran, Stage};

async fn signed_in(options: Options) -> Stage {
    let tenant = Tenant::start(options).await.unwrap();
    let stage = Stage { tenant, data: TempDir::new().unwrap(), files: TempDir::new().unwrap() };
    stage.ferry(&["login", stage.tenant.url(), "--client-credentials"]).await.expect_code(0);
    stage
}

#[track_caller]
fn step(ran: &Ran, name: &str) -> Value {
    let found = ran.lines().into_iter().find(|line| line["event"] == "network_step" && line["step"] == name);
    found.unwrap_or_else(|| panic!("no step {name}: {ran:#?}"))
}

fn parts_left(stage: &Stage) -> usize {
    std::fs::read_dir(stage.tenant.data().join("parts")).unwrap().count()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_step_is_a_line_and_the_page_names_what_to_open() {
    let stage = signed_in(Options { parts: true, ..Options::default() }).await;
    let ran = stage.ferry(&["--json", "network", "test", "--page", "it.html"]).await.expect_code(0);
    assert_eq!(
        (&step(&ran, "sign_in")["state"], &step(&ran, "resume")["state"]),
        (&"fine".into(), &"fine".into())
    );
    assert_eq!(step(&ran, "whole")["word"], "no_album");
    let last = ran.last();
    assert_eq!((&last["event"], &last["fine"]), (&"network_tested".into(), &true.into()));
    assert!(last["speed"]["advice"]["part_size"].as_u64().unwrap() > 0, "{last}");
    assert_eq!(last["speed"]["advice"]["taken_up"], false, "nothing is sent by this program after that");
    let page = std::fs::read_to_string(stage.files.path().join("it.html")).unwrap();
    assert!(page.starts_with("<!doctype html>") && page.contains("18431–18435"), "{page}");
    assert!(!page.contains(stage.tenant.app_secret()));
    assert!(stage.tenant.assets().is_empty());
    assert_eq!(parts_left(&stage), 0);
    assert!(stage.ferry(&["--json", "jobs"]).await.expect_code(0).jobs().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_goes_to_an_album_and_is_deleted_again() {
    let stage = signed_in(Options::default()).await;
    let ran = stage.ferry(&["network", "test", "--to", "Marketing/Spring/Selects"]).await.expect_code(0);
    assert!(ran.err.contains("A small picture goes to album Marketing / Spring / Selects"), "{ran:#?}");
    assert!(
        ran.out.contains("is deleted again") && ran.out.contains("Nothing stands in the way."),
        "{ran:#?}"
    );
    assert!(stage.tenant.assets().is_empty());
    let ran = stage.ferry(&["network", "test", "--to", "Marketing"]).await.expect_code(2);
    assert!(ran.err.contains("can only go to an album"), "{ran:#?}");
    stage.ferry(&["network", "test", "--to", "Nowhere"]).await.expect_code(4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blocked_store_ends_with_its_name_and_who_can_open_it() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let stage =
        signed_in(Options { store_url: Some(format!("http://{nobody}")), ..Options::default() }).await;
    let ran = stage.ferry(&["network", "test"]).await.expect_code(4);
    let said = format!("{nobody} takes no connection on this port. ");
    assert!(ran.out.contains(said.trim()) && ran.out.contains("Your IT can fix this:"), "{ran:#?}");
    let ran = stage.ferry(&["--json", "network", "test", "--no-sample"]).await.expect_code(4);
    assert_eq!(ran.last()["fine"], false);
    assert_eq!(step(&ran, "send")["word"], "earlier_failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_account_an_address_is_tested_as_far_as_that_goes() {
    let stage = Stage::new().await;
    let ran = stage.ferry(&["network", "test"]).await.expect_code(4);
    assert!(ran.err.contains("Nobody is signed in"), "{ran:#?}");
    let ran =
        stage.ferry(&["--json", "network", "test", "--address", stage.tenant.url()]).await.expect_code(0);
    assert_eq!(step(&ran, "sign_in")["word"], "not_signed_in");
    let ran = stage.ferry(&["--json", "network", "test", "--address", "nobody.invalid"]).await.expect_code(4);
    assert_eq!(step(&ran, "name")["failure"]["code"], "NetworkOffline");
    stage.ferry(&["network", "test", "--address", "jo@acme.com"]).await.expect_code(4);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_test_leaves_nothing_at_the_store() {
    use ferry_tenant::{Action, Faults, Match, Rule};

    let stage = signed_in(Options { parts: true, ..Options::default() }).await;
    let slow = Rule::new(Match::part_put(), Action::Delay { ms: 30_000 });
    stage.tenant.set_faults(Faults { rules: vec![slow] });
    let running = stage.start(&["network", "test"]);
    for _ in 0..400 {
        if parts_left(&stage) == 1 && stage.tenant.under_way() > 0 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    assert_eq!(parts_left(&stage), 1);
    running.signal("INT");
    assert_eq!(running.end().await.0, Some(130));
    assert_eq!(parts_left(&stage), 0, "removed before the program ended");
}
