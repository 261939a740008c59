//! `ferry relocate`: the same files under another path.

use std::path::absolute;

use engine::error::{ErrorCode, Failure};

use crate::args::{Global, Relocate};
use crate::exit::{Ended, Exit};
use crate::lines::Line;
use crate::output::{Output, counted};
use crate::session::{Need, Session};

pub async fn run(global: &Global, paths: Relocate, out: &Output) -> Ended {
    let new = absolute(&paths.new).map_err(|error| {
        Failure::new(ErrorCode::PathUnusable).with("path", paths.new.display()).because(error)
    })?;
    Session::with(global, Need::Queue, async |session| {
        let result = session.handle().relocate(paths.old.clone(), new.clone()).await?;
        out.line(&Line::Relocated { result })?;
        if result.folders == 0 {
            out.say(format!("Nothing in the queue is below {}.", paths.old))?;
            return Ok(Exit::WrongUse);
        }
        let mut sentence =
            format!("{} now below {}", counted(result.folders, "folder is", "folders are"), new.display());
        if result.retried > 0 {
            sentence.push_str(&format!(", {} tried again", counted(result.retried, "file is", "files are")));
        }
        out.say(format!("{sentence}."))?;
        Ok(Exit::Well)
    })
    .await
}
