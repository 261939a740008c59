//! Opens the engine for a command, and closes it whatever happens.

use std::io::IsTerminal;
use std::path::PathBuf;

use engine::clock::SystemWorld;
use engine::error::{ErrorCode, Failure, Outcome};
use engine::model::{AccountView, SignInState};
use engine::platform::{data_dir, managed};
use engine::session::{MemoryVault, Secret, SharedVault, open_vault};
use engine::{Engine, EngineHandle, EngineOptions, Role, are_secrets_kept};

use crate::args::Global;
use crate::exit::Problem;
use crate::output::Output;
use crate::{account, sign_in, signals};

/// What a command needs of the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// The queue as it is.
    Queue,
    /// The tenant, too: the credentials are opened first.
    Tenant,
    /// As `Tenant`, for whoever signs in or out.
    SignIn,
    /// As `Tenant`, and the queue is kept here while the command runs, but nothing is sent.
    Intake,
    /// Transfers.
    Transfers,
    /// And watched folders, all the time.
    Everything,
}

pub struct Session {
    engine: Engine,
    handle: EngineHandle,
    data_dir: PathBuf,
    vault: Option<SharedVault>,
    /// Folders are watched while it is open.
    watches: bool,
    /// Whoever needs the tenant signs in for this command alone.
    pub keeps_nothing: bool,
    account: Option<String>,
}

impl Session {
    /// Opens the engine, does the work until it is done or interrupted, and closes the engine.
    pub async fn with<T>(
        global: &Global,
        need: Need,
        work: impl AsyncFnOnce(&mut Self) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let mut session = tokio::select! {
            session = Self::open(global, need) => session?,
            () = signals::interrupted() => return Err(Problem::Interrupted),
        };
        let signed_in_first = async |session: &mut Self| {
            if session.keeps_nothing && need != Need::SignIn {
                sign_in_for_now(session, global, need).await?;
            }
            work(session).await
        };
        let result = tokio::select! {
            result = signed_in_first(&mut session) => result,
            () = signals::interrupted() => Err(Problem::Interrupted),
        };
        session.engine.stop().await;
        result
    }

    async fn open(global: &Global, need: Need) -> Result<Self, Problem> {
        let data_dir = data_dir_of(global)?;
        let mut keeps_nothing = false;
        let vault = match need {
            Need::Queue => None,
            Need::Tenant | Need::SignIn | Need::Intake | Need::Transfers | Need::Everything => {
                let kept = are_kept(data_dir.clone()).await;
                keeps_nothing = !kept;
                Some(if kept { vault(data_dir.clone()).await? } else { MemoryVault::shared() as SharedVault })
            }
        };
        let role = match need {
            Need::Queue | Need::Tenant | Need::SignIn => Role::Guest,
            Need::Intake => Role::Queue,
            Need::Transfers | Need::Everything => Role::Engine,
        };
        let watches = need == Need::Everything;
        let engine = Engine::start(options(&data_dir, vault.as_ref(), role, watches)).await?;
        let handle = engine.handle();
        Ok(Self { engine, handle, data_dir, vault, watches, keeps_nothing, account: global.account.clone() })
    }

    pub fn handle(&self) -> &EngineHandle {
        &self.handle
    }

    /// The account that the command is about.
    pub async fn account(&self) -> Result<AccountView, Problem> {
        account::choose(self.handle.accounts().await?, self.account.as_deref())
    }

    /// Another program works on the queue. Looks by taking the lock for a moment.
    pub async fn runs_elsewhere(&self) -> Outcome<bool> {
        let path = self.data_dir.clone();
        let look = move || data_dir::DataDirLock::take(&path).map(|lock| lock.is_none());
        tokio::task::spawn_blocking(look)
            .await
            .map_err(|error| Failure::new(ErrorCode::Internal).because(error))?
    }

