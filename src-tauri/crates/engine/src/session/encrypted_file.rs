//! Secrets in a file under a passphrase, for computers without a keychain.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use argon2::Argon2;
use canto_api::Secret;
use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use super::Vault;
use crate::clock::World;
use crate::error::{ErrorCode, Failure, Outcome};

const MAGIC: &[u8; 8] = b"FERRYSC1";
const NAME: &str = "credentials.enc";
const SALT: usize = 16;
const NONCE: usize = 24;

/// Zeroed when they are no longer used.
type Secrets = BTreeMap<String, Secret>;

/// `credentials.enc` in the data directory: Argon2id makes the key, XChaCha20-Poly1305 keeps the content.
pub struct EncryptedFile {
    path: PathBuf,
    passphrase: Secret,
    /// One reader-then-writer at a time in this program.
    state: Mutex<State>,
}

struct State {
    salt: [u8; SALT],
    key: Zeroizing<[u8; 32]>,
    counter: u64,
}

impl std::fmt::Debug for EncryptedFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EncryptedFile").field("path", &self.path).finish_non_exhaustive()
    }
}

impl EncryptedFile {
    /// # Errors
    /// `PassphraseWrong` when the file exists and does not open.
    pub fn open(data_dir: &Path, passphrase: &Secret, world: &dyn World) -> Outcome<Self> {
        let path = data_dir.join(NAME);
        let mut salt = [0; SALT];
        let existing = read_file(&path)?;
        match existing.as_deref().and_then(split) {
            Some((found, _, _)) => salt = found,
            None if existing.is_some() => return Err(damaged(&path)),
            None => world.random(&mut salt),
        }
        let mut seed = [0; 8];
        world.random(&mut seed);
        let key = key_of(passphrase, &salt)?;
        let state = State { salt, key, counter: u64::from_le_bytes(seed) };
        let file = Self { path, passphrase: passphrase.clone(), state: Mutex::new(state) };
        file.read(&mut file.lock())?;
        Ok(file)
    }

    pub fn exists(data_dir: &Path) -> bool {
        data_dir.join(NAME).exists()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self, state: &mut State) -> Outcome<Secrets> {
        let Some(content) = read_file(&self.path)? else { return Ok(Secrets::new()) };
        let (salt, nonce, sealed) = split(&content).ok_or_else(|| damaged(&self.path))?;
        if salt != state.salt {
            // Another program has made the file anew since this one looked.
            (state.salt, state.key) = (salt, key_of(&self.passphrase, &salt)?);
        }
        let plain = state
            .cipher()
            .decrypt(&XNonce::from(nonce), sealed)
            .map_err(|_| Failure::new(ErrorCode::PassphraseWrong).with("path", self.path.display()))?;
        let plain = Zeroizing::new(plain);
        serde_json::from_slice(&plain).map_err(|_| damaged(&self.path))
    }

    /// Written beside, synced and renamed: the old content or the new one, never half.
    fn write(&self, state: &State, secrets: &Secrets, nonce: [u8; NONCE]) -> Outcome<()> {
        let plain = serde_json::to_vec(secrets).map(Zeroizing::new);
        let plain = plain.map_err(|error| Failure::new(ErrorCode::Internal).because(error))?;
        let sealed = state
            .cipher()
            .encrypt(&XNonce::from(nonce), plain.as_slice())
            .map_err(|_| Failure::new(ErrorCode::Internal).because("sealing failed"))?;
        let beside = self.path.with_extension("enc.new");
        let written = private_file(&beside).and_then(|mut file| {
            file.write_all(MAGIC)?;
            file.write_all(&state.salt)?;
            file.write_all(&nonce)?;
            file.write_all(&sealed)?;
            file.sync_all()?;
            fs::rename(&beside, &self.path)
        });
        written.map_err(|error| io_failure(&self.path, error))
    }

    fn change(&self, change: impl FnOnce(&mut Secrets)) -> Outcome<()> {
        let mut state = self.lock();
        // Another program may be about to change it, too.
        let path = self.path.with_extension("enc.lock");
        let other = private_file(&path).map_err(|error| io_failure(&path, error))?;
        other.lock().map_err(|error| io_failure(&path, error))?;
        let mut secrets = self.read(&mut state)?;
        change(&mut secrets);
        let mut nonce = [0; NONCE];
        rand::fill(&mut nonce);
        state.counter = state.counter.wrapping_add(1);
        if let Some(place) = nonce.first_chunk_mut::<8>() {
            // Never the same twice in this program, whatever the randomness does.
            *place = (u64::from_le_bytes(*place) ^ state.counter).to_le_bytes();
        }
        self.write(&state, &secrets, nonce)
    }
}

