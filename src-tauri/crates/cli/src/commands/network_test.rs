//! `ferry network test`: every step as it ends, and what is recommended.

use std::path::Path;

use engine::connection_test::{rate, recommendation, said, seconds, title};
use engine::model::{
    ConnectionReport, ConnectionTest, Destination, DestinationKind, NodeKind, StepState, TestStep,
};
use engine::receipt::PageLanguage;
use tokio::sync::mpsc::unbounded_channel;

use crate::args::{Global, NetworkTest};
use crate::exit::{Ended, Exit, Problem};
use crate::lines::Line;
use crate::output::{Output, counted, plain};
use crate::session::{Need, Session};
use crate::{place, text};

/// The command line speaks English; the page speaks what is set.
const ENGLISH: PageLanguage = PageLanguage::English;

pub async fn run(global: &Global, test: NetworkTest, out: &Output) -> Ended {
    // Of an address nobody has secrets.
    let need = if test.address.is_some() { Need::Queue } else { Need::Tenant };
    Session::with(global, need, async |session| {
        let request = request(session, &test, out).await?;
        let (steps, mut told) = unbounded_channel::<ConnectionReport>();
        let tell = move |report: &ConnectionReport| {
            // Nobody listening any more means that the test is over.
            steps.send(report.clone()).unwrap_or_default();
        };
        let mut testing = std::pin::pin!(session.handle().test_connection(request, tell));
        let mut shown = 0;
        let report = loop {
            tokio::select! {
                Some(report) = told.recv() => show(&report, &mut shown, out)?,
                ended = &mut testing => break ended?,
            }
        };
        show(&report, &mut shown, out)?;
        if let Some(path) = &test.page {
            let page = session.handle().connection_page().await?;
            write(path, page).await?;
            out.note(format!("The page for your IT is {}.", plain(&path.to_string_lossy())));
        }
        end(&report, out)
    })
    .await
}

async fn request(session: &Session, test: &NetworkTest, out: &Output) -> Result<ConnectionTest, Problem> {
    let sample = !test.no_sample;
    if let Some(address) = &test.address {
        return Ok(ConnectionTest { address: Some(address.clone()), sample, ..ConnectionTest::default() });
    }
    let account = session.account().await?.id;
    let album: Option<Destination> = match &test.to {
        Some(to) => {
            let found = place::find(session.handle(), account, to, NodeKind::Album, false).await?;
            if found.kind == DestinationKind::Album {
                out.note(format!("A small picture goes to {}, and is deleted again.", place::shown(&found)));
            }
            Some(found)
        }
        None => None,
    };
    Ok(ConnectionTest { account: Some(account), address: None, sample, album })
}

/// Steps that have ended since the last look; they end in their order.
fn show(report: &ConnectionReport, shown: &mut usize, out: &Output) -> Result<(), Problem> {
    while let Some(step) = report.steps.get(*shown).filter(|step| step.state != StepState::Running) {
        if *shown == 0 && report.uploads > 0 {
            let uploads = counted(report.uploads, "upload goes on and shares", "uploads go on and share");
            out.note(format!("{uploads} the line."));
        }
        out.line(&Line::NetworkStep { step })?;
        out.say(described(step))?;
        *shown += 1;
    }
    Ok(())
}

fn described(step: &TestStep) -> String {
    let mark = match step.state {
        StepState::Fine => "ok",
        StepState::Failed => "FAILED",
        StepState::Skipped | StepState::Running => "-",
    };
    let name = title(step.step, ENGLISH);
    let name = step.host.as_ref().map_or_else(|| name.to_owned(), |host| format!("{name}: {host}"));
    let took = if step.state == StepState::Skipped { String::new() } else { seconds(step.millis, ENGLISH) };
    let mut line = format!("{mark:<7} {name:<44} {took:>7}  {}", plain(&said(step, ENGLISH)));
    if let Some(failure) = step.failure.as_ref().filter(|_| step.state == StepState::Failed) {
        let next = text::words(failure).next;
        line += &format!("\n{:8}{} {next}", "", text::who(failure.who));
        if !failure.details.is_empty() {
            line += &format!("\n{:8}({})", "", plain(&failure.details));
        }
    }
    line.trim_end().to_owned()
}

fn end(report: &ConnectionReport, out: &Output) -> Ended {
    if let Some(speed) = &report.speed {
        let levels: Vec<String> = speed
            .levels
            .iter()
            .map(|level| format!("{}: {}", level.streams, rate(level.speed, ENGLISH)))
            .collect();
        out.say(format!("Connections side by side: {}.", levels.join(", ")))?;
        if let Some(advice) = recommendation(speed, ENGLISH) {
            out.say(advice)?;
        }
    }
    out.line(&Line::NetworkTested(report.into()))?;
    match report.failure() {
        Some(failure) => {
            out.say("The connection is not as Ferry needs it; the first step that failed says what to do.")?;
            Ok(Exit::of(failure.code))
        }
        None => {
            out.say("Nothing stands in the way.")?;
            Ok(Exit::Well)
        }
    }
}

async fn write(path: &Path, page: String) -> Result<(), Problem> {
    Ok(tokio::fs::write(path, page).await.map_err(|error| {
        use engine::error::{ErrorCode, Failure};
        let code = match error.kind() {
            std::io::ErrorKind::StorageFull => ErrorCode::DiskFull,
            _ => ErrorCode::PathUnusable,
        };
        Failure::new(code).with("path", path.display()).because(error)
    })?)
}
