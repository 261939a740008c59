//! `ferry run`: the engine in the foreground.

use std::sync::Arc;
use std::time::Duration;

use engine::event::EngineEvent;
use engine::model::CollectionState;
use tokio::sync::broadcast::error::RecvError;

use crate::args::Global;
use crate::exit::{Ended, Exit, Problem};
use crate::lines::{BatchLine, Line};
use crate::output::Output;
use crate::session::{Need, Session};
use crate::text;

const TAKE_OVER: Duration = Duration::from_secs(1);

pub async fn run(global: &Global, out: &Output) -> Ended {
    let ran = Session::with(global, Need::Everything, async |session| engine(session, out).await).await;
    match ran {
        // To be stopped is how it ends.
        Err(Problem::Interrupted) => {
            out.note("Stopped. The queue stays.");
            Ok(Exit::Well)
        }
        other => other,
    }
}

async fn engine(session: &mut Session, out: &Output) -> Ended {
    if !session.handle().is_owner() {
        out.note("Another program runs the engine here. This one takes over when that ends.");
        while !session.take_over().await? {
            tokio::time::sleep(TAKE_OVER).await;
        }
    }
    let mut events = session.handle().subscribe().await?.events;
    out.note("The engine runs. Ctrl-C stops it; the queue stays.");
    loop {
        match events.recv().await {
            Ok(event) => tell(&event, out)?,
            Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return Ok(Exit::Internal),
        }
    }
}

fn tell(event: &Arc<EngineEvent>, out: &Output) -> Result<(), Problem> {
    match &**event {
        EngineEvent::BatchFinished { batch } => {
            let line = BatchLine::whole(batch);
            out.note(format!(
                "Batch {} finished: {} done, {} failed, {} blocked.",
                line.batch, line.done, line.failed, line.blocked
            ));
            out.line(&Line::BatchFinished(line))?;
        }
        EngineEvent::ConditionChanged { condition } => {
            if condition.offline {
                out.note("There is no connection. Ferry goes on when it is back.");
            } else if let Some(failure) = &condition.failure {
                let words = text::words(failure);
                out.warn(format!("{} {}", words.sentence, words.next));
            }
            if condition.sign_in_required {
                out.note("An account needs a new sign-in: `ferry login TENANT`.");
            }
        }
        EngineEvent::CollectionChanged { collection } => {
            if let (Some(failure), CollectionState::Stopped) = (&collection.failure, collection.state) {
                let words = text::words(failure);
                out.note(format!("Collection '{}': {} {}", collection.name, words.sentence, words.next));
            }
            if collection.state != CollectionState::Running {
                out.line(&Line::Collection { collection })?;
            }
        }
        EngineEvent::JobsChanged { .. }
        | EngineEvent::Progress { .. }
        | EngineEvent::AccountsChanged { .. }
        | EngineEvent::SettingsChanged
        | EngineEvent::FolderChanged { .. }
        | EngineEvent::SyncSwitched { .. } => {}
    }
    Ok(())
}
