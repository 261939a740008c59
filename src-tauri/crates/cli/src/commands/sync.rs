//! `ferry sync`: the one switch.

use super::folders;
use crate::args::{Global, SyncCommand};
use crate::exit::{Ended, Exit};
use crate::lines::Line;
use crate::output::Output;
use crate::session::{Need, Session};

pub async fn run(global: &Global, command: SyncCommand, out: &Output) -> Ended {
    Session::with(global, Need::Queue, async |session| {
        let handle = session.handle();
        match command {
            SyncCommand::On => handle.switch_sync(true).await?,
            SyncCommand::Off => handle.switch_sync(false).await?,
            SyncCommand::Status => {}
        }
        let on = handle.is_sync_on().await?;
        out.line(&Line::Sync { on })?;
        out.say(format!("Synchronization is {}.", if on { "on" } else { "off" }))?;
        if command == SyncCommand::Status {
            for folder in handle.watched_folders().await? {
                folders::show(&folder, out)?;
            }
        }
        Ok(Exit::Well)
    })
    .await
}
