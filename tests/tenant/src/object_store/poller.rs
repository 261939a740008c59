//! Takes what arrives in a real store's upload bucket: fetches it, keeps it, deletes it there.

use std::collections::HashSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::{StreamExt, stream};

use super::embedded::owner_of;
use super::names;
use super::s3::{Listed, S3};
use crate::blobs::Blob;
use crate::faults::{Action, Seen};
use crate::state::{App, Arrived};
use crate::store::upload::UploadMeta;

const EVERY: Duration = Duration::from_millis(200);
const SIDE_BY_SIDE: usize = 16;
const SMALL: u64 = 64 * 1024;

/// Key and ETag of objects that are assets already, but not deleted from the bucket.
type Taken = Mutex<HashSet<(String, String)>>;

pub async fn run(app: App) {
    let Some(s3) = &app.s3 else { return };
    // A tenant that was killed between the row and the deletion must not take the object in again.
    let taken: Taken = Mutex::new(
        app.library()
            .uploads
            .values()
            .map(|upload| (upload.bucket_key.clone(), upload.md5.clone()))
            .collect(),
    );
    let mut first = true;
    loop {
        let found = match s3.list().await {
            Ok(found) => found,
            Err(error) => {
                tracing::warn!(%error, "the upload bucket can't be listed");
                tokio::time::sleep(EVERY).await;
                continue;
            }
        };
        if std::mem::take(&mut first) {
            lock(&taken).retain(|(key, _)| found.iter().any(|object| &object.key == key));
        }
        let trouble = AtomicBool::new(found.is_empty());
        stream::iter(found)
            .for_each_concurrent(SIDE_BY_SIDE, |object| async {
                let key = object.key.clone();
                if let Err(error) = take(&app, s3, object, &taken).await {
                    tracing::warn!(%error, key, "an object can't be taken in");
                    trouble.store(true, Ordering::Relaxed);
                }
            })
            .await;
        if trouble.into_inner() {
            tokio::time::sleep(EVERY).await;
        }
    }
}

fn lock(taken: &Taken) -> std::sync::MutexGuard<'_, HashSet<(String, String)>> {
    taken.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

async fn take(app: &App, s3: &S3, object: Listed, taken: &Taken) -> Result<(), String> {
    let mark = (object.key.clone(), object.etag.clone());
    if lock(taken).contains(&mark) {
        s3.delete(&object.key).await?;
        lock(taken).remove(&mark);
        return Ok(());
    }
    let response = s3.get(&object.key).await?;
    let mut meta = UploadMeta::default();
    for (name, value) in response.headers() {
        if let Some(name) = name.as_str().strip_prefix("x-amz-meta-") {
            meta.set(name, names::decode(value.as_bytes()));
        }
    }
    // Where a store keeps the literal variable or loses the name, the key's tail has it.
    let tail = object.key.rsplit('/').next().unwrap_or_default();
    if meta.file_name.is_empty() {
        tail.clone_into(&mut meta.file_name);
    }
    meta.file_name = meta.file_name.replace("${filename}", tail);

    let said = response.content_length();
    let blob = fetch(app, response).await?;
    if said.is_some_and(|said| said != blob.size) {
        return Err(format!("{} bytes came of {said:?}", blob.size));
    }
    let seen = Seen {
        method: "POST",
        path: "/ferry-upload",
        object_post: true,
        name: Some(&meta.file_name),
        length: None,
    };
    let mut faults = app.faults.pick(seen);
    faults.extend(app.faults.pick(Seen { name: None, ..seen }));
    let delay_ms = faults.iter().find_map(|action| match action {
        Action::IngestDelay { ms } => Some(*ms),
        _ => None,
    });
    let must_fail = faults.contains(&Action::IngestError);
    if !faults.contains(&Action::NeverIngest) {
        let email = owner_of(app, &object.key);
        let bucket_key = object.key.clone();
        app.arrived(Arrived { bucket_key, email, meta, blob, must_fail, delay_ms });
        if !app.db.barrier().await {
            return Err("the database is closed".into());
        }
    }
    // Only after the row is kept: a killed tenant finds the object again.
    lock(taken).insert(mark.clone());
    s3.delete(&object.key).await?;
    lock(taken).remove(&mark);
    Ok(())
}

async fn fetch(app: &App, response: reqwest::Response) -> Result<Blob, String> {
    if response.content_length().is_some_and(|length| length <= SMALL) {
        let bytes = response.bytes().await.map_err(|error| error.to_string())?;
        return app.blobs.put_small(&bytes).map_err(|error| error.to_string());
    }
    let incoming = app.blobs.receive();
    let mut body = response.bytes_stream();
    while let Some(piece) = body.next().await {
        let written = match piece {
            Ok(piece) => incoming.write(piece).await.map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        if let Err(error) = written {
            incoming.discard().await;
            return Err(error);
        }
    }
    incoming.finish().await.map_err(|error| error.to_string())
}
