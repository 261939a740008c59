//! How a job's state lies in its row: written and read back in one place, so that no state is ever lost on the way.

use rusqlite::{Connection, Result, Row, params};

use crate::clock::Millis;
use crate::error::{ErrorCode, Failure};
use crate::model::{AssetId, JobId, JobStateKind, Verification, WaitingFor};
use crate::queue::state::{Attempt, Held, JobState, Proof, Sent, Wish};

/// Writes a state with everything that belongs to it, and clears what doesn't.
pub fn write(db: &Connection, id: JobId, failures: u32, state: &JobState) -> Result<()> {
    let flat = Flat::of(state);
    db.prepare_cached(
        "UPDATE job SET failures = ?2, state = ?3, waiting_for = ?4, ready_at = ?5, wish = ?6, key_tail = ?7,
         started_at = ?8, sent_at = ?9, md5 = ?10, etag_matched = ?11, failure = ?12, asset_scheme = ?13,
         asset_id = ?14, asset_url = ?15, verification = ?16, done_at = ?17 WHERE id = ?1",
    )?
    .execute(params![
        id.0,
        failures,
        state.kind().as_str(),
        flat.on.map(WaitingFor::as_str),
        flat.ready_at,
        match flat.wish {
            Wish::GoOn => None,
            Wish::Pause => Some("pause"),
            Wish::Cancel => Some("cancel"),
        },
        flat.attempt.map(|attempt| &attempt.key_tail),
        flat.attempt.map(|attempt| attempt.started_at),
        flat.sent.map(|sent| sent.sent_at),
        flat.sent.map(|sent| sent.md5.as_slice()).or(flat.proof.map(|proof| proof.md5.as_slice())),
        flat.sent.map(|sent| sent.etag_matched),
        flat.failure.map(failure_json),
        flat.proof.map(|proof| &proof.asset.scheme),
        flat.proof.map(|proof| &proof.asset.id),
        flat.proof.and_then(|proof| proof.asset_url.as_deref()),
        flat.proof.map(|proof| proof.verification.as_str()),
        flat.proof.map(|proof| proof.at),
    ])
    .map(drop)
}

#[derive(Default)]
struct Flat<'a> {
    on: Option<WaitingFor>,
    ready_at: Option<Millis>,
    wish: Wish,
    attempt: Option<&'a Attempt>,
    sent: Option<&'a Sent>,
    failure: Option<&'a Failure>,
    proof: Option<&'a Proof>,
}

impl<'a> Flat<'a> {
    fn of(state: &'a JobState) -> Self {
        let flat = Self::default();
        match state {
            JobState::Queued | JobState::Cancelled => flat,
            JobState::Uploading { attempt, wish } | JobState::Checking { attempt, wish } => {
                Self { attempt: Some(attempt), wish: *wish, ..flat }
            }
            JobState::Finishing { sent } | JobState::Processing { sent } => flat.sent(sent),
            JobState::Done { proof } => Self { proof: Some(proof), ..flat },
            JobState::Paused { held } => flat.held(held),
            JobState::Waiting { on, ready_at, failure, held } => {
                Self { on: Some(*on), ready_at: *ready_at, failure: failure.as_ref(), ..flat.held(held) }
            }
            JobState::Blocked { failure, held } => Self { failure: Some(failure), ..flat.held(held) },
            JobState::Skipped { failure } | JobState::Failed { failure } => {
                Self { failure: Some(failure), ..flat }
            }
        }
    }

    fn sent(self, sent: &'a Sent) -> Self {
        Self { attempt: Some(&sent.attempt), sent: Some(sent), wish: sent.wish, ..self }
    }

    fn held(self, held: &'a Held) -> Self {
        match held {
            Held::Nothing => self,
            Held::Unsure(attempt) => Self { attempt: Some(attempt), ..self },
            Held::Sent(sent) => self.sent(sent),
        }
    }
}

pub fn failure_json(failure: &Failure) -> String {
    serde_json::to_string(failure).unwrap_or_default()
}

pub fn parse_failure(text: Option<String>) -> Failure {
    text.and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_else(|| Failure::new(ErrorCode::Internal))
}

