//! One file per command.

mod accounts;
mod collections;
mod control;
mod decide;
mod demo_library;
mod folders;
mod jobs;
mod login;
mod make;
mod metadata;
mod network;
mod network_test;
mod receipt;
mod relocate;
pub mod rest;
mod retarget;
mod run;
mod settings;
mod status;
mod summary;
mod sync;
mod tree;
mod upload;
mod upload_metadata;
mod verify;

use engine::model::{JobAction, NodeKind};

use crate::args::{Arguments, Command};
use crate::exit::Ended;
use crate::output::Output;

pub async fn run(arguments: Arguments, out: &Output) -> Ended {
    let global = &arguments.global;
    // Boxed: the futures of some commands are large.
    match arguments.command {
        Command::Login(login) => Box::pin(login::run(global, login, out)).await,
        Command::Logout(logout) => Box::pin(accounts::logout(global, &logout, out)).await,
        Command::Accounts => accounts::list(global, out).await,
        Command::Whoami => accounts::whoami(global, out).await,
        Command::Upload(upload) => Box::pin(upload::run(global, upload, out)).await,
        Command::Run => Box::pin(run::run(global, out)).await,
        Command::Status => Box::pin(status::run(global, out)).await,
        Command::Jobs(jobs) => Box::pin(jobs::run(global, jobs, out)).await,
        Command::Pause(pause) => match pause.time {
            Some(time) => Box::pin(rest::run(global, time, out)).await,
            None => Box::pin(control::run(global, pause.selection, JobAction::Pause, out)).await,
        },
        Command::Resume(jobs) => Box::pin(control::run(global, jobs, JobAction::Resume, out)).await,
        Command::Cancel(jobs) => Box::pin(control::run(global, jobs, JobAction::Cancel, out)).await,
        Command::Retry(jobs) => Box::pin(control::run(global, jobs, JobAction::Retry, out)).await,
        Command::Retarget(retarget) => Box::pin(retarget::run(global, retarget, out)).await,
        Command::Top(jobs) => Box::pin(control::run(global, jobs, JobAction::Top, out)).await,
        Command::Decide(decide) => Box::pin(decide::run(global, decide, out)).await,
        Command::Metadata(metadata) => Box::pin(metadata::run(global, metadata, out)).await,
        Command::Network(network) => Box::pin(network::run(global, network, out)).await,
        Command::Receipt(receipt) => Box::pin(receipt::run(global, receipt, out)).await,
        Command::Relocate(paths) => Box::pin(relocate::run(global, paths, out)).await,
        Command::Settings(settings) => Box::pin(settings::run(global, settings, out)).await,
        Command::Collections(command) => Box::pin(collections::run(global, command, out)).await,
        Command::Tree(tree) => Box::pin(tree::run(global, tree, out)).await,
        Command::Mkdir(make) => Box::pin(make::run(global, make, NodeKind::Folder, out)).await,
        Command::Mkalbum(make) => Box::pin(make::run(global, make, NodeKind::Album, out)).await,
        Command::Folders(folders) => Box::pin(folders::run(global, folders.command, out)).await,
        Command::Sync(sync) => Box::pin(sync::run(global, sync.command, out)).await,
        Command::DemoLibrary(options) => demo_library::run(options).await,
    }
}
