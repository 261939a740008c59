//! `ferry`: the command line on the same engine and database as the desktop app.

mod account;
mod args;
mod commands;
mod exit;
mod finished;
mod follow;
mod lines;
mod output;
mod place;
mod progress;
mod session;
mod sign_in;
mod signals;
mod text;

use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

use args::{Arguments, Command};
use exit::{Exit, Problem};
use output::Output;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return not_understood(&error).into(),
    };
    log();
    let out = Output::new(arguments.global.json, arguments.global.quiet);
    let waits = matches!(arguments.command, Command::Upload(_));
    let ended = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => {
            let ended = runtime.block_on(commands::run(arguments, &out));
            // A read of standard input that nobody waits for any more must not hold the program.
            runtime.shutdown_background();
            ended
        }
        Err(error) => Err(error.into()),
    };
    match ended {
        Ok(exit) => exit.into(),
        // The batch is not finished, only its reader.
        Err(Problem::PipeClosed) if waits => Exit::Interrupted.into(),
        Err(problem) => {
            out.problem(&problem);
            problem.exit().into()
        }
    }
}

/// Logs go to standard error, if asked for.
fn log() {
    if let Some(filter) = session::word("FERRY_LOG") {
        tracing_subscriber::fmt()
            .with_env_filter(tracing_subscriber::EnvFilter::new(filter))
            .with_writer(std::io::stderr)
            .init();
    }
}

fn not_understood(error: &clap::Error) -> Exit {
    drop(error.print());
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        return Exit::Well;
    }
    if std::env::args_os().any(|word| word == "--json") {
        let words = error.to_string();
        let lines = words.lines().take_while(|line| !line.is_empty()).map(str::trim);
        let sentence = lines.collect::<Vec<_>>().join(" ").trim_start_matches("error: ").to_owned();
        let failure = engine::error::Failure::new(engine::error::ErrorCode::RequestInvalid);
        let (code, who) = (failure.code.as_str(), failure.who);
        drop(Output::new(true, true).line(&lines::Line::Error { code, who, message: &sentence }));
    }
    Exit::WrongUse
}
