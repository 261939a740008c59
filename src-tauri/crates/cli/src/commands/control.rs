//! `ferry pause`, `resume`, `cancel`, `retry` and `top`

use engine::model::{JobAction, JobSelection};

use crate::args::{Global, Selection};
use crate::exit::{Ended, Exit};
use crate::lines::Line;
use crate::output::{Output, counted};
use crate::session::{Need, Session};

pub async fn run(global: &Global, selection: Selection, action: JobAction, out: &Output) -> Ended {
    let selection = selection.meant();
    Session::with(global, Need::Queue, async |session| {
        let handle = session.handle();
        // A wrong number is said rather than passed over.
        match &selection {
            JobSelection::Batch { batch } => drop(handle.batch(*batch).await?),
            JobSelection::Jobs { jobs } => {
                for job in jobs {
                    handle.job_details(*job).await?;
                }
            }
            JobSelection::Runs { .. } | JobSelection::Account { .. } | JobSelection::All => {}
        }
        let result = handle.control(selection, action).await?;
        let (word, past) = words(action);
        out.line(&Line::Controlled { action: word, result })?;
        let mut sentence = format!("{} {past}", counted(result.changed, "job", "jobs"));
        if result.unchanged > 0 {
            sentence.push_str(&format!(", {} left as they are", result.unchanged));
        }
        out.say(format!("{sentence}."))?;
        Ok(Exit::Well)
    })
    .await
}

fn words(action: JobAction) -> (&'static str, &'static str) {
    match action {
        JobAction::Pause => ("pause", "paused"),
        JobAction::Resume => ("resume", "resumed"),
        JobAction::Cancel => ("cancel", "cancelled"),
        JobAction::Retry => ("retry", "to be tried again"),
        JobAction::Top => ("top", "moved to the front"),
    }
}
