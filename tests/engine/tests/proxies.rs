//! {directly, HTTP proxy, HTTP proxy with login, HTTPS through CONNECT with login, SOCKS5, SOCKS5 with login, script} ×
//! {sign-in, API, form, parts, download}: each cell works, and only through the proxy. Then what goes wrong with them.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail by panic")]

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use canto_api::AssetRef;
use engine::error::{ErrorCode, Outcome};
use engine::event::EngineEvent;
use engine::model::{AccountId, AccountView, JobStateKind, SettingKey, SignInRequest, WayReason};
use engine::session::Secret;
use engine_tests::door::{self, Door};
use engine_tests::proxies::{self, BEYOND, Socks, Squid, TextServer, USER, WORD};
use engine_tests::{Stage, Watch, hasty, noise};
use ferry_tenant::{Action, Faults, Match, Options, Rule};
use futures_util::TryStreamExt;
use tempfile::TempDir;

const MIB: usize = 1024 * 1024;
const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

struct Behind {
    stage: Stage,
    door: Door,
}

impl Behind {
    /// The engine runs, and nobody is signed in.
    async fn new(tls: bool, from: IpAddr) -> Self {
        let (tenant, door) = door::library(Options { parts: true, ..Options::default() }, tls, from).await;
        let filter = tracing_subscriber::EnvFilter::from_env("FERRY_LOG");
        drop(tracing_subscriber::fmt().with_env_filter(filter).with_test_writer().try_init());
        let mut stage = Stage {
            world: Arc::default(),
            tenant,
            engine: None,
            data: TempDir::new().unwrap(),
            files: TempDir::new().unwrap(),
            vault: Arc::default(),
            account: AccountId(0),
            pace: hasty(),
            authorities: None,
            surroundings: Default::default(),
        };
        stage.start().await;
        let behind = Self { stage, door };
        if tls {
            behind.set(SettingKey::Authorities, behind.door.authority.to_str().unwrap()).await;
        }
        // The library is on this computer, which needs no proxy else.
        behind.set(SettingKey::ProxyExceptions, "<-loopback>").await;
        behind
    }

    async fn set(&self, key: SettingKey, value: &str) {
        self.stage.handle().set_setting(key, Some(value.to_owned())).await.unwrap();
    }

    async fn by_hand(&self, address: &str) {
        self.set(SettingKey::ProxyAddress, address).await;
        self.set(SettingKey::Proxy, "manual").await;
    }

    async fn login(&self, word: &str) {
        self.set(SettingKey::ProxyUser, USER).await;
        self.stage.handle().set_proxy_password(Some(Secret::new(word))).await.unwrap();
    }

    async fn try_sign_in(&self) -> Outcome<AccountView> {
        let tenant = &self.stage.tenant;
        let request = SignInRequest {
            tenant: tenant.url().to_owned(),
            app_id: Some(tenant.app_id().to_owned()),
            app_secret: Some(tenant.app_secret().into()),
            ..SignInRequest::default()
        };
        self.stage.handle().sign_in_with_credentials(request).await
    }

    async fn sign_in(&mut self) {
        self.stage.account = self.try_sign_in().await.unwrap().id;
    }

    /// The five cells of a row.
    async fn everything(&mut self, reason: WayReason) {
        self.sign_in().await;
        let stage = &self.stage;
        let top = stage.handle().list_library(stage.account, None).await.unwrap();
        assert!(!top.is_empty());
        let film = noise(1, 20 * MIB);
        stage.file("Shoot/film.mov", &film);
        stage.file("Shoot/photo.jpg", &noise(2, 90_000));
        let batch = stage.upload(vec![stage.path("Shoot")], stage.top()).await;
        assert_eq!(batch.totals.count(JobStateKind::Done), 2, "{:#?}", stage.jobs(batch.id).await);
        let calls = stage.tenant.requests();
        let sent = |method: &str| calls.iter().filter(|call| call.method == method).count();
        assert!(sent("PUT") > 1 && stage.posts() == 1, "in parts and by form");
        let asset = stage.library()["Shoot/photo.jpg"].clone();
        let client = stage.handle().client(stage.account).await.unwrap();
        let asset = AssetRef { scheme: asset.scheme.to_string(), id: asset.id.clone() };
        let download = client.download(&asset, None, None).await.unwrap();
        let pieces: Vec<_> = download.stream.try_collect().await.unwrap();
        assert_eq!(pieces.concat(), noise(2, 90_000));
        let way = stage.handle().network_way(Some(stage.account)).await.unwrap();
        assert_eq!((way.reason, way.failure), (Some(reason), None));
        assert!(self.door.counted.passed() > 0);
        assert_eq!(self.door.counted.refused(), 0, "nothing goes round the proxy");
    }
}

