//! Measures what 1, 2, 4, … streams side by side carry, each for some seconds and up to some bytes, through the clients,
//! the proxy and the limits of every upload. What is sent never comes to its end, so that nothing is stored.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use canto_api::{
    ApiError, ErrorKind, FileBody, ObjectFields, PostOptions, UploadSetting, post_object, put_part,
};
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream, FuturesUnordered};
use tokio::time::Instant;
use url::Url;

use super::flow::Flow;
use crate::clock::random_word;
use crate::error::{ErrorCode, Failure, Outcome};
use crate::model::SpeedLevel;
use crate::network::bandwidth::paced;
use crate::transfer::failure::failure_of;
use crate::transfer::permits::{MOST_LARGE_FILES, MOST_PARTS_AT_ONCE, RISE};
use crate::transfer::upload::TransferContext;

const MIB: u64 = 1024 * 1024;
/// Of one number of streams: some tens of milliseconds on the fastest lines, and on others the time ends it before.
const MOST: u64 = 64 * MIB;
/// Nothing squeezes these bytes, or knows them again within a connection's memory.
const NOISE: usize = 4 * 1024 * 1024;
/// What is handed to the line at once: so small that a slow line is measured finely, so large that a fast one is filled.
const LEAST_PIECE: u64 = 16 * 1024;
const MOST_PIECE: u64 = 256 * 1024;
const LOOK: Duration = Duration::from_millis(4);
/// On a line that carries next to nothing, so many times as long.
const LONGEST: u32 = 4;

/// Where bytes go that are to leave nothing.
#[derive(Clone)]
pub enum Target {
    /// Addresses of parts of an upload that is removed afterwards, one for each stream.
    Parts(Vec<Url>),
    Form(Arc<UploadSetting>),
}

impl Target {
    /// As many as transfers would send side by side at most: parts of all files together, or large files by form.
    fn most_streams(&self) -> u32 {
        match self {
            Self::Parts(addresses) => u32::try_from(addresses.len().min(MOST_PARTS_AT_ONCE)).unwrap_or(1),
            Self::Form(_) => u32::try_from(MOST_LARGE_FILES).unwrap_or(1),
        }
    }
}

/// Goes on as long as more streams carry more. `on_level` hears of each one.
///
/// # Errors
/// Where one stream alone carries nothing.
pub async fn measure(
    context: &TransferContext,
    target: &Target,
    mut on_level: impl FnMut(SpeedLevel),
) -> Outcome<Vec<SpeedLevel>> {
    let mut noise = vec![0; NOISE];
    context.world.random(&mut noise);
    let noise = Bytes::from(noise);
    let mut levels: Vec<SpeedLevel> = Vec::new();
    let mut streams = 1;
    while streams <= target.most_streams() {
        let before = levels.last().copied();
        let piece = before.map_or(LEAST_PIECE, |last| last.speed / u64::from(last.streams) / 50);
        let piece = usize::try_from(piece.clamp(LEAST_PIECE, MOST_PIECE)).unwrap_or(usize::MAX);
        match level(context, target, streams, &noise, piece).await {
            Ok(speed) => {
                levels.push(SpeedLevel { streams, speed });
                on_level(SpeedLevel { streams, speed });
                let best = before.map_or(0.0, |last| last.speed as f64);
                if (speed as f64) < best * RISE {
                    break;
                }
            }
            // So many were too many, and that is a result.
            Err(error) if !levels.is_empty() => {
                tracing::info!(%error, streams, "not measured any further");
                break;
            }
            Err(error) => return Err(failure_of(&error)),
        }
        streams *= 2;
    }
    if levels.iter().all(|level| level.speed == 0) {
        return Err(Failure::new(ErrorCode::NetworkTimeout).because("nothing was carried"));
    }
    Ok(levels)
}

/// Bytes a second of so many streams together, once they are in swing: what buffers take at first is not carried yet.
async fn level(
    context: &TransferContext,
    target: &Target,
    streams: u32,
    noise: &Bytes,
    piece: usize,
) -> Result<u64, ApiError> {
    let taken = Arc::<AtomicU64>::default();
    let mut sending: FuturesUnordered<_> =
        (0..streams).map(|number| one(context, target, number, &taken, noise, piece)).collect();
    let (span, began) = (context.pace.measure, Instant::now());
    let mut in_swing: Option<Flow> = None;
    loop {
        tokio::select! {
            biased;
            // None of them has an end of its own.
            Some(error) = sending.next() => return Err(error),
            () = tokio::time::sleep(LOOK) => {}
        }
        let (now, bytes) = (Instant::now(), taken.load(Ordering::Relaxed));
        let passed = now - began;
        let Some(flow) = &mut in_swing else {
            if bytes > 0 && (passed >= span / 3 || bytes >= MOST / 4) {
                in_swing = Some(Flow::new(now, bytes));
            } else if passed >= span * LONGEST {
                return Ok(0);
            }
            continue;
        };
        flow.look(now, bytes);
        let enough = passed >= span && flow.is_known(now);
        if enough || bytes >= MOST || passed >= span * LONGEST {
            return Ok(flow.speed(now));
        }
    }
}

/// Sends until it is dropped, or something stops it.
async fn one(
    context: &TransferContext,
    target: &Target,
    number: u32,
    taken: &Arc<AtomicU64>,
    noise: &Bytes,
    piece: usize,
) -> ApiError {
    let network = context.tenants.network();
    let body = FileBody::Stream { length: MOST + 1, blocks: endless(noise, piece, context) };
    let options = PostOptions { progress: Some(Arc::clone(taken)), ..context.post_options() };
    let http = network.to_store();
    let ended = match target {
        Target::Parts(addresses) => {
            let Some(url) = addresses.get(number as usize) else {
                return ApiError::new("measure", ErrorKind::Internal);
            };
            put_part(http.client(), url, body, None, options).await
        }
        Target::Form(setting) => {
            let form = setting.form(&ObjectFields {
                key_tail: &random_word(&*context.world, 16),
                file_name: "Ferry connection test",
                ..ObjectFields::default()
            });
            post_object(http.client(), &setting.url, form, body, options).await
        }
    };
    match ended {
        // It can't have all of what was announced.
        Ok(_) => ApiError::new("measure", ErrorKind::UnexpectedAnswer),
        Err(error) => error,
    }
}

/// Everything that was announced but for the last byte, and then nothing.
fn endless(
    noise: &Bytes,
    piece: usize,
    context: &TransferContext,
) -> BoxStream<'static, std::io::Result<Bytes>> {
    let (noise, piece) = (noise.clone(), piece as u64);
    let pieces = stream::unfold(0u64, move |at| {
        let length = piece.min(MOST - at);
        let from =
            usize::try_from(at).unwrap_or_default() % (noise.len() - usize::try_from(piece).unwrap_or(1));
        let next = (length > 0).then(|| {
            (Ok(noise.slice(from..from + usize::try_from(length).unwrap_or_default())), at + length)
        });
        std::future::ready(next)
    });
    paced(pieces.chain(stream::pending()).boxed(), context.tenants.network().up().clone())
}
