//! Upload Links and Workspaces, through the handle, at a library that lists them: what the demo library does there is a guess
//! [ND] (`tests/tenant/src/places`), so this shows that Ferry keeps to the contract, not that Canto has it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail by panic")]

use std::time::Duration;

use engine::error::{ErrorCode, Failure, Outcome, Who};
use engine::model::{
    AccountId, AccountView, AddressView, BatchId, Destination, DestinationKind, Enqueue, JobStateKind,
    MetadataOrder, MetadataState, MetadataValues, NodeKind, PlaceKind, PlaceRequest, SignInRequest,
    SignInState, WaitingFor,
};
use engine::receipt::ReceiptFormat;
use engine_tests::{PATIENCE, Stage, hasty, noise};
use ferry_tenant::{Action, Match, Options, Place, RefreshRule, Right, Rule, Switches, Tenant};

const CREDIT: &str = "meta_text_0";
const CONTRIBUTOR: &str = "contributor@demo.test";

/// With an account of the whole library beside the places, which is an administrator's.
async fn stage_with(options: Options) -> Stage {
    let switches = Switches { places: true, ..options.switches.clone() };
    Stage::at_pace(Tenant::start(Options { switches, ..options }).await.unwrap(), hasty()).await
}

async fn stage() -> Stage {
    stage_with(Options::default()).await
}

trait AtPlaces {
    fn place(&self, name: &str) -> Place;
    fn address(&self, name: &str) -> String;
    async fn seen(&self, name: &str) -> Outcome<AddressView>;
    async fn connect(&self, name: &str, password: Option<&str>) -> Outcome<AccountView>;
    async fn connect_by_browser(&self, name: &str, email: &str) -> Outcome<AccountView>;
    fn order(&self, account: &AccountView, file: &str) -> Enqueue;
    async fn view(&self, account: AccountId) -> AccountView;
    async fn shut(&self, account: AccountId, code: ErrorCode);
    async fn arrived(&self, batch: BatchId);
}

impl AtPlaces for Stage {
    fn place(&self, name: &str) -> Place {
        self.tenant.place(name).expect("a place of the first library")
    }

    fn address(&self, name: &str) -> String {
        self.place(name).address(self.tenant.url())
    }

    async fn seen(&self, name: &str) -> Outcome<AddressView> {
        self.handle().check_address(&self.address(name)).await
    }

    async fn connect(&self, name: &str, password: Option<&str>) -> Outcome<AccountView> {
        let address = Some(self.address(name).as_str().into());
        let password = password.map(Into::into);
        self.handle().connect_place(PlaceRequest { address, password, ..PlaceRequest::default() }).await
    }

    async fn connect_by_browser(&self, name: &str, email: &str) -> Outcome<AccountView> {
        let request = SignInRequest {
            tenant: self.address(name),
            app_id: Some(self.tenant.app_id().to_owned()),
            app_secret: Some(self.tenant.app_secret().into()),
            ..SignInRequest::default()
        };
        let started = self.handle().start_sign_in(request).await?;
        self.signed_in_as(started, email, |_| {}).await.0
    }

    /// A file of this name to what the account's uploads go to where nothing else is said.
    fn order(&self, account: &AccountView, file: &str) -> Enqueue {
        let place = account.place.as_ref().expect("a place");
        let destination = match &place.album {
            Some(album) => {
                Destination { kind: DestinationKind::Album, id: album.clone(), path: place.name.clone() }
            }
            None => self.top(),
        };
        let path = self.file(file, &noise(file.len() as u64, 30_000));
        let credit = [(CREDIT.to_owned(), vec!["Jo".to_owned()])];
        let values = MetadataValues { fields: credit.into(), ..MetadataValues::default() };
        let metadata = MetadataOrder { values, ..MetadataOrder::default() };
        let mut order = self.request(vec![path], destination);
        if place.name == "Press photos" {
            order.metadata = metadata;
        }
        Enqueue { account: account.id, ..order }
    }

    async fn view(&self, account: AccountId) -> AccountView {
        self.handle().accounts().await.unwrap().into_iter().find(|view| view.id == account).unwrap()
    }

