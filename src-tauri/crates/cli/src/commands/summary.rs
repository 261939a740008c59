//! What an upload says at its end.

use engine::error::FailureClass;
use engine::model::{BatchView, JobStateKind};

use crate::exit::{Ended, Exit};
use crate::finished;
use crate::lines::{BatchLine, Line};
use crate::output::{Output, bytes, counted, plain};
use crate::session::Session;
use crate::text;

/// Says what became of the batch, and how the command ends.
pub async fn finish(
    session: &Session,
    view: &BatchView,
    seconds: f64,
    metadata_refused: u64,
    out: &Output,
) -> Ended {
    let line = BatchLine { metadata_refused, ..BatchLine::new(view, seconds) };
    if !out.json {
        for cause in finished::causes(session.handle(), view).await? {
            tell_cause(&cause, out);
        }
        if let Some(failure) = &view.failure {
            let words = text::words(failure);
            out.warn(format!("{} {} {}", words.sentence, text::who(failure.who), words.next));
        }
        out.say(summary(view, seconds))?;
    }
    let exit = match exit_of(view) {
        Exit::Well if metadata_refused > 0 => Exit::NeedsSomeone,
        exit => exit,
    };
    out.line(&Line::BatchFinished(line))?;
    Ok(exit)
}

fn exit_of(view: &BatchView) -> Exit {
    let count = |state| view.totals.count(state);
    match &view.failure {
        Some(failure) if failure.code.class() == FailureClass::NeedsSomeone => Exit::NeedsSomeone,
        Some(_) => Exit::SomeFailed,
        None if count(JobStateKind::Failed) + count(JobStateKind::Cancelled) > 0 => Exit::SomeFailed,
        None if count(JobStateKind::Blocked) > 0 => Exit::NeedsSomeone,
        None => Exit::Well,
    }
}

fn tell_cause(cause: &finished::Cause, out: &Output) {
    let words = text::words(&cause.failure);
    let count = counted(cause.count, "file", "files");
    out.warn(format!("{count}: {}\n  {} {}", words.sentence, text::who(cause.failure.who), words.next));
    for path in &cause.paths {
        out.warn(format!("    {}", plain(path)));
    }
    if cause.count > cause.paths.len() as u64 {
        out.warn("    …");
    }
}

fn summary(view: &BatchView, seconds: f64) -> String {
    let BatchLine { batch, done, skipped, failed, blocked, cancelled, bytes: sum, .. } =
        BatchLine::new(view, seconds);
    let others = [(skipped, "skipped"), (failed, "failed"), (blocked, "blocked"), (cancelled, "cancelled")];
    let others: String = others
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!(", {count} {word}"))
        .collect();
    let files = counted(done, "file", "files");
    format!("{files} done{others}; {} in {seconds:.1} s. Receipt: ferry receipt {batch}", bytes(sum))
}
