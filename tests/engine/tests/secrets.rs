//! No secret is anywhere but in the keychain: not in the log, an event, the database, a receipt or a failure.
#![allow(clippy::unwrap_used, reason = "a test may fail by panic")]

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use engine::error::ErrorCode;
use engine::model::{
    Destination, DestinationKind, Enqueue, JobStateKind, MetadataOrder, MetadataValues, PlaceRequest,
    SignInRequest,
};
use engine::receipt::ReceiptFormat;
use engine_tests::secrets::Secrets;
use engine_tests::{Stage, hasty, noise};
use ferry_tenant::{Options, Place, PlaceKind, RefreshRule, Switches, Tenant};
use reqwest::Url;
use tracing_subscriber::EnvFilter;

const MIB: usize = 1024 * 1024;

/// Everything that is said, by whomever.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What was seen of the engine, in words.
#[derive(Default)]
struct Seen(Vec<(String, String)>);

impl Seen {
    fn note(&mut self, place: &str, thing: &impl std::fmt::Debug) {
        self.0.push((place.to_owned(), format!("{thing:?}")));
    }
}

/// The secrets that the vault has held so far, and those of the library.
fn learn(secrets: &mut Secrets, stage: &Stage) {
    for kept in stage.vault.ever_stored() {
        let kept: serde_json::Value = serde_json::from_str(&kept).unwrap();
        for name in ["access", "refresh", "app_secret", "secret"] {
            secrets.add(name, kept[name].as_str().unwrap_or_default());
        }
        secrets.add("address of a place", kept["place"]["address"].as_str().unwrap_or_default());
        secrets.add("password of a place", kept["place"]["password"].as_str().unwrap_or_default());
    }
    secrets.add("app_secret", stage.tenant.app_secret());
    // Whoever has the code of a link may upload; a Workspace's is for its members.
    for place in stage.tenant.places().iter().filter(|place| place.kind == PlaceKind::UploadLink) {
        secrets.add("code of a link", &place.code);
        secrets.add("password of a link", place.password.as_deref().unwrap_or_default());
    }
    for user in stage.tenant.users() {
        secrets.add("password", &user.password);
    }
    // The library's own record leaves signatures and policies out; so they are looked for by how they begin. A policy is
    // base64 of JSON that begins with its expiration or conditions.
    for begin in
        ["&Signature=", "&X-Amz-Signature=", "x-amz-signature", "eyJleHBpcmF0aW9u", "eyJjb25kaXRpb25z"]
    {
        secrets.add("signature or policy", begin);
    }
}

