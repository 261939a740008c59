//! `ferry decide`: what becomes of files that the library has already.

use engine::model::{DuplicateAnswer, DuplicateReach, JobId, JobSelection};

use crate::args::{Decide, Global};
use crate::exit::{Ended, Exit, Problem};
use crate::lines::Line;
use crate::output::{Output, counted};
use crate::session::{Need, Session};

pub async fn run(global: &Global, decide: Decide, out: &Output) -> Ended {
    let (reach, answer, word) = meant(&decide)?;
    Session::with(global, Need::Queue, async |session| {
        let handle = session.handle();
        if let DuplicateReach::Batch { batch } = &reach {
            handle.batch(*batch).await?;
        }
        let result = handle.decide_duplicates(answer, reach.clone()).await?;
        out.line(&Line::Controlled { action: word, result })?;
        let past = match answer {
            DuplicateAnswer::Upload => "to be uploaded as a new asset",
            DuplicateAnswer::Version => "to be uploaded as a new version",
            DuplicateAnswer::Skip => "skipped",
        };
        let mut sentence = format!("{} {past}", counted(result.changed, "job", "jobs"));
        if result.unchanged > 0 {
            sentence.push_str(&format!(", {} left as they are", result.unchanged));
        }
        out.say(format!("{sentence}."))?;
        Ok(Exit::Well)
    })
    .await
}

fn meant(decide: &Decide) -> Result<(DuplicateReach, DuplicateAnswer, &'static str), Problem> {
    let (answer, jobs) = decide.words.split_last().unwrap_or((const { &String::new() }, &[]));
    let (answer, word) = match answer.as_str() {
        "upload" => (DuplicateAnswer::Upload, "upload"),
        "version" => (DuplicateAnswer::Version, "version"),
        "skip" => (DuplicateAnswer::Skip, "skip"),
        other => {
            return Err(Problem::usage(format!(
                "'{other}' is no decision: end with upload, version or skip, such as `ferry decide 12 13 skip`."
            )));
        }
    };
    let reach = match decide.batch {
        Some(batch) if jobs.is_empty() => DuplicateReach::Batch { batch },
        Some(_) => return Err(Problem::usage("name jobs or a batch, not both.")),
        None if jobs.is_empty() => return Err(Problem::usage("name the jobs, or a batch with --batch.")),
        None => {
            let ids = jobs.iter().map(|job| job.parse::<JobId>());
            let ids: Result<Vec<JobId>, _> = ids.collect();
            let jobs =
                ids.map_err(|_| Problem::usage(format!("'{}' are no numbers of jobs.", jobs.join(" "))))?;
            DuplicateReach::These { selection: JobSelection::Jobs { jobs } }
        }
    };
    Ok((reach, answer, word))
}
