//! Small pictures for the page, by a scheme of their own. An address names a job or the number of a staged file, never a path:
//! `thumb://localhost/job/17`, `thumb://localhost/staged/3`; of the asset that a job's file is a duplicate of,
//! `thumb://localhost/duplicate/17`; of what happened to a mirrored file, `thumb://localhost/mirrored/9`.

use std::collections::{HashMap, VecDeque};
use std::path::PathBuf;
use std::sync::Mutex;

use engine::error::Outcome;
use engine::model::JobId;
use engine::thumbnails::Thumbnail;
use tauri::http::{Request, Response, StatusCode, header};
use tauri::{Manager, Runtime, UriSchemeContext, UriSchemeResponder};

use crate::state::{SharedShell, Shell, lock};

pub const SCHEME: &str = "thumb";

/// Numbers that are good at a time.
const MOST_NUMBERS: usize = 4_096;

/// The numbers of staged files that the page has asked for.
#[derive(Default)]
pub struct StagedNumbers(Mutex<Numbers>);

#[derive(Default)]
struct Numbers {
    last: u64,
    by_path: HashMap<PathBuf, u64>,
    by_number: HashMap<u64, PathBuf>,
    in_order: VecDeque<u64>,
}

impl StagedNumbers {
    pub fn of(&self, path: PathBuf) -> u64 {
        let mut numbers = lock(&self.0);
        if let Some(number) = numbers.by_path.get(&path) {
            return *number;
        }
        numbers.last += 1;
        let number = numbers.last;
        numbers.by_path.insert(path.clone(), number);
        numbers.by_number.insert(number, path);
        numbers.in_order.push_back(number);
        if numbers.in_order.len() > MOST_NUMBERS
            && let Some(oldest) = numbers.in_order.pop_front()
            && let Some(path) = numbers.by_number.remove(&oldest)
        {
            numbers.by_path.remove(&path);
        }
        number
    }

    fn path(&self, number: u64) -> Option<PathBuf> {
        lock(&self.0).by_number.get(&number).cloned()
    }
}

/// Hands the work to the runtime at once: this is called on the window's thread.
pub fn serve<R: Runtime>(
    context: UriSchemeContext<'_, R>,
    request: Request<Vec<u8>>,
    responder: UriSchemeResponder,
) {
    let shell = SharedShell::clone(&context.app_handle().state::<SharedShell>());
    let path = request.uri().path().to_owned();
    tauri::async_runtime::spawn(async move { responder.respond(answer(&shell, &path).await) });
}

/// What an address gets.
pub async fn answer(shell: &Shell, path: &str) -> Response<Vec<u8>> {
    let found = match wish(path) {
        Some(wish) => find(shell, wish).await.ok().flatten(),
        None => None,
    };
    let (status, kind, bytes) = match found {
        Some(thumbnail) => (StatusCode::OK, thumbnail.media_type(), thumbnail.bytes),
        None => (StatusCode::NOT_FOUND, "text/plain", Vec::new()),
    };
    let mut response = Response::new(bytes);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static(kind));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, header::HeaderValue::from_static("nosniff"));
    // A file that was changed has the same address.
    headers.insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-cache"));
    response
}

enum Wish {
    Job(JobId),
    Staged(u64),
    Duplicate(JobId),
    /// What happened to a mirrored file.
    Mirrored(i64),
}

fn wish(path: &str) -> Option<Wish> {
    let (what, number) = path.trim_start_matches('/').split_once('/')?;
    match what {
        "job" => Some(Wish::Job(JobId(number.parse().ok()?))),
        "duplicate" => Some(Wish::Duplicate(JobId(number.parse().ok()?))),
        "mirrored" => Some(Wish::Mirrored(number.parse().ok()?)),
        "staged" => Some(Wish::Staged(number.parse().ok()?)),
        _ => None,
    }
}

async fn find(shell: &Shell, wish: Wish) -> Outcome<Option<Thumbnail>> {
    let engine = shell.engine().await?;
    match wish {
        Wish::Job(job) => engine.thumbnail(job).await,
        Wish::Duplicate(job) => engine.duplicate_picture(job).await,
        Wish::Mirrored(activity) => engine.mirrored_picture(activity).await,
        Wish::Staged(number) => match shell.staged_numbers.path(number) {
            Some(path) => Ok(engine.thumbnail_of_file(path).await),
            None => Ok(None),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_a_job_or_a_number() {
        assert!(matches!(wish("/job/17"), Some(Wish::Job(JobId(17)))));
        assert!(matches!(wish("/staged/3"), Some(Wish::Staged(3))));
        assert!(matches!(wish("/duplicate/17"), Some(Wish::Duplicate(JobId(17)))));
        assert!(matches!(wish("/mirrored/17"), Some(Wish::Mirrored(17))));
        for path in
            ["/", "/duplicate", "/job", "/job/", "/job/x", "/job/1/2", "/etc/passwd", "/staged/../job/1", ""]
        {
            assert!(wish(path).is_none(), "{path}");
        }
    }

    #[test]
    fn numbers_stay_and_the_oldest_are_forgotten() {
        let numbers = StagedNumbers::default();
        let first = numbers.of("/a/0".into());
        assert_eq!(numbers.of("/a/0".into()), first);
        for file in 1..=MOST_NUMBERS {
            numbers.of(format!("/a/{file}").into());
        }
        assert_eq!(numbers.path(first), None);
        assert_ne!(numbers.of("/a/0".into()), first);
    }
}
