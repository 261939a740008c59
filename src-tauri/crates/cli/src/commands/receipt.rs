//! `ferry receipt`

use std::io::BufWriter;
use std::sync::atomic::Ordering;

use engine::model::BatchId;
use engine::receipt::ReceiptFormat;

use super::verify;
use crate::args::{Global, Receipt};
use crate::exit::{Ended, Exit, Problem};
use crate::output::{Output, Pipe};
use crate::session::{Need, Session};

pub async fn run(global: &Global, receipt: Receipt, out: &Output) -> Ended {
    match (receipt.verify, receipt.batch) {
        (Some(file), _) => verify::run(file, receipt.seal, out).await,
        (None, Some(batch)) => print(global, batch, receipt.format, out).await,
        (None, None) => Err(Problem::usage("name a batch, or a receipt with --verify.")),
    }
}

async fn print(global: &Global, batch: BatchId, format: ReceiptFormat, out: &Output) -> Ended {
    Session::with(global, Need::Queue, async |session| {
        let (pipe, closed) = Pipe::new();
        let written = session.handle().receipt(batch, format, BufWriter::new(pipe)).await;
        if closed.load(Ordering::Relaxed) {
            return Err(Problem::PipeClosed);
        }
        // To be kept elsewhere: a receipt that is written anew has another one.
        out.note(format!("Seal: {}", written?));
        Ok(Exit::Well)
    })
    .await
}
