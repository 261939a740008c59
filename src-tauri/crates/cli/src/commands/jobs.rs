//! `ferry jobs`

use engine::model::{JobQuery, JobView, WaitingFor};

use crate::args::{Global, Jobs};
use crate::exit::{Ended, Exit, Problem};
use crate::lines::{JobLine, Line, path_of};
use crate::output::{Output, bytes, plain};
use crate::session::{Need, Session};
use crate::text;

const PAGE: u64 = 1_000;

pub async fn run(global: &Global, jobs: Jobs, out: &Output) -> Ended {
    Session::with(global, Need::Queue, async |session| {
        if let Some(batch) = jobs.batch {
            session.handle().batch(batch).await?;
        }
        let mut left = jobs.limit;
        let mut after = jobs.after;
        let mut more = false;
        while left > 0 {
            let limit = left.min(PAGE);
            let query = JobQuery {
                batch: jobs.batch,
                states: jobs.states.clone(),
                after,
                limit: u32::try_from(limit).unwrap_or(u32::MAX),
                ..JobQuery::default()
            };
            let page = session.handle().list_jobs(query).await?.jobs;
            for job in &page {
                show(job, out)?;
            }
            after = page.last().map(|job| job.id).or(after);
            left -= limit;
            more = page.len() as u64 == limit;
            if !more {
                break;
            }
        }
        if let Some(last) = after.filter(|_| more && !out.json) {
            out.note(format!("There may be more: --after {last}"));
        }
        Ok(Exit::Well)
    })
    .await
}

fn show(job: &JobView, out: &Output) -> Result<(), Problem> {
    if out.json {
        return out.line(&Line::Job(JobLine::from(job)));
    }
    let reason = match (&job.failure, job.waiting_for) {
        (Some(failure), _) if job.state.is_settled() => text::words(failure).sentence,
        (_, Some(on)) => waits(on).to_owned(),
        _ => String::new(),
    };
    let line = format!(
        "{:>7}  {:<10}  {:>11}  {}  {reason}",
        job.id,
        job.state.as_str(),
        bytes(job.size),
        plain(&path_of(job)),
    );
    out.say(line.trim_end())
}

fn waits(on: WaitingFor) -> &'static str {
    match on {
        WaitingFor::Network => "Waits for the connection.",
        WaitingFor::Volume => "Waits for the disk, card or share.",
        WaitingFor::SignIn => "Waits for a sign-in.",
        WaitingFor::Quiet => "Waits for the file to stop changing.",
        WaitingFor::Schedule => "Waits for its time.",
        WaitingFor::Retry => "Waits for the next try.",
    }
}
