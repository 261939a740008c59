//! What all calls share.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};

use jiff::tz::TimeZone;
use tokio::sync::Notify;

use crate::blobs::{Blob, Blobs};
use crate::clock::Clock;
use crate::error::StartError;
use crate::faults::FaultBook;
use crate::library::Library;
use crate::oauth::sessions::Sessions;
use crate::object_store::multipart::OpenUploads;
use crate::object_store::s3::S3;
use crate::options::{ObjectStore, Options, Switches};
use crate::rate::Rate;
use crate::requests::CallLog;
use crate::seed;
use crate::store::db::{Db, Loader};
use crate::store::setting::Identity;
use crate::store::token::Token;
use crate::store::upload::{Upload, UploadMeta, UploadState};

pub type App = Arc<State>;

pub struct State {
    pub options: Options,
    pub identity: Identity,
    pub clock: Clock,
    pub db: Db,
    pub blobs: Blobs,
    pub faults: FaultBook,
    pub calls: CallLog,
    pub rate: Rate,
    pub open_uploads: OpenUploads,
    /// Set when objects go to a real store.
    pub s3: Option<S3>,
    /// Wakes the ingester.
    pub due: Notify,
    library: Mutex<Library>,
    sessions: Mutex<Sessions>,
    switches: RwLock<Arc<Switches>>,
    policies: Mutex<Policies>,
    url: OnceLock<String>,
    next_seq: AtomicU64,
    /// Requests that are being worked on; one that hangs is not.
    pub under_way: AtomicU64,
}

/// Upload settings given out, so that a fault can end them early.
#[derive(Default)]
struct Policies {
    /// With the place that each is for.
    open: HashMap<String, Option<String>>,
    ended: HashSet<String>,
}

/// An object that arrived whole in the upload bucket.
pub struct Arrived {
    pub bucket_key: String,
    pub email: String,
    pub meta: UploadMeta,
    pub blob: Blob,
    pub must_fail: bool,
    pub delay_ms: Option<u64>,
}

impl State {
    pub fn open(options: Options, data: &std::path::Path) -> Result<Self, StartError> {
        std::fs::create_dir_all(data)?;
        let zone = match options.time_zone.as_str() {
            "" => "Europe/Berlin",
            name => name,
        };
        let clock = Clock::new(TimeZone::get(zone)?);
        let rows = Loader::open(&data.join("library.sqlite"))?;
        let identity = rows.rows::<Identity>()?.into_iter().next();
        let mut library = Library::load(&rows)?;
        let sessions = Sessions::load(rows.rows::<Token>()?);
        let db = rows.into_writer()?;
        let identity = identity.unwrap_or_else(|| {
            let fresh = Identity::new(options.seed);
            db.put(&fresh);
            seed::plant(&mut library, &db, options.seed, clock.now_ms());
            fresh
        });
        let next_seq = library.uploads.last_key_value().map_or(1, |(seq, _)| seq + 1);
        let s3 = match &options.object_store {
            ObjectStore::Embedded => None,
            ObjectStore::S3 { url, access_key, secret_key } => Some(S3::new(url, access_key, secret_key)?),
        };
        Ok(Self {
            identity,
            db,
            blobs: Blobs::open(data)?,
            faults: FaultBook::default(),
            calls: CallLog::default(),
            rate: Rate::default(),
            open_uploads: OpenUploads::open(data)?,
            s3,
            due: Notify::new(),
            library: Mutex::new(library),
            sessions: Mutex::new(sessions),
            switches: RwLock::new(Arc::new(options.switches.clone())),
            policies: Mutex::default(),
            url: OnceLock::new(),
            next_seq: AtomicU64::new(next_seq),
            under_way: AtomicU64::new(0),
            clock,
            options,
        })
    }

    /// Never held across an await.
    pub fn library(&self) -> MutexGuard<'_, Library> {
        self.library.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn sessions(&self) -> MutexGuard<'_, Sessions> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn switches(&self) -> Arc<Switches> {
        self.switches.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn set_switches(&self, switches: Switches) {
        *self.switches.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(switches);
    }

    /// `http://127.0.0.1:port`, without a slash at the end.
    pub fn url(&self) -> &str {
        self.url.get().map_or("", String::as_str)
    }

    /// Where clients find the embedded store.
    pub fn store_url(&self) -> &str {
        self.options.store_url.as_deref().unwrap_or_else(|| self.url())
    }

    pub fn set_url(&self, url: String) {
        let _ = self.url.set(url);
    }

    pub fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }

    pub fn policy_issued(&self, signature: &str, place: Option<String>) {
        self.policies().open.insert(signature.to_owned(), place);
    }

    pub fn end_policies(&self) {
        let mut policies = self.policies();
        let open = std::mem::take(&mut policies.open);
        policies.ended.extend(open.into_keys());
    }

    /// A place that takes no more files ends its policies with that: a guess, too [ND].
    pub fn policy_ended(&self, signature: &str) -> bool {
        let place = {
            let policies = self.policies();
            if policies.ended.contains(signature) {
                return true;
            }
            policies.open.get(signature).cloned().flatten()
        };
        place.is_some_and(|place| self.library().takes_files(&place, self.now_ms()).is_err())
    }

    fn policies(&self) -> MutexGuard<'_, Policies> {
        self.policies.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes in an object; it is an asset at once where no delay is set.
    pub fn arrived(&self, object: Arrived) -> u64 {
        let now = self.now_ms();
        let switches = self.switches();
        let appears_ms = now + switches.appear_delay_ms.cast_signed();
        let due_ms = appears_ms + object.delay_ms.unwrap_or(switches.ingest_delay_ms).cast_signed();
        let upload = Upload {
            seq: self.next_seq.fetch_add(1, Ordering::Relaxed),
            bucket_key: object.bucket_key,
            email: object.email,
            meta: object.meta,
            blob: object.blob.id,
            size: object.blob.size,
            md5: object.blob.md5,
            received_ms: now,
            appears_ms,
            due_ms,
            state: UploadState::Initial,
            asset: None,
            must_fail: object.must_fail,
        };
        let mut library = self.library();
        // Same key = overwritten; the last write wins [A] (§8.2). The earlier upload is never told of [I].
        if let Some(before) = library.in_bucket.get(&upload.bucket_key).copied()
            && let Some(lost) = library.uploads.get_mut(&before)
        {
            lost.state = UploadState::Absent;
            self.db.put(lost);
        }
        let seq = upload.seq;
        if due_ms <= now {
            // The entry that this leaves among the due ones finds nothing to do later.
            library.index_upload(upload);
            library.ingest(seq, now, &switches, &self.db);
        } else {
            self.db.put(&upload);
            library.index_upload(upload);
            drop(library);
            self.due.notify_one();
        }
        seq
    }
}
