//! Several accounts side by side: two tenants, and two users of one of them. Each has its own queue, and its own troubles.
//! And what becomes of a sign-in where there is no keychain.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail by panic")]

use std::sync::Arc;

use engine::error::{ErrorCode, Failure, Outcome};
use engine::model::{
    AccountId, AccountView, Destination, DestinationKind, JobStateKind, SettingKey, SignInRequest,
    SignInState, VaultState,
};
use engine::session::{Secret, Vault};
use engine::{Engine, EngineOptions};
use engine_tests::{Stage, hasty, in_browser, noise};
use ferry_tenant::{Options, Tenant};

const FILES: usize = 30;

async fn stage() -> Stage {
    Stage::at_pace(Tenant::start(Options::default()).await.unwrap(), hasty()).await
}

async fn sign_in_as(
    stage: &Stage,
    tenant: &Tenant,
    email: &str,
    again: Option<AccountId>,
) -> Outcome<AccountView> {
    let request = SignInRequest {
        tenant: tenant.url().to_owned(),
        app_id: Some(tenant.app_id().to_owned()),
        app_secret: Some(tenant.app_secret().into()),
        again,
        ..SignInRequest::default()
    };
    let started = stage.handle().start_sign_in(request).await?;
    let handle = stage.handle();
    let (account, _) = tokio::join!(
        handle.finish_sign_in(started.flow),
        in_browser(tenant, &started.url, email, "", |_| {})
    );
    account
}

fn inbox(tenant: &Tenant) -> Destination {
    let id = tenant.node_id(&["Inbox"], true).unwrap();
    Destination { kind: DestinationKind::Album, id, path: "Inbox".into() }
}

fn folder(stage: &Stage, name: &str, seed: u64) -> std::path::PathBuf {
    for number in 0..FILES {
        stage.file(&format!("{name}/{number}.jpg"), &noise(seed + number as u64, 20_000));
    }
    stage.path(name)
}

async fn state(stage: &Stage, account: AccountId) -> SignInState {
    let all = stage.handle().accounts().await.unwrap();
    all.into_iter().find(|one| one.id == account).unwrap().state
}

/// The sign-in of one is lost in the middle: the other goes on to its end, and nobody's files are mixed up.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_account_goes_on_while_the_sign_in_of_another_is_lost() {
    let mut stage = stage().await;
    let other = Tenant::start(Options { seed: 2, ..Options::default() }).await.unwrap();
    let mine = sign_in_as(&stage, &stage.tenant, "contributor@demo.test", None).await.unwrap().id;
    let theirs = sign_in_as(&stage, &other, "contributor@demo.test", None).await.unwrap().id;
    let colleague = stage.account;
    assert_eq!(stage.handle().accounts().await.unwrap().len(), 3);

    let mut watch = stage.watch().await;
    let send = async |account: AccountId, name: &str, seed: u64, tenant: &Tenant| {
        let paths = vec![folder(&stage, name, seed)];
        let request = engine::model::Enqueue { account, ..stage.request(paths, inbox(tenant)) };
        stage.handle().enqueue(request).await.unwrap()
    };
    stage.rest(true).await;
    let first = send(theirs, "Theirs", 1_000, &other).await;
    let second = send(mine, "Mine", 2_000, &stage.tenant).await;
    let third = send(colleague, "Colleague", 3_000, &stage.tenant).await;
    other.expire_tokens();
    other.expire_refresh_tokens();
    stage.rest(false).await;
    for batch in [second, third] {
        let view = watch.finished(batch).await;
        assert_eq!(view.totals.count(JobStateKind::Done), FILES as u64);
    }
    watch.until(first, |_| true).await;
    stage.until(|| other.under_way() == 0).await;
    assert_eq!(state(&stage, theirs).await, SignInState::SignInRequired);
    assert_eq!(state(&stage, mine).await, SignInState::SignedIn);
    assert_eq!(state(&stage, colleague).await, SignInState::SignedIn);
    let view = stage.handle().batch(first).await.unwrap();
    assert_eq!(view.totals.open(), FILES as u64, "nothing failed: {view:#?}");
    let owners: Vec<String> = stage.tenant.assets().into_iter().map(|asset| asset.owner).collect();
    assert_eq!(owners.iter().filter(|owner| owner.contains("contributor")).count(), FILES);
    assert!(other.assets().is_empty());

    // Somebody else signs in again: refused, and the files wait on.
    let failure = sign_in_as(&stage, &other, "admin@demo.test", Some(theirs)).await.unwrap_err();
    assert_eq!((failure.code, failure.params["reason"].as_str()), (ErrorCode::WrongAccount, "user"));
    assert_eq!(stage.handle().accounts().await.unwrap().len(), 3, "no account was added by that");
    stage.stop().await;
    stage.start().await;
    assert_eq!(state(&stage, theirs).await, SignInState::SignInRequired);
    let back = sign_in_as(&stage, &other, "contributor@demo.test", Some(theirs)).await.unwrap();
    assert_eq!(back.id, theirs);
    let view = stage.settled(first).await;
    assert_eq!(view.totals.count(JobStateKind::Done), FILES as u64);
    assert_eq!(other.assets().len(), FILES);
}

