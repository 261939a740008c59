//! (4): what the store had already is not sent again. Exactly these excuse a part that is sent once more: its answer was
//! spoilt, damaged, cut or too late, or it was still in flight when the engine asked what the store has.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use engine::model::{JobId, JobStateKind};
use ferry_tenant::{Action, Call};

use super::play::Play;
use super::workload::MOST_LARGE;
use crate::relay::Side;

/// One sending of a part that the store took.
struct Put<'a> {
    call: &'a Call,
    upload: String,
    number: u32,
}

impl Put<'_> {
    fn end(&self) -> i64 {
        end_of(self.call)
    }
}

fn end_of(call: &Call) -> i64 {
    call.at_ms + i64::try_from(call.millis).unwrap()
}

fn asked(query: &str, name: &str) -> Option<String> {
    query.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}=")).map(str::to_owned))
}

/// Upload and number of an address of a part.
fn part_of(query: &str) -> Option<(String, u32)> {
    Some((asked(query, "uploadId")?, asked(query, "partNumber")?.parse().ok()?))
}

impl Play {
    pub fn nothing_was_sent_again(&mut self) -> Vec<String> {
        let calls = self.stage.tenant.requests();
        let mut puts: BTreeMap<(String, u32), Vec<Put<'_>>> = BTreeMap::new();
        for call in
            calls.iter().filter(|call| call.method == "PUT" && call.path.starts_with("/ferry-upload/"))
        {
            if let Some((upload, number)) = part_of(&call.query) {
                puts.entry((upload.clone(), number)).or_default().push(Put { call, upload, number });
            }
        }
        let mut broken = Vec::new();
        for sent in puts.values_mut() {
            sent.sort_by_key(|put| put.call.at_ms);
            self.parts_sent += sent.len();
            self.parts_again += sent.len() - 1;
            for pair in sent.windows(2) {
                if !self.is_excused(&pair[0], &pair[1], &calls) {
                    broken.push(format!(
                        "(4) part {} of upload {} was there at {} and was sent again at {}",
                        pair[0].number,
                        pair[0].upload,
                        pair[0].end(),
                        pair[1].call.at_ms
                    ));
                }
            }
        }
        broken.extend(self.begun_too_often(&calls));
        broken
    }

    /// What was given up is removed there. Not what nobody can know of, since the answer to its beginning was lost, and not
    /// what a job that may be tried again has there.
    pub async fn nothing_is_left_with_the_store(&mut self) -> Vec<String> {
        // So slow that nobody waited for the answer: then its address is known to nobody.
        let patience = u64::try_from(self.stage.pace.answer.as_millis()).unwrap();
        let begun = |call: &&Call| {
            call.path == "/api/v1/s3/multipart" && (call.spoilt || call.millis + 100 >= patience)
        };
        let unknown = self.stage.tenant.requests().iter().filter(begun).count();
        let settled = [JobStateKind::Done, JobStateKind::Cancelled];
        let open = self.jobs().await.iter().filter(|job| !settled.contains(&job.state)).count();
        // Each interruption may meet the beginning of every large file.
        let most = unknown + open + usize::try_from(self.interruptions).unwrap() * MOST_LARGE;
        let until = Instant::now() + Duration::from_secs(8);
        while self.stage.tenant.open_uploads() > most && Instant::now() < until {
            self.wait(Duration::from_millis(100)).await;
        }
        let left = self.stage.tenant.open_uploads();
        let broken =
            (left > most).then(|| format!("(4) the store still has {left} uploads, {most} are excused"));
        broken.into_iter().collect()
    }

    fn is_excused(&self, first: &Put<'_>, again: &Put<'_>, calls: &[Call]) -> bool {
        if first.call.status != Some(200) || first.call.spoilt || first.end() >= again.call.at_ms {
            return true;
        }
        // So slow that nobody waited for the answer any more.
        let patience = u64::try_from(self.stage.pace.answer.as_millis()).unwrap();
        let too_late = first.call.millis + 100 >= patience;
        let damaged = self.relay.done().iter().any(|done| {
            let query = done.path.split_once('?').map_or("", |(_, query)| query);
            part_of(query) == Some((first.upload.clone(), first.number))
        });
        let cut = self.away.iter().any(|(from, to)| first.end() >= from - 50 && first.call.at_ms <= *to);
        let address = format!("/api/v1/s3/multipart/{}", first.upload);
        let looked = calls
            .iter()
            .rfind(|call| call.method == "GET" && call.path == address && call.at_ms <= again.call.at_ms);
        let in_flight = looked.is_some_and(|look| look.spoilt || first.end() >= look.at_ms);
        too_late || damaged || cut || in_flight
    }

    /// A file whose upload is begun anew is sent from its first byte: only for a reason.
    fn begun_too_often(&self, calls: &[Call]) -> Vec<String> {
        let multipart = |call: &&Call| call.path.starts_with("/api/v1/s3/multipart") && call.spoilt;
        let refused = |call: &&Call| {
            call.method == "PUT" && call.spoilt && matches!(call.status, Some(400 | 404 | 413))
        };
        let reasons = calls.iter().filter(multipart).count() + calls.iter().filter(refused).count();
        // A part whose ETag is twice another one is believed to have that one, and then refused with it.
        let spoilt = self.fired(|action| {
            matches!(action, Action::IngestError | Action::FlipByte { .. } | Action::WrongEtag)
        });
        let answers = self.relay.done().iter().filter(|done| done.damage.side == Side::Answer).count();
        let again = spoilt + answers as u64;
        let mut uploads: HashMap<JobId, u64> = HashMap::new();
        for job in self.objects.values() {
            *uploads.entry(*job).or_default() += 1;
        }
        let mut broken = Vec::new();
        for (job, begun) in uploads {
            let Some(path) = self.paths.get(&job) else { continue };
            let changes = self.local.files[path].changes;
            let cancelled = self.cancelled.get(path).copied().unwrap_or(0);
            let most = 1 + changes + cancelled + self.sweeps + reasons as u64 + again;
            if begun > most {
                broken.push(format!("(4) {path:?} was begun {begun} times, with {} reasons", most - 1));
            }
        }
        broken
    }
}