    /// Runs the engine here if the program that had it is gone. `true`: it is here now, where it was not before.
    pub async fn take_over(&mut self) -> Outcome<bool> {
        if self.handle.is_owner() || self.runs_elsewhere().await? {
            return Ok(false);
        }
        let engine =
            Engine::start(options(&self.data_dir, self.vault.as_ref(), Role::Engine, self.watches)).await?;
        self.handle = engine.handle();
        std::mem::replace(&mut self.engine, engine).stop().await;
        Ok(self.handle.is_owner())
    }
}

fn options(
    data_dir: &std::path::Path,
    vault: Option<&SharedVault>,
    role: Role,
    watches: bool,
) -> EngineOptions {
    EngineOptions {
        role,
        sync_when_asked: !watches,
        vault: vault.cloned(),
        authorities: word("FERRY_CA_FILE").map(PathBuf::from),
        ..EngineOptions::new(data_dir)
    }
}

async fn are_kept(data_dir: PathBuf) -> bool {
    let look = move || are_secrets_kept(&data_dir, managed::path().as_deref());
    tokio::task::spawn_blocking(look).await.unwrap_or(true)
}

/// Nothing is kept of a sign-in: the account that the command is about, or all of them, signs in anew.
async fn sign_in_for_now(session: &Session, global: &Global, need: Need) -> Result<(), Problem> {
    let out = Output::new(global.json, global.quiet);
    let all = session.handle.accounts().await?;
    let accounts = match need {
        // Whatever is queued is sent.
        Need::Transfers | Need::Everything if global.account.is_none() => {
            all.into_iter().filter(|account| account.state != SignInState::SignedOut).collect()
        }
        _ if all.is_empty() => return Ok(()),
        _ => vec![account::choose(all, global.account.as_deref())?],
    };
    for account in accounts {
        sign_in::once_more(&session.handle, &account, &out).await?;
    }
    Ok(())
}

/// An environment variable that says something.
pub fn word(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|word| !word.is_empty())
}

fn data_dir_of(global: &Global) -> Result<PathBuf, Problem> {
    let given = global.data_dir.clone().filter(|path| !path.as_os_str().is_empty());
    let dir = given.or_else(data_dir::default).ok_or_else(|| {
        Problem::usage("there is no place for Ferry's data. Name one with --data-dir or FERRY_DATA_DIR.")
    })?;
    Ok(std::path::absolute(dir)?)
}

/// The keychain, or the encrypted file with the passphrase from the environment or the terminal.
async fn vault(data_dir: PathBuf) -> Result<SharedVault, Problem> {
    let open = move || {
        let given = word("FERRY_PASSPHRASE").map(Secret::new);
        let asked = given.is_none();
        match open_vault(&data_dir, given, &SystemWorld) {
            Err(failure) if failure.code == ErrorCode::KeychainUnavailable && asked => {
                if !std::io::stdin().is_terminal() {
                    return Err(failure.into());
                }
                std::fs::create_dir_all(&data_dir)?;
                let passphrase = ask_passphrase(data_dir.join("credentials.enc").exists())?;
                Ok(open_vault(&data_dir, Some(Secret::new(passphrase)), &SystemWorld)?)
            }
            result => Ok(result?),
        }
    };
    tokio::task::spawn_blocking(open)
        .await
        .map_err(|error| Problem::from(Failure::new(ErrorCode::Internal).because(error)))?
}

fn ask_passphrase(exists: bool) -> Result<String, Problem> {
    if exists {
        return Ok(rpassword::prompt_password("Passphrase of Ferry's credentials file: ")?);
    }
    let note = "This computer has no keychain. Ferry keeps its secrets in an encrypted file instead.";
    Output::new(false, false).warn(note);
    let first = rpassword::prompt_password("Choose a passphrase for it: ")?;
    if first.is_empty() {
        return Err(Problem::usage("an empty passphrase protects nothing."));
    }
    if rpassword::prompt_password("Once more: ")? != first {
        return Err(Problem::usage("the two passphrases differ."));
    }
    Ok(first)
}