async fn until_condition(watch: &mut Watch, wanted: Option<ErrorCode>) {
    let heard = async {
        loop {
            let event = watch.next().await.expect("an event");
            if let EngineEvent::ConditionChanged { condition } = &*event
                && condition.failure.as_ref().map(|failure| failure.code) == wanted
            {
                return;
            }
        }
    };
    tokio::time::timeout(engine_tests::PATIENCE, heard).await.expect("the condition comes");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn directly() {
    let mut behind = Behind::new(true, HERE).await;
    behind.set(SettingKey::Proxy, "none").await;
    behind.everything(WayReason::Off).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_proxy_there_is_no_way() {
    let behind = Behind::new(true, BEYOND).await;
    behind.set(SettingKey::Proxy, "none").await;
    let failure = behind.try_sign_in().await.unwrap_err();
    let expected = matches!(failure.code, ErrorCode::TenantUnknown | ErrorCode::NetworkOffline);
    assert!(expected, "{failure:?}");
    assert!(behind.door.counted.refused() > 0 && behind.door.counted.passed() == 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn through_an_http_proxy() {
    if proxies::missing() {
        return;
    }
    let (squid, mut behind) = (Squid::start(false), Behind::new(false, BEYOND).await);
    behind.by_hand(&squid.address()).await;
    behind.everything(WayReason::Manual).await;
    assert!(squid.log().contains("POST http://127.0.0.1:"), "{}", squid.log());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn through_an_http_proxy_with_a_login() {
    if proxies::missing() {
        return;
    }
    let (squid, mut behind) = (Squid::start(true), Behind::new(false, BEYOND).await);
    behind.by_hand(&squid.address()).await;
    behind.login(WORD).await;
    behind.everything(WayReason::Manual).await;
    assert!(squid.log().contains(" ferry "), "{}", squid.log());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_tls_through_a_tunnel_with_a_login() {
    if proxies::missing() {
        return;
    }
    let (squid, mut behind) = (Squid::start(true), Behind::new(true, BEYOND).await);
    behind.by_hand(&squid.address()).await;
    behind.login(WORD).await;
    behind.everything(WayReason::Manual).await;
    // Of each connection, a line once it has ended: these two have.
    assert!(!squid.log().contains("GET http://"), "nothing goes outside of the tunnel: {}", squid.log());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn through_socks() {
    if proxies::missing() {
        return;
    }
    let (socks, mut behind) = (Socks::start(false), Behind::new(true, BEYOND).await);
    behind.by_hand(&socks.address()).await;
    behind.everything(WayReason::Manual).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn through_socks_with_a_login_and_without_tls() {
    if proxies::missing() {
        return;
    }
    let (socks, mut behind) = (Socks::start(true), Behind::new(false, BEYOND).await);
    behind.by_hand(&socks.address()).await;
    behind.login(WORD).await;
    behind.everything(WayReason::Manual).await;
}

/// The first proxy that it names is away, and the second one is used.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_a_script_says() {
    if proxies::missing() {
        return;
    }
    let (squid, mut behind) = (Squid::start(true), Behind::new(true, BEYOND).await);
    let script = TextServer::start(format!(
        "function FindProxyForURL(url, host) {{\n  if (isInNet(host, '127.0.0.0', '255.0.0.0'))\n    \
         return 'PROXY 127.0.0.1:1; PROXY 127.0.0.1:{}; DIRECT';\n  return 'DIRECT';\n}}\n",
        squid.port
    ))
    .await;
    behind.set(SettingKey::ProxyPac, &script.url).await;
    behind.set(SettingKey::Proxy, "pac").await;
    behind.login(WORD).await;
    behind.everything(WayReason::Script).await;
    assert!(
        script.asked.load(Ordering::Relaxed) <= 3,
        "it is fetched when the network changes, not for each request"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn exceptions_go_directly_and_are_said_to() {
    let mut behind = Behind::new(true, HERE).await;
    behind.by_hand("http://127.0.0.1:1").await;
    let failure = behind.try_sign_in().await.unwrap_err();
    assert_eq!(failure.code, ErrorCode::ProxyUnreachable, "{failure:?}");
    behind.set(SettingKey::ProxyExceptions, "*.acme.com, 127.0.0.0/8, <-loopback>").await;
    behind.sign_in().await;
    let way = behind.stage.handle().network_way(None).await.unwrap();
    assert_eq!((way.reason, way.rule.as_deref()), (Some(WayReason::Exception), Some("127.0.0.0/8")));
}

/// Without TLS, too, a proxy that is away is told from a library that is away.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proxy_that_is_away_is_said_to_be() {
    for address in ["http://127.0.0.1:1", "socks5://127.0.0.1:1", "https://127.0.0.1:1"] {
        let behind = Behind::new(false, BEYOND).await;
        behind.by_hand(address).await;
        let failure = behind.try_sign_in().await.unwrap_err();
        assert_eq!(failure.code, ErrorCode::ProxyUnreachable, "{address}: {failure:?}");
        assert!(failure.details.contains(address), "{failure:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_word_is_said_to_be_one_by_each_proxy() {
    if proxies::missing() {
        return;
    }
    let (squid, socks) = (Squid::start(true), Socks::start(true));
    for (address, tls) in [(squid.address(), false), (squid.address(), true), (socks.address(), true)] {
        let mut behind = Behind::new(tls, BEYOND).await;
        behind.by_hand(&address).await;
        let failure = behind.try_sign_in().await.unwrap_err();
        assert_eq!(failure.code, ErrorCode::ProxyAuthRequired, "{address}, no word: {failure:?}");
        behind.login("guess").await;
        let failure = behind.try_sign_in().await.unwrap_err();
        assert_eq!(failure.code, ErrorCode::ProxyAuthRequired, "{address}, wrong word: {failure:?}");
        assert!(!format!("{failure:?}").contains("guess"));
        behind.login(WORD).await;
        behind.sign_in().await;
        assert_eq!(behind.door.counted.refused(), 0);
    }
}

/// The password is changed at the proxy, or here: what is queued waits, and goes on once it is the right one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_for_the_password_goes_on_with_it() {
    if proxies::missing() {
        return;
    }
    let (squid, mut behind) = (Squid::start(true), Behind::new(true, BEYOND).await);
    behind.by_hand(&squid.address()).await;
    behind.login(WORD).await;
    behind.sign_in().await;
    behind.login("guess").await;
    let stage = &behind.stage;
    for number in 0..5 {
        stage.file(&format!("Shoot/{number}.jpg"), &noise(number, 40_000));
    }
    let mut watch = stage.watch().await;
    let batch = stage.enqueue(vec![stage.path("Shoot")], stage.top()).await;
    until_condition(&mut watch, Some(ErrorCode::ProxyAuthRequired)).await;
    behind.login(WORD).await;
    let view = watch.finished(batch).await;
    assert_eq!(view.totals.count(JobStateKind::Done), 5, "{:#?}", stage.jobs(batch).await);
    assert_eq!(behind.door.counted.refused(), 0);
    // In no database, log or answer of the engine.
    for name in ["ferry.db", "ferry.db-wal"] {
        let kept = std::fs::read(stage.data.path().join(name)).unwrap_or_default();
        assert!(memchr::memmem::find(&kept, b"guess").is_none(), "{name}");
    }
    assert!(stage.vault.ever_stored().iter().any(|word| word == "guess"), "but in the vault");
}

/// Files under way are left alone, the others go the new way; nothing fails and nothing is sent twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proxy_that_is_changed_in_the_middle_of_an_upload() {
    if proxies::missing() {
        return;
    }
    let (squid, socks, mut behind) =
        (Squid::start(false), Socks::start(false), Behind::new(true, BEYOND).await);
    behind.by_hand(&squid.address()).await;
    behind.sign_in().await;
    let stage = &behind.stage;
    for number in 0..12 {
        stage.file(&format!("Shoot/{number}.jpg"), &noise(number, 40_000));
    }
    stage.file("Shoot/film.mov", &noise(99, 40 * MIB));
    let slow = Action::Delay { ms: 150 };
    stage.tenant.set_faults(Faults {
        rules: vec![Rule::new(Match::object_post(), slow.clone()), Rule::new(Match::part_put(), slow)],
    });
    let mut watch = stage.watch().await;
    let batch = stage.enqueue(vec![stage.path("Shoot")], stage.top()).await;
    watch.count(batch, JobStateKind::Uploading, 2).await;
    behind.by_hand(&socks.address()).await;
    drop(squid);
    let view = watch.finished(batch).await;
    assert_eq!(view.totals.count(JobStateKind::Done), 13, "{:#?}", stage.jobs(batch).await);
    assert_eq!(stage.tenant.assets().len(), 13, "nothing is there twice");
    assert_eq!(behind.door.counted.refused(), 0);
}

/// No script, no way: never directly, though that way is open here.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_script_that_can_not_be_used_means_no_way_until_it_can() {
    let mut behind = Behind::new(true, HERE).await;
    behind.sign_in().await;
    let script = behind.stage.files.path().join("proxy.pac");
    behind.set(SettingKey::ProxyPac, script.to_str().unwrap()).await;
    behind.set(SettingKey::Proxy, "pac").await;
    let way = behind.stage.handle().network_way(None).await.unwrap();
    assert_eq!(way.failure.unwrap().params["reason"], "unreadable");
    let stage = &behind.stage;
    stage.file("Shoot/photo.jpg", &noise(2, 90_000));
    let passed = behind.door.counted.passed();
    let mut watch = stage.watch().await;
    let batch = stage.enqueue(vec![stage.path("Shoot")], stage.top()).await;
    until_condition(&mut watch, Some(ErrorCode::PacUnusable)).await;
    assert_eq!(behind.door.counted.passed(), passed, "nothing goes directly");
    // It is found by the next look, without anyone's doing.
    std::fs::write(&script, "function FindProxyForURL(url, host) { return 'DIRECT'; }").unwrap();
    assert_eq!(watch.finished(batch).await.totals.count(JobStateKind::Done), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_setting_is_refused_and_changes_nothing() {
    let behind = Behind::new(true, HERE).await;
    let handle = behind.stage.handle();
    let garbage = behind.stage.file("ca.pem", b"no certificate");
    let away = behind.stage.path("away.pem");
    for (key, value, reason) in [
        (SettingKey::ProxyAddress, "proxy", "proxy_address"),
        (SettingKey::ProxyAddress, "http://jo:word@proxy:1", "proxy_login"),
        (SettingKey::ProxyPac, "proxy.pac", "proxy_script"),
        (SettingKey::ProxyExceptions, "http://x", "proxy_exceptions"),
        (SettingKey::Authorities, "ca.pem", "authorities"),
        (SettingKey::Authorities, garbage.to_str().unwrap(), "authority_file"),
        (SettingKey::Authorities, away.to_str().unwrap(), "authority_file"),
    ] {
        let refused = handle.set_setting(key, Some(value.to_owned())).await.unwrap_err();
        assert_eq!(
            (refused.code, refused.params["reason"].as_str()),
            (ErrorCode::RequestInvalid, reason),
            "{value}"
        );
    }
    // The authority that was set before is still trusted.
    behind.try_sign_in().await.unwrap();
    // What is half set is not in force, and is said to be so.
    behind.set(SettingKey::Proxy, "manual").await;
    let way = handle.network_way(None).await.unwrap();
    assert_eq!(way.failure.unwrap().params["reason"], "proxy_address_missing");
    behind.try_sign_in().await.unwrap();
}
