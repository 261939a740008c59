//! `ferry status`

use engine::model::{AccountView, BatchState, BatchView, JobStateKind, Totals};

use super::accounts;
use super::rest::sentence;
use crate::account;
use crate::args::Global;
use crate::exit::{Ended, Exit, Problem};
use crate::lines::Line;
use crate::output::{Output, bytes, counted, plain};
use crate::session::{Need, Session};

const MOST_BATCHES: u32 = 200;

pub async fn run(global: &Global, out: &Output) -> Ended {
    Session::with(global, Need::Queue, async |session| {
        let handle = session.handle();
        let snapshot = handle.snapshot().await?;
        let batches = handle.list_batches(0, MOST_BATCHES, Some(false)).await?;
        let running = session.runs_elsewhere().await?;
        let (accounts, totals) = (snapshot.accounts.as_slice(), &snapshot.totals);
        let rest = handle.bandwidth().await?.rest;
        out.line(&Line::Status { running, accounts, totals, batches: &batches, rest })?;
        if !out.json {
            screen(running, accounts, totals, &batches, out)?;
            if let Some(rest) = &rest {
                out.say(sentence(rest))?;
            }
        }
        Ok(Exit::Well)
    })
    .await
}

fn screen(
    running: bool,
    accounts: &[AccountView],
    totals: &Totals,
    batches: &[BatchView],
    out: &Output,
) -> Result<(), Problem> {
    if accounts.is_empty() {
        out.say("Nobody is signed in. `ferry login TENANT` signs in.")?;
    }
    for account in accounts {
        out.say(format!(
            "{}  {}  {}",
            account::shown(account),
            account::who(account),
            accounts::state(account)
        ))?;
    }
    out.say("")?;
    if totals.all() == 0 {
        return out.say("The queue is empty.");
    }
    for state in JobStateKind::ALL.into_iter().filter(|state| totals.count(*state) > 0) {
        let sum = totals.bytes.get(&state).copied().unwrap_or(0);
        let count = counted(totals.count(state), "file", "files");
        out.say(format!("{:<10}  {count:>14}  {:>11}", state.as_str(), bytes(sum)))?;
    }
    if !batches.is_empty() {
        out.say("")?;
    }
    for batch in batches {
        out.say(line_of(batch))?;
    }
    if totals.open() > 0 {
        out.say("")?;
        out.say(if running {
            "A program is working on it."
        } else {
            "No program is working on it: start the app or `ferry run`."
        })?;
    }
    Ok(())
}

fn line_of(batch: &BatchView) -> String {
    let finished = batch.totals.all() - batch.totals.open();
    let state = match batch.state {
        BatchState::Scanning => ", still looking for files",
        BatchState::Open | BatchState::Finished => "",
    };
    let path = if batch.destination.path.is_empty() { "the library" } else { &batch.destination.path };
    format!(
        "Batch {}: {} to {path}: {finished} of {} finished{state}",
        batch.id,
        plain(&batch.label),
        counted(batch.totals.all(), "file", "files"),
    )
}
