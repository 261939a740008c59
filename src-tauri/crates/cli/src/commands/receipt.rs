//! `ferry receipt`

use std::io::BufWriter;
use std::sync::atomic::Ordering;

use crate::args::{Global, Receipt};
use crate::exit::{Ended, Exit, Problem};
use crate::output::Pipe;
use crate::session::{Need, Session};

pub async fn run(global: &Global, receipt: Receipt) -> Ended {
    Session::with(global, Need::Queue, async |session| {
        let (pipe, closed) = Pipe::new();
        let written = session.handle().receipt(receipt.batch, receipt.format, BufWriter::new(pipe)).await;
        if closed.load(Ordering::Relaxed) {
            return Err(Problem::PipeClosed);
        }
        written?;
        Ok(Exit::Well)
    })
    .await
}
