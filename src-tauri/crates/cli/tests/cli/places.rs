//! `ferry login ADDRESS` for Upload Links and Workspaces, and uploads that need no destination.

use std::process::Stdio;

use ferry_tenant::{Place, Switches};
use tokio::io::AsyncWriteExt;

use crate::stage::{Ran, Stage};

async fn stage() -> Stage {
    let stage = Stage::new().await;
    stage.tenant.set_switches(Switches { places: true, ..stage.tenant.switches() });
    stage
}

fn address(stage: &Stage, name: &str) -> String {
    stage.tenant.place(name).unwrap().address(stage.tenant.url())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_is_connected_and_uploaded_to_without_an_account_or_a_destination() {
    let stage = stage().await;
    let press = address(&stage, "Press photos");
    let login = stage.ferry(&["login", &press]).await.expect_code(0);
    assert!(
        login.err.contains("This is the Upload Link 'Press photos' of Demo library, made by Mara"),
        "{login:#?}"
    );
    assert!(login.out.contains("Connected to Upload Link 'Press photos'"), "{login:#?}");
    let accounts = stage.ferry(&["--json", "accounts"]).await.expect_code(0).last();
    assert_eq!(accounts["place"]["kind"], "upload_link");
    assert!(!format!("{accounts}").contains(&stage.tenant.place("Press photos").unwrap().code));

    // What its owner requires is required here.
    stage.file("shoot/a.jpg", b"one picture");
    stage.file("shoot/deep/b.jpg", b"another one");
    let bare = stage.ferry(&["upload", "shoot"]).await.expect_code(2);
    assert!(bare.err.contains("Photo credit"), "{bare:#?}");
    let sent = stage.ferry(&["--json", "upload", "shoot", "--set", "Photo credit=Jo"]).await.expect_code(0);
    assert_eq!(sent.last()["done"], 2, "{sent:#?}");
    let album = stage.tenant.node_id(&["Marketing", "Press 24/25"], true).unwrap();
    for name in ["a.jpg", "b.jpg"] {
        assert!(stage.asset(name).albums.contains(&album));
    }
    let tree = stage.ferry(&["tree"]).await.expect_code(0);
    assert!(tree.out.contains("Press photos") && !tree.out.contains("Marketing"), "{tree:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_password_comes_from_outside_the_command_line() {
    let stage = stage().await;
    let agency = address(&stage, "Agency deliveries");
    let asked = stage.ferry(&["login", &agency]).await.expect_code(2);
    assert!(asked.err.contains("--password-stdin"), "{asked:#?}");
    let mut command = stage.command(&["login", &agency]);
    let wrong = crate::stage::ended(command.env("FERRY_PLACE_PASSWORD", "guessed")).await.expect_code(4);
    assert!(wrong.err.contains("not the password of Agency deliveries"), "{wrong:#?}");
    let password = stage.tenant.place("Agency deliveries").unwrap().password.unwrap();
    let mut command = stage.command(&["login", &agency]);
    crate::stage::ended(command.env("FERRY_PLACE_PASSWORD", &password)).await.expect_code(0);
    stage.file("a.jpg", b"one picture");
    let sent = stage.ferry(&["upload", "a.jpg"]).await.expect_code(0);
    assert!(sent.err.contains("Upload Link 'Agency deliveries'"), "{sent:#?}");
}

/// Whoever lists this computer's processes would see the address, which is all that a link without a password asks for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_address_may_come_on_standard_input_and_the_password_behind_it() {
    let stage = stage().await;
    let said = async |words: &[&str], text: String| {
        let mut child = stage.command(words).stdin(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(text.as_bytes()).await.unwrap();
        Ran::from(child.wait_with_output().await.unwrap())
    };
    let press = said(&["login", "-"], format!("{}\n", address(&stage, "Press photos"))).await.expect_code(0);
    assert!(press.out.contains("Connected to Upload Link 'Press photos'"), "{press:#?}");
    let password = stage.tenant.place("Agency deliveries").unwrap().password.unwrap();
    let both = format!("{}\n{password}\n", address(&stage, "Agency deliveries"));
    let agency = said(&["login", "-", "--password-stdin"], both).await.expect_code(0);
    assert!(agency.out.contains("Agency deliveries") && !agency.out.contains(&password), "{agency:#?}");
    for (words, text, missing) in [
        (&["login", "-"][..], "\n".to_owned(), "no address on standard input"),
        (
            &["login", "-", "--password-stdin"],
            address(&stage, "Agency deliveries"),
            "no password on standard",
        ),
    ] {
        let bare = said(words, text).await.expect_code(2);
        assert!(bare.err.contains(missing), "{bare:#?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_workspace_stands_beside_the_whole_library() {
    let stage = stage().await;
    stage.ferry(&["login", stage.tenant.url(), "--client-credentials"]).await.expect_code(0);
    let brand = address(&stage, "Brand team");
    let user = ["--client-credentials", "--on-behalf-of", "contributor@demo.test"];
    stage.ferry(&[&["login", brand.as_str()], &user[..]].concat()).await.expect_code(0);
    stage.file("a.jpg", b"one picture");
    // Which of the two has to be said.
    stage.ferry(&["upload", "a.jpg", "--to", "Logos"]).await.expect_code(2);
    let sent = stage.ferry(&["--account", "brand team", "upload", "a.jpg", "--to", "Logos"]).await;
    sent.expect_code(0);
    let sent = stage.ferry(&["--account", "2", "upload", "a.jpg"]).await;
    sent.expect_code(0);
    let places: Vec<_> =
        stage.tenant.assets().iter().map(|asset| stage.tenant.node_path(&asset.albums[0]).unwrap()).collect();
    assert_eq!(places, ["Logos", "Uploads"]);
    let whole = stage.ferry(&["--account", "1", "upload", "a.jpg"]).await.expect_code(2);
    assert!(whole.err.contains("--to"), "{whole:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_shut_or_not_offered_is_said_with_the_next_step() {
    let stage = stage().await;
    let over = stage.ferry(&["login", &address(&stage, "Spring open call")]).await.expect_code(4);
    assert!(over.err.contains("The time of Spring open call is over."), "{over:#?}");
    assert!(over.err.contains("Whoever made the place can fix this"), "{over:#?}");
    let gone =
        stage.ferry(&["login", &format!("{}/uploadlink/none", stage.tenant.url())]).await.expect_code(4);
    assert!(gone.err.contains("no Upload Link or Workspace"), "{gone:#?}");

    let press = address(&stage, "Press photos");
    stage.ferry(&["login", &press]).await.expect_code(0);
    let place = stage.tenant.place("Press photos").unwrap();
    stage.file("a.jpg", b"one picture");
    let upload = ["upload", "a.jpg", "--set", "Photo credit=Jo"];
    // Once, so that its form is known.
    stage.ferry(&upload).await.expect_code(0);
    stage.tenant.put_place(Place { closed: true, ..place.clone() });
    let shut = stage.ferry(&upload).await.expect_code(4);
    assert!(shut.err.contains("Mara Lindqvist has closed Press photos."), "{shut:#?}");
    let accounts = stage.ferry(&["accounts"]).await.expect_code(0);
    assert!(accounts.out.contains("waits"), "{accounts:#?}");
    stage.tenant.put_place(place);
    stage.ferry(&["login", &press]).await.expect_code(0);
    let run = stage.engine().await;
    stage.wait_for("done", 2).await;
    drop(run);

    stage.tenant.set_switches(Switches { places: false, ..stage.tenant.switches() });
    let browser = stage.ferry(&["login", &press]).await.expect_code(4);
    assert!(browser.err.contains("open the address in a browser"), "{browser:#?}");
}