    /// Waits until the account waits for this. Whichever call meets it first, its files are not sent.
    async fn shut(&self, account: AccountId, code: ErrorCode) {
        let wait = async {
            while self.view(account).await.place.unwrap().trouble != Some(code) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        assert!(tokio::time::timeout(PATIENCE, wait).await.is_ok(), "{:?}", self.view(account).await);
    }

    /// All of a batch is done, and so is what was to be said about it.
    async fn arrived(&self, batch: BatchId) {
        let wait = async {
            loop {
                let jobs = self.jobs(batch).await;
                let settled = |state| matches!(state, MetadataState::None | MetadataState::Applied);
                if !jobs.is_empty()
                    && jobs.iter().all(|job| job.state == JobStateKind::Done && settled(job.metadata))
                {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        if tokio::time::timeout(PATIENCE, wait).await.is_err() {
            panic!("{:#?}", self.jobs(batch).await);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_says_what_it_is_and_takes_files_without_an_account() {
    let stage = stage().await;
    let offer = stage.seen("Press photos").await.unwrap().offer.expect("an offer");
    assert_eq!((offer.place.kind, offer.sign_in), (PlaceKind::UploadLink, false));
    assert_eq!((offer.place.name.as_str(), offer.place.owner.as_str()), ("Press photos", "Mara Lindqvist"));
    assert!(!offer.asks_password && !offer.asks_email && !offer.place.reviewed, "{offer:?}");

    let account = stage.connect("Press photos", None).await.unwrap();
    assert_ne!(account.id, stage.account, "an entry of its own");
    let place = account.place.clone().expect("a place");
    // Nothing of the library but the link itself, and nothing can be made in it.
    let handle = stage.handle();
    let nodes = handle.list_library(account.id, None).await.unwrap();
    let shown: Vec<_> =
        nodes.iter().map(|node| (node.kind, node.name.as_str(), node.path.as_str())).collect();
    assert_eq!(shown, [(NodeKind::Album, "Press photos", "Press photos")]);
    assert_eq!(Some(&nodes[0].id), place.album.as_ref());
    assert!(handle.search_library(account.id, "Selects").await.unwrap().is_empty());
    assert!(handle.create_album(account.id, None, "Mine").await.is_err());
    let marketing = stage.folder(&["Marketing"]);
    assert!(handle.list_library(account.id, Some(marketing.id)).await.is_err(), "another place");
    // Nor is anything of the link in the library's own tree.
    let whole = handle.list_library(stage.account, None).await.unwrap();
    assert!(whole.iter().all(|node| node.name != "Press photos"), "{whole:#?}");

    // Its form, and what it requires.
    let form = handle.metadata_form(account.id).await.unwrap();
    let fields: Vec<_> = form.fields.iter().map(|field| (field.name.as_str(), field.required)).collect();
    assert_eq!(fields, [("Photo credit", true), ("Usage", false)]);
    let order = stage.order(&account, "a.jpg");
    let bare = Enqueue { metadata: MetadataOrder::default(), ..order.clone() };
    assert_eq!(handle.enqueue(bare).await.unwrap_err().code, ErrorCode::MetadataRefused);
    let batch = handle.enqueue(order).await.unwrap();
    stage.arrived(batch).await;

    // Where its owner wants it, and told what was said.
    let asset = stage.library().remove("Marketing/Press 24/25/a.jpg").expect("imported");
    assert_eq!(asset.custom.get(CREDIT).and_then(|value| value.as_str()), Some("Jo"));
    assert_eq!(asset.md5, stage.job(batch, "a.jpg").await.md5.unwrap());
    let details = handle.job_details(stage.jobs(batch).await[0].id).await.unwrap();
    assert_eq!(details.asset_url, None, "its page is for those who can sign in");
    let receipt = stage.path("receipt.json");
    let out = std::fs::File::create(&receipt).unwrap();
    handle.receipt(batch, ReceiptFormat::Json, out).await.unwrap();
    assert!(std::fs::read_to_string(receipt).unwrap().contains("Press photos"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_for_review_is_done_and_the_password_is_its_owners() {
    let stage = stage().await;
    let offer = stage.seen("Agency deliveries").await.unwrap().offer.unwrap();
    assert!(offer.asks_password && offer.place.reviewed && offer.sees_others, "{offer:?}");
    for wrong in [None, Some("guessed")] {
        let refused = stage.connect("Agency deliveries", wrong).await.unwrap_err();
        assert_eq!((refused.code, refused.who), (ErrorCode::PlacePasswordWrong, Who::You));
        assert_eq!(refused.params.get("place").map(String::as_str), Some("Agency deliveries"));
    }
    let link = stage.place("Agency deliveries");
    stage.tenant.put_place(Place { email: Some("jo@agency.test".into()), ..link.clone() });
    let request = |email: Option<&str>| PlaceRequest {
        address: Some(stage.address("Agency deliveries").as_str().into()),
        email: email.map(str::to_owned),
        password: link.password.as_deref().map(Into::into),
        again: None,
    };
    let stranger = stage.handle().connect_place(request(Some("eve@agency.test"))).await.unwrap_err();
    assert_eq!((stranger.code, stranger.who), (ErrorCode::PlaceDenied, Who::Owner));
    let account = stage.handle().connect_place(request(Some("Jo@Agency.test"))).await.unwrap();
    assert!(stage.handle().metadata_form(account.id).await.unwrap().fields.is_empty());

    // A folder's files all go to the link.
    stage.file("Shoot/one.jpg", &noise(1, 9_000));
    stage.file("Shoot/deep/two.jpg", &noise(2, 9_000));
    let order = stage.order(&account, "three.jpg");
    let batch = stage.handle().enqueue(Enqueue { paths: vec![stage.path("Shoot")], ..order }).await.unwrap();
    stage.arrived(batch).await;
    let names: Vec<String> = stage.library().into_keys().collect();
    assert_eq!(names, ["Agency deliveries/one.jpg", "Agency deliveries/two.jpg"]);
    // Nobody who looks into the library sees them before somebody has taken them in.
    assert!(stage.handle().search_library(stage.account, "Agency").await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_that_is_over_or_gone_says_so_before_anything_is_asked() {
    let stage = stage().await;
    let over = stage.seen("Spring open call").await.unwrap().offer.unwrap();
    assert_eq!(over.place.trouble, Some(ErrorCode::PlaceExpired));
    let refused = stage.connect("Spring open call", None).await.unwrap_err();
    assert_eq!((refused.code, refused.who), (ErrorCode::PlaceExpired, Who::Owner));
    let nowhere = format!("{}/uploadlink/none", stage.tenant.url());
    let refused = stage.handle().check_address(&nowhere).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::PlaceMissing);
    // Whoever is sent to the wrong way is told which is right.
    let press = SignInRequest { tenant: stage.address("Press photos"), ..SignInRequest::default() };
    let refused = stage.handle().start_sign_in(press).await.unwrap_err();
    assert_eq!((refused.code, reason(&refused)), (ErrorCode::RequestInvalid, "place"));
    let refused = stage.connect("Brand team", None).await.unwrap_err();
    assert_eq!((refused.code, reason(&refused)), (ErrorCode::RequestInvalid, "place_sign_in"));
}

fn reason(failure: &Failure) -> &str {
    failure.params.get("reason").map_or("", String::as_str)
}

/// What its owner does while files wait, and takes back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_queue_waits_while_a_place_is_shut_and_goes_on_by_itself() {
    let stage = stage().await;
    let press = stage.place("Press photos");
    let account = stage.connect("Press photos", None).await.unwrap();
    let first = stage.handle().enqueue(stage.order(&account, "first.jpg")).await.unwrap();
    stage.arrived(first).await;
    let past = stage.tenant.now_ms() - 1;
    let shut = [
        (ErrorCode::PlaceClosed, Place { closed: true, ..press.clone() }),
        (ErrorCode::PlaceExpired, Place { expires_ms: Some(past), ..press.clone() }),
        (ErrorCode::PlaceFull, Place { most_files: Some(1), ..press.clone() }),
    ];
    for (code, changed) in shut {
        // The upload setting of before is still held: the store refuses it, and the tenant says why.
        stage.tenant.put_place(Place { most_files: changed.most_files.map(|_| 1), ..changed });
        waits(&stage, account.id, code, &format!("{code:?}.jpg"), || {
            stage.tenant.put_place(press.clone());
        })
        .await;
    }
    // Removed, with all that waits, and restored.
    stage.tenant.remove_place(&press.id);
    waits(&stage, account.id, ErrorCode::PlaceMissing, "missing.jpg", || {
        stage.tenant.put_place(press.clone());
    })
    .await;
}

/// Sends a file to a place that is shut; it waits, and goes on once `open` has opened the place again.
async fn waits(stage: &Stage, account: AccountId, code: ErrorCode, file: &str, open: impl FnOnce()) {
    let mut watch = stage.watch().await;
    let order = stage.order(&stage.view(account).await, file);
    let batch = stage.handle().enqueue(order).await.unwrap();
    watch.count(batch, JobStateKind::Waiting, 1).await;
    let job = stage.job(batch, file).await;
    assert_eq!(job.waiting_for, Some(WaitingFor::SignIn), "{job:?}");
    let failure = job.failure.expect("it says why");
    assert_eq!((failure.code, failure.who), (code, Who::Owner));
    assert_eq!(failure.params.get("place").map(String::as_str), Some("Press photos"));
    let view = stage.view(account).await;
    assert_eq!((view.state, view.place.unwrap().trouble), (SignInState::SignInRequired, Some(code)));
    // The account of the whole library goes on beside it.
    let other = stage.upload(vec![stage.file("other.jpg", &noise(7, 500))], stage.album(&["Inbox"])).await;
    assert_eq!(other.totals.count(JobStateKind::Done), 1);
    open();
    stage.arrived(batch).await;
    let view = stage.view(account).await;
    assert_eq!((view.state, view.place.unwrap().trouble), (SignInState::SignedIn, None), "{code:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_password_is_asked_for_and_nothing_else() {
    let stage = stage().await;
    let link = stage.place("Agency deliveries");
    let account = stage.connect("Agency deliveries", link.password.as_deref()).await.unwrap();
    stage.tenant.put_place(Place { password: Some("another one".into()), ..link });
    stage.tenant.expire_tokens();
    let batch = stage.handle().enqueue(stage.order(&account, "a.jpg")).await.unwrap();
    stage.shut(account.id, ErrorCode::PlacePasswordWrong).await;
    assert!(stage.tenant.assets().is_empty(), "nothing was sent");
    // The address is in the vault.
    let again = PlaceRequest {
        again: Some(account.id),
        password: Some("another one".into()),
        ..PlaceRequest::default()
    };
    let view = stage.handle().connect_place(again).await.unwrap();
    assert_eq!(view.id, account.id);
    stage.arrived(batch).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_who_is_taken_out_waits_until_they_are_back() {
    let stage = stage().await;
    let space = stage.place("Brand team");
    let account = stage.connect_by_browser("Brand team", CONTRIBUTOR).await.unwrap();
    let consumer = stage.connect_by_browser("Brand team", "consumer@demo.test").await.unwrap_err();
    assert_eq!((consumer.code, consumer.who), (ErrorCode::PlaceDenied, Who::Owner));
    let mut watch = stage.watch().await;
    stage.tenant.put_place(Place { members: Vec::new(), ..space.clone() });
    let batch = stage.handle().enqueue(stage.order(&account, "a.jpg")).await.unwrap();
    watch.count(batch, JobStateKind::Waiting, 1).await;
    assert_eq!(stage.job(batch, "a.jpg").await.failure.unwrap().code, ErrorCode::PlaceDenied);
    stage.tenant.put_place(space);
    stage.arrived(batch).await;
    // The right to upload alone.
    let rights = stage.tenant.users().into_iter().find(|user| user.email == CONTRIBUTOR).unwrap().rights;
    stage.tenant.set_rights(CONTRIBUTOR, &[Right::Download]);
    let batch = stage.handle().enqueue(stage.order(&account, "b.jpg")).await.unwrap();
    let album = stage.order(&account, "b.jpg").destination;
    assert_eq!(album.kind, DestinationKind::Library);
    stage.tenant.expire_policies();
    watch.count(batch, JobStateKind::Waiting, 1).await;
    assert_eq!(stage.job(batch, "b.jpg").await.failure.unwrap().code, ErrorCode::PlaceDenied);
    stage.tenant.set_rights(CONTRIBUTOR, &rights);
    stage.arrived(batch).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_places_and_the_whole_library_side_by_side_keep_to_themselves() {
    let mut stage = stage().await;
    let at = stage.tenant.url().to_owned();
    let handle = stage.handle();
    let started = handle.start_sign_in(SignInRequest { tenant: at, ..SignInRequest::default() }).await;
    let whole = stage.signed_in_as(started.unwrap(), CONTRIBUTOR, |_| {}).await.0.unwrap();
    let space = stage.connect_by_browser("Brand team", CONTRIBUTOR).await.unwrap();
    let link = stage.connect("Press photos", None).await.unwrap();
    let ids = [whole.id, space.id, link.id, stage.account];
    assert!((1..4).all(|at| !ids[..at].contains(&ids[at])), "{ids:?}");
    assert_eq!((space.user_name.as_str(), space.email.as_str()), ("Jonas Weber", CONTRIBUTOR));

    // In the Workspace stands its own tree, from its own top.
    let top: Vec<_> = handle.list_library(space.id, None).await.unwrap();
    let names: Vec<_> = top.iter().map(|node| node.name.as_str()).collect();
    assert_eq!(names, ["Campaigns", "Logos"]);
    let made = handle.create_album(space.id, None, "Ideas").await.unwrap();
    assert_eq!(made.path, "Ideas");
    assert!(handle.search_library(whole.id, "Ideas").await.unwrap().is_empty());

    // The same name everywhere, with other bytes: each is proven where it belongs.
    let mut watch = stage.watch().await;
    stage.account = whole.id;
    let in_library = stage.request(vec![stage.file("x/same.jpg", &noise(1, 5_000))], stage.album(&["Inbox"]));
    let ideas = Destination { kind: DestinationKind::Album, id: made.id, path: made.path };
    let in_space = Enqueue { account: space.id, destination: ideas, ..in_library.clone() };
    let in_space = Enqueue { paths: vec![stage.file("y/same.jpg", &noise(2, 5_000))], ..in_space };
    let mut in_link = stage.order(&link, "ignored.jpg");
    in_link.paths = vec![stage.file("z/same.jpg", &noise(3, 5_000))];
    let mut batches = Vec::new();
    for order in [in_library, in_space, in_link] {
        batches.push(handle.enqueue(order).await.unwrap());
    }
    for batch in batches {
        watch.finished(batch).await;
        stage.arrived(batch).await;
    }
    let places: Vec<String> = stage.library().into_keys().collect();
    assert_eq!(
        places,
        ["Ideas/same.jpg", "Inbox/same.jpg", "Marketing/Press 24/25/same.jpg", "Press photos/same.jpg"]
    );

    // A local tree becomes one of the Workspace, and leaving one account leaves the others alone.
    stage.file("Tree/deep/leaf.jpg", &noise(4, 5_000));
    let order = Enqueue { paths: vec![stage.path("Tree")], ..stage.order(&space, "ignored2.jpg") };
    let batch = handle.enqueue(order).await.unwrap();
    stage.arrived(batch).await;
    assert!(stage.library().contains_key("Tree/deep/leaf.jpg"), "{:#?}", stage.library().keys());
    handle.sign_out(space.id, true).await.unwrap();
    let states: Vec<_> = [whole.id, link.id].to_vec();
    for id in states {
        assert_eq!(stage.view(id).await.state, SignInState::SignedIn);
    }
    assert_eq!(stage.view(space.id).await.state, SignInState::SignedOut);
    let out = PlaceRequest { again: Some(space.id), ..PlaceRequest::default() };
    assert!(handle.connect_place(out).await.is_err(), "the address went with the other secrets");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_are_renewed_without_anybody_being_asked_also_after_a_restart() {
    let switches = Switches { refresh: RefreshRule::Rotate, ..Switches::default() };
    let mut stage = stage_with(Options { switches, ..Options::default() }).await;
    let password = stage.place("Agency deliveries").password;
    let link = stage.connect("Agency deliveries", password.as_deref()).await.unwrap();
    let space = stage.connect_by_browser("Brand team", CONTRIBUTOR).await.unwrap();
    for round in 0..3 {
        stage.tenant.expire_tokens();
        if round == 1 {
            stage.stop().await;
            stage.start().await;
        }
        for account in [&link, &space] {
            let order = stage.order(account, &format!("{round} {}.jpg", account.id));
            let batch = stage.handle().enqueue(order).await.unwrap();
            stage.arrived(batch).await;
            assert_eq!(stage.view(account.id).await.state, SignInState::SignedIn);
        }
    }
    // A place that is shut when the token is renewed costs the user's sign-in nothing.
    let brand = stage.place("Brand team");
    stage.tenant.put_place(Place { closed: true, ..brand.clone() });
    stage.tenant.expire_tokens();
    let batch = stage.handle().enqueue(stage.order(&space, "late.jpg")).await.unwrap();
    stage.shut(space.id, ErrorCode::PlaceClosed).await;
    stage.stop().await;
    stage.start().await;
    stage.tenant.put_place(brand);
    stage.arrived(batch).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_large_file_keeps_its_parts_while_a_link_is_closed() {
    let stage = stage_with(Options { parts: true, ..Options::default() }).await;
    let press = stage.place("Press photos");
    let account = stage.connect("Press photos", None).await.unwrap();
    let path = stage.file("film.mov", &noise(5, 40 << 20));
    let order = Enqueue { paths: vec![path], ..stage.order(&account, "small.jpg") };
    // Slow enough to be closed in the middle.
    let slow =
        Match { method: Some("PUT".into()), path_prefix: Some("/ferry-upload".into()), ..Match::default() };
    stage.tenant.add_fault(Rule::new(slow, Action::Delay { ms: 300 }));
    let puts = || stage.tenant.requests().iter().filter(|call| call.method == "PUT").count();
    let mut watch = stage.watch().await;
    let batch = stage.handle().enqueue(order).await.unwrap();
    stage.until(|| puts() >= 2).await;
    stage.tenant.put_place(Place { closed: true, ..press.clone() });
    watch.count(batch, JobStateKind::Waiting, 1).await;
    assert_eq!(stage.job(batch, "film.mov").await.failure.unwrap().code, ErrorCode::PlaceClosed);
    let before = puts();
    stage.tenant.put_place(press);
    stage.arrived(batch).await;
    assert_eq!(stage.library().len(), 2, "once, in the link and where its owner wants it");
    assert!(before > 0 && stage.tenant.open_uploads() == 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_library_that_lists_nothing_of_the_kind_leaves_it_to_the_browser() {
    let stage = stage().await;
    let connected = stage.connect("Press photos", None).await.unwrap();
    stage.tenant.set_switches(Switches { places: false, ..stage.tenant.switches() });
    let found = stage.seen("Press photos").await.unwrap();
    assert_eq!(found.offer, None);
    let asked = stage.tenant.requests().len();
    let refused = stage.connect("Press photos", None).await.unwrap_err();
    assert_eq!((refused.code, reason(&refused)), (ErrorCode::TenantUnknown, "no_places"));
    assert_eq!(
        stage.handle().place_page(&stage.address("Press photos")).unwrap(),
        stage.address("Press photos")
    );
    // The code is told to nobody who does not list the call.
    let later = &stage.tenant.requests()[asked..];
    assert!(later.iter().all(|call| !call.path.starts_with("/places")), "{later:#?}");
    assert_eq!(connected.place.unwrap().kind, PlaceKind::UploadLink);
}