fn request(stage: &Stage, secret: &str) -> SignInRequest {
    SignInRequest {
        tenant: stage.tenant.url().to_owned(),
        app_id: Some(stage.tenant.app_id().to_owned()),
        app_secret: Some(secret.into()),
        ..SignInRequest::default()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_of_a_whole_run_is_said_or_kept() {
    let log = Log::default();
    // The library runs in this program, too; what it says is not Ferry's.
    let filter = EnvFilter::new("trace,ferry_tenant=off,tower_http=off,axum=off");
    let to = log.clone();
    tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(move || to.clone()).init();

    let switches = Switches { refresh: RefreshRule::Rotate, places: true, ..Switches::default() };
    let options = Options { parts: true, switches, ..Options::default() };
    let mut stage = Stage::at_pace(Tenant::start(options).await.unwrap(), hasty()).await;
    let mut secrets = Secrets::default();
    let mut seen = Seen::default();

    // With a wrong secret, with an address that holds a password, through the browser.
    let wrong = "a-wrong-app-secret-4711";
    secrets.add("wrong app secret", wrong);
    seen.note("refusal", &stage.handle().sign_in_with_credentials(request(&stage, wrong)).await.unwrap_err());
    let pasted = "hush-hush-4711";
    secrets.add("password in an address", pasted);
    let typed = format!("https://jo:{pasted}@acme.canto.com");
    seen.note("refusal", &stage.handle().check_address(&typed).await.unwrap_err());
    let secret = stage.tenant.app_secret().to_owned();
    seen.note("request", &request(&stage, &secret));
    let started = stage.handle().start_sign_in(request(&stage, &secret)).await.unwrap();
    for (name, value) in Url::parse(&started.url).unwrap().query_pairs() {
        if name == "state" || name == "code_challenge" {
            secrets.add(&name, &value);
        }
    }
    let (account, page) = stage.signed_in_as(started, "contributor@demo.test", |_| {}).await;
    seen.note("page", &page);
    stage.account = account.unwrap().id;

    // By form and in parts, with metadata, a renewal, and a file that is not there.
    let mut watch = stage.watch().await;
    seen.note("snapshot", &watch.subscription.snapshot);
    stage.file("Shoot/film.mov", &noise(1, 41 * MIB));
    stage.file("Shoot/small.jpg", &noise(2, 90_000));
    let values = MetadataValues { description: Some("On the lake".into()), ..MetadataValues::default() };
    let mut order = stage.request(vec![stage.path("Shoot")], stage.top());
    order.metadata = MetadataOrder { values, ..MetadataOrder::default() };
    stage.tenant.expire_tokens();
    let batch = stage.handle().enqueue(order).await.unwrap();
    let done = watch.finished(batch).await;
    assert_eq!(done.totals.count(JobStateKind::Done), 2, "{:#?}", stage.jobs(batch).await);
    assert!(stage.tenant.requests().iter().any(|call| call.method == "PUT"), "parts were sent");
    stage.file("More/gone.jpg", b"soon gone");
    learn(&mut secrets, &stage);

    // Through an Upload Link with a password, wrong first, and a Workspace; renewed, and closed at last.
    let link = stage.tenant.place("Agency deliveries").unwrap();
    let address = link.address(stage.tenant.url());
    seen.note("address", &stage.handle().check_address(&address).await.unwrap());
    let open = |password: &str| PlaceRequest {
        address: Some(address.as_str().into()),
        password: Some(password.into()),
        ..PlaceRequest::default()
    };
    let wrong = "a-wrong-password-4711";
    secrets.add("wrong password of a link", wrong);
    seen.note("request", &open(wrong));
    seen.note("refusal", &stage.handle().connect_place(open(wrong)).await.unwrap_err());
    let password = link.password.clone().unwrap();
    let guest = stage.handle().connect_place(open(&password)).await.unwrap();
    seen.note("account", &guest);
    let space = stage.tenant.place("Brand team").unwrap();
    let into = SignInRequest { tenant: space.address(stage.tenant.url()), ..SignInRequest::default() };
    seen.note("request", &SignInRequest { tenant: address.clone(), ..SignInRequest::default() });
    let started = stage.handle().start_sign_in(into).await.unwrap();
    let (member, page) = stage.signed_in_as(started, "contributor@demo.test", |_| {}).await;
    seen.note("page", &page);
    let album = guest.place.as_ref().unwrap().album.clone().unwrap();
    let inbox = Destination { kind: DestinationKind::Album, id: album, path: link.name.clone() };
    stage.file("Place/a.jpg", &noise(3, 9_000));
    stage.tenant.expire_tokens();
    for (account, to) in [(guest.id, inbox.clone()), (member.unwrap().id, stage.top())] {
        let order = Enqueue { account, ..stage.request(vec![stage.path("Place/a.jpg")], to) };
        let sent = stage.handle().enqueue(order).await.unwrap();
        watch.finished(sent).await;
    }
    learn(&mut secrets, &stage);
    stage.tenant.put_place(Place { closed: true, ..link.clone() });
    stage.tenant.expire_tokens();
    let order = Enqueue { account: guest.id, ..stage.request(vec![stage.path("Place/a.jpg")], inbox) };
    let closed = stage.handle().enqueue(order).await.unwrap();
    watch.count(closed, JobStateKind::Waiting, 1).await;

    // The session ends for good; what is open waits, and is said to.
    stage.tenant.expire_tokens();
    stage.tenant.expire_refresh_tokens();
    let waiting = stage.enqueue(vec![stage.path("More")], stage.top()).await;
    watch.count(waiting, JobStateKind::Waiting, 1).await;
    let lost = stage.handle().list_library(stage.account, None).await.unwrap_err();
    assert_eq!(lost.code, ErrorCode::SignInRequired);
    seen.note("failure", &lost);
    while let Ok(event) = watch.subscription.events.try_recv() {
        seen.note("event", &event);
        seen.note("event", &serde_json::to_string(&*event).unwrap());
    }
    for batch in [batch, waiting, closed] {
        for job in stage.jobs(batch).await {
            seen.note("job", &stage.handle().job_details(job.id).await.unwrap());
        }
        for format in [ReceiptFormat::Json, ReceiptFormat::Csv, ReceiptFormat::Html] {
            let receipt = Log::default();
            stage.handle().receipt(batch, format, receipt.clone()).await.unwrap();
            seen.note("receipt", &String::from_utf8_lossy(&receipt.0.lock().unwrap()));
        }
    }
    seen.note("accounts", &stage.handle().accounts().await.unwrap());

    learn(&mut secrets, &stage);
    for kind in [
        "access",
        "refresh",
        "app_secret",
        "password",
        "state",
        "code_challenge",
        "code of a link",
        "password of a link",
        "address of a place",
    ] {
        assert!(secrets.names().any(|name| name == kind), "no {kind} was used");
    }
    let mut found = secrets.found_below(stage.data.path());
    stage.stop().await;
    found.extend(secrets.found_below(stage.data.path()));
    for (place, text) in &seen.0 {
        found.extend(secrets.found_in(place, text.as_bytes()));
    }
    let log = log.0.lock().unwrap().clone();
    found.extend(secrets.found_in("the log", &log));
    assert!(log.len() > 10_000, "the log was heard");
    assert!(found.is_empty(), "{found:#?}");
}