fn md5_of(row: &Row<'_>) -> Result<[u8; 16]> {
    let bytes: Option<Vec<u8>> = row.get(7)?;
    Ok(bytes.and_then(|bytes| bytes.try_into().ok()).unwrap_or_default())
}

/// Reads back what `write` wrote; its columns have to come first, in that order up to `done_at`. A row that fits no
/// state (written by hand) becomes a failed job, never a lost one.
pub fn read(row: &Row<'_>) -> Result<JobState> {
    let word: String = row.get(0)?;
    let Some(kind) = JobStateKind::parse(&word) else { return Ok(broken(&word)) };
    if kind == JobStateKind::Queued {
        return Ok(JobState::Queued);
    }
    let wish = match row.get::<_, Option<String>>(3)?.as_deref() {
        Some("pause") => Wish::Pause,
        Some("cancel") => Wish::Cancel,
        _ => Wish::GoOn,
    };
    let attempt = match (row.get::<_, Option<String>>(4)?, row.get::<_, Option<i64>>(5)?) {
        (Some(key_tail), Some(started_at)) => Some(Attempt { key_tail, started_at }),
        _ => None,
    };
    let sent = match (&attempt, row.get::<_, Option<i64>>(6)?) {
        (Some(attempt), Some(sent_at)) => Some(Sent {
            attempt: attempt.clone(),
            md5: md5_of(row)?,
            etag_matched: row.get::<_, Option<bool>>(8)?.unwrap_or(false),
            sent_at,
            wish,
        }),
        _ => None,
    };
    let failure_text: Option<String> = row.get(9)?;
    let held = match (sent.clone(), attempt.clone()) {
        (Some(sent), _) => Held::Sent(sent),
        (None, Some(attempt)) => Held::Unsure(attempt),
        (None, None) => Held::Nothing,
    };
    Ok(match kind {
        JobStateKind::Queued => JobState::Queued,
        JobStateKind::Uploading => {
            attempt.map_or_else(|| broken(&word), |attempt| JobState::Uploading { attempt, wish })
        }
        JobStateKind::Checking => {
            attempt.map_or_else(|| broken(&word), |attempt| JobState::Checking { attempt, wish })
        }
        JobStateKind::Finishing => sent.map_or_else(|| broken(&word), |sent| JobState::Finishing { sent }),
        JobStateKind::Processing => sent.map_or_else(|| broken(&word), |sent| JobState::Processing { sent }),
        JobStateKind::Done => match (row.get::<_, Option<String>>(10)?, row.get::<_, Option<String>>(11)?) {
            (Some(scheme), Some(id)) => JobState::Done {
                proof: Proof {
                    asset: AssetId { scheme, id },
                    asset_url: row.get(12)?,
                    verification: row
                        .get::<_, Option<String>>(13)?
                        .and_then(|word| Verification::parse(&word))
                        .unwrap_or(Verification::Size),
                    md5: md5_of(row)?,
                    at: row.get::<_, Option<i64>>(14)?.unwrap_or_default(),
                },
            },
            _ => broken(&word),
        },
        JobStateKind::Paused => JobState::Paused { held },
        JobStateKind::Waiting => JobState::Waiting {
            on: row
                .get::<_, Option<String>>(1)?
                .and_then(|word| WaitingFor::parse(&word))
                .unwrap_or(WaitingFor::Network),
            ready_at: row.get(2)?,
            failure: failure_text.and_then(|text| serde_json::from_str(&text).ok()),
            held,
        },
        JobStateKind::Blocked => JobState::Blocked { failure: parse_failure(failure_text), held },
        JobStateKind::Skipped => JobState::Skipped { failure: parse_failure(failure_text) },
        JobStateKind::Cancelled => JobState::Cancelled,
        JobStateKind::Failed => JobState::Failed { failure: parse_failure(failure_text) },
    })
}

fn broken(word: &str) -> JobState {
    JobState::Failed {
        failure: Failure::new(ErrorCode::Internal).because(format!("row without the data of '{word}'")),
    }
}