impl State {
    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&(*self.key).into())
    }
}

fn key_of(passphrase: &Secret, salt: &[u8; SALT]) -> Outcome<Zeroizing<[u8; 32]>> {
    let mut key = Zeroizing::new([0; 32]);
    Argon2::default()
        .hash_password_into(passphrase.expose().as_bytes(), salt, &mut *key)
        .map_err(|error| Failure::new(ErrorCode::Internal).because(error))?;
    Ok(key)
}

impl Vault for EncryptedFile {
    fn get(&self, name: &str) -> Outcome<Option<Secret>> {
        Ok(self.read(&mut self.lock())?.remove(name))
    }

    fn set(&self, name: &str, secret: &Secret) -> Outcome<()> {
        self.change(|secrets| {
            secrets.insert(name.to_owned(), secret.clone());
        })
    }

    fn remove(&self, name: &str) -> Outcome<()> {
        self.change(|secrets| {
            secrets.remove(name);
        })
    }
}

fn split(content: &[u8]) -> Option<([u8; SALT], [u8; NONCE], &[u8])> {
    let rest = content.strip_prefix(MAGIC)?;
    let (salt, rest) = rest.split_first_chunk::<SALT>()?;
    let (nonce, sealed) = rest.split_first_chunk::<NONCE>()?;
    Some((*salt, *nonce, sealed))
}

fn read_file(path: &Path) -> Outcome<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(content) => Ok(Some(content)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(io_failure(path, error)),
    }
}

fn damaged(path: &Path) -> Failure {
    Failure::new(ErrorCode::KeychainUnavailable)
        .with("path", path.display())
        .because("the credentials file is damaged")
}

fn io_failure(path: &Path, error: std::io::Error) -> Failure {
    let code = match error.kind() {
        ErrorKind::StorageFull => ErrorCode::DiskFull,
        _ => ErrorCode::KeychainUnavailable,
    };
    Failure::new(code).with("path", path.display()).because(error)
}

#[cfg(unix)]
fn private_file(path: &Path) -> std::io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)
}

/// On Windows the user's own profile folder is private already.
#[cfg(not(unix))]
fn private_file(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(true).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemWorld;

    fn open(dir: &Path, passphrase: &str) -> Outcome<EncryptedFile> {
        EncryptedFile::open(dir, &Secret::new(passphrase), &SystemWorld)
    }

    #[test]
    fn keeps_secrets_over_a_restart_and_shows_them_to_no_one_else() {
        let dir = tempfile::tempdir().unwrap();
        open(dir.path(), "right").unwrap().set("token", &Secret::new("s3cr3t-w0rd")).unwrap();
        let again = open(dir.path(), "right").unwrap();
        assert_eq!(again.get("token").unwrap().unwrap().expose(), "s3cr3t-w0rd");
        let content = fs::read(dir.path().join("credentials.enc")).unwrap();
        assert!(!content.windows(6).any(|window| window == b"s3cr3t"));
        again.remove("token").unwrap();
        assert!(again.get("token").unwrap().is_none());
    }

    #[test]
    fn a_wrong_passphrase_is_said_and_changes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        open(dir.path(), "right").unwrap().set("token", &Secret::new("word")).unwrap();
        let before = fs::read(dir.path().join("credentials.enc")).unwrap();
        assert_eq!(open(dir.path(), "wrong").unwrap_err().code, ErrorCode::PassphraseWrong);
        assert_eq!(fs::read(dir.path().join("credentials.enc")).unwrap(), before);
    }

    #[test]
    fn a_program_that_opened_it_before_it_was_made_reads_what_another_put_there() {
        let dir = tempfile::tempdir().unwrap();
        let early = open(dir.path(), "right").unwrap();
        open(dir.path(), "right").unwrap().set("token", &Secret::new("word")).unwrap();
        assert_eq!(early.get("token").unwrap().unwrap().expose(), "word");
        early.set("other", &Secret::new("more")).unwrap();
        assert_eq!(open(dir.path(), "right").unwrap().get("token").unwrap().unwrap().expose(), "word");
    }

    #[cfg(unix)]
    #[test]
    fn only_the_user_may_read_the_file() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        open(dir.path(), "right").unwrap().set("token", &Secret::new("word")).unwrap();
        let mode = fs::metadata(dir.path().join("credentials.enc")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