/// Signing out asks what becomes of what waits: it is kept for the next sign-in of that user, or dropped. The other user
/// of the same tenant is left alone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signing_out_keeps_or_drops_that_accounts_queue_alone() {
    for drop_queue in [false, true] {
        let stage = stage().await;
        let mine = sign_in_as(&stage, &stage.tenant, "contributor@demo.test", None).await.unwrap().id;
        stage.rest(true).await;
        let to = inbox(&stage.tenant);
        let request = engine::model::Enqueue {
            account: mine,
            ..stage.request(vec![folder(&stage, "Mine", 1)], to.clone())
        };
        let ours = stage.handle().enqueue(request).await.unwrap();
        let theirs = stage.enqueue(vec![folder(&stage, "Theirs", 100)], to).await;
        let mut watch = stage.watch().await;
        for batch in [ours, theirs] {
            watch.until(batch, |view| view.state == engine::model::BatchState::Open).await;
        }
        stage.handle().sign_out(mine, drop_queue).await.unwrap();
        stage.rest(false).await;
        let view = watch.finished(theirs).await;
        assert_eq!(view.totals.count(JobStateKind::Done), FILES as u64);
        assert_eq!(state(&stage, mine).await, SignInState::SignedOut);
        let kept = stage.handle().batch(ours).await.unwrap().totals;
        let wanted = if drop_queue { JobStateKind::Cancelled } else { JobStateKind::Queued };
        assert_eq!(kept.count(wanted), FILES as u64, "{kept:#?}");
        sign_in_as(&stage, &stage.tenant, "contributor@demo.test", None).await.unwrap();
        if !drop_queue {
            assert_eq!(watch.finished(ours).await.totals.count(JobStateKind::Done), FILES as u64);
        }
        assert_eq!(stage.tenant.assets().len(), if drop_queue { FILES } else { 2 * FILES });
    }
}

/// As on a computer without one.
#[derive(Debug)]
struct NoKeychain;

fn unavailable() -> Failure {
    Failure::new(ErrorCode::KeychainUnavailable)
}

impl Vault for NoKeychain {
    fn get(&self, _: &str) -> Outcome<Option<Secret>> {
        Err(unavailable())
    }

    fn set(&self, _: &str, _: &Secret) -> Outcome<()> {
        Err(unavailable())
    }

    fn remove(&self, _: &str) -> Outcome<()> {
        Err(unavailable())
    }
}

async fn without_keychain(stage: &mut Stage) {
    stage.stop().await;
    let options = EngineOptions { vault: None, keychain: Arc::new(NoKeychain), ..stage.engine_options() };
    stage.engine = Some(Engine::start(options).await.unwrap());
}

async fn fresh_without_keychain() -> Stage {
    let mut stage = stage().await;
    stage.stop().await;
    stage.data = tempfile::tempdir().unwrap();
    without_keychain(&mut stage).await;
    stage
}

/// Files on this computer that hold a text.
fn holds(stage: &Stage, text: &str) -> bool {
    let files = std::fs::read_dir(stage.data.path())
        .unwrap()
        .filter_map(|entry| std::fs::read(entry.ok()?.path()).ok());
    files.into_iter().any(|bytes| bytes.windows(text.len()).any(|window| window == text.as_bytes()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_keychain_one_can_sign_in_every_time() {
    let mut stage = fresh_without_keychain().await;
    assert_eq!(stage.handle().vault_state().await, VaultState::Missing);
    let failure = sign_in_as(&stage, &stage.tenant, "contributor@demo.test", None).await.unwrap_err();
    assert_eq!(failure.code, ErrorCode::KeychainUnavailable);
    stage.handle_set(SettingKey::Secrets, Some("session".into())).await;
    assert_eq!(stage.handle().vault_state().await, VaultState::Open);
    let account = sign_in_as(&stage, &stage.tenant, "contributor@demo.test", None).await.unwrap().id;
    stage.account = account;
    let view = stage.upload(vec![folder(&stage, "One", 1)], inbox(&stage.tenant)).await;
    assert_eq!(view.totals.count(JobStateKind::Done), FILES as u64);
    for token in stage.tenant.issued_tokens() {
        assert!(!holds(&stage, &token), "a token is on the disk");
    }
    assert!(!stage.data.path().join("credentials.enc").exists());

    // The next start asks, and what waits goes on afterwards.
    without_keychain(&mut stage).await;
    stage.until_state(account, SignInState::SignInRequired).await;
    let request = stage.request(vec![folder(&stage, "Two", 100)], inbox(&stage.tenant));
    let batch = stage.handle().enqueue(request).await.unwrap();
    assert_eq!(
        sign_in_as(&stage, &stage.tenant, "contributor@demo.test", Some(account)).await.unwrap().id,
        account
    );
    let view = stage.settled(batch).await;
    assert_eq!(view.totals.count(JobStateKind::Done), FILES as u64);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_keychain_a_file_with_a_passphrase_keeps_the_sign_in() {
    let mut stage = fresh_without_keychain().await;
    stage.handle().unlock_vault(Secret::new("correct horse")).await.unwrap();
    assert_eq!(stage.handle().vault_state().await, VaultState::Open);
    let account = sign_in_as(&stage, &stage.tenant, "contributor@demo.test", None).await.unwrap().id;
    stage.account = account;
    without_keychain(&mut stage).await;
    assert_eq!(stage.handle().vault_state().await, VaultState::Locked);
    // Nothing fails before the passphrase is typed: it waits.
    let request = stage.request(vec![folder(&stage, "One", 1)], inbox(&stage.tenant));
    let batch = stage.handle().enqueue(request).await.unwrap();
    let mut watch = stage.watch().await;
    watch.count(batch, JobStateKind::Waiting, FILES as u64).await;
    let wrong = stage.handle().unlock_vault(Secret::new("wrong")).await.unwrap_err();
    assert_eq!(wrong.code, ErrorCode::PassphraseWrong);
    assert_eq!(state(&stage, account).await, SignInState::SignedIn, "nobody has to sign in again");
    stage.handle().unlock_vault(Secret::new("correct horse")).await.unwrap();
    assert_eq!(watch.finished(batch).await.totals.count(JobStateKind::Done), FILES as u64);
    for token in stage.tenant.issued_tokens() {
        assert!(!holds(&stage, &token), "a token is on the disk as it is");
    }
}
