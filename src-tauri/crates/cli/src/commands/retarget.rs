//! `ferry retarget`: another place for files whose own is closed to the account, or gone.

use engine::EngineHandle;
use engine::model::{AccountId, JobSelection};

use crate::args::{Global, Retarget};
use crate::exit::{Ended, Exit, Problem};
use crate::lines::Line;
use crate::output::{Output, counted};
use crate::session::{Need, Session};

pub async fn run(global: &Global, retarget: Retarget, out: &Output) -> Ended {
    let Retarget { selection, to, create } = retarget;
    let selection = selection.meant();
    Session::with(global, Need::Tenant, async |session| {
        let handle = session.handle();
        let account = match account_of(handle, &selection).await? {
            Some(account) => account,
            None => session.account().await?.id,
        };
        let destination = handle.resolve_destination(account, &to, false, create).await?;
        let place = if destination.path.is_empty() { "/".to_owned() } else { destination.path.clone() };
        let result = handle.retarget(account, selection, destination).await?;
        out.line(&Line::Controlled { action: "retarget", result })?;
        let mut sentence = format!("{} to {place}", counted(result.changed, "job now goes", "jobs now go"));
        if result.unchanged > 0 {
            sentence.push_str(&format!(", {} left as they are", result.unchanged));
        }
        out.say(format!("{sentence}."))?;
        if result.changed == 0 {
            out.note("Only jobs that are not under way, and not done, can go elsewhere.");
        }
        Ok(Exit::Well)
    })
    .await
}

/// Whose jobs they are; a wrong number is said.
async fn account_of(handle: &EngineHandle, selection: &JobSelection) -> Result<Option<AccountId>, Problem> {
    let batch = match selection {
        JobSelection::Batch { batch } => *batch,
        JobSelection::Jobs { jobs } => {
            let mut batches = Vec::new();
            for job in jobs {
                batches.push(handle.job_details(*job).await?.job.batch);
            }
            let Some(first) = batches.first() else { return Ok(None) };
            *first
        }
        JobSelection::Runs { .. } | JobSelection::Account { .. } | JobSelection::All => return Ok(None),
    };
    Ok(Some(handle.batch(batch).await?.account))
}
