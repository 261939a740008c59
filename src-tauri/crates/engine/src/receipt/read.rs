//! What reading a receipt of any format has in common.

use std::io;

use serde_json::{Map, Value};

use super::VERSION;
use super::record::{ReceiptHead, ReceiptLine, ReceiptTotals};
use crate::error::{ErrorCode, Failure, Outcome};

/// Takes the parts of a receipt in their order.
pub(super) trait Sink {
    fn head(&mut self, head: ReceiptHead) -> Outcome<()>;
    fn line(&mut self, line: ReceiptLine) -> Outcome<()>;
    fn end(&mut self, totals: ReceiptTotals, seal: &str) -> Outcome<()>;
}

/// Why reading does not go on.
#[derive(Debug)]
pub(super) enum Stop {
    Failed(Failure),
    /// The next part is none that Ferry writes.
    Unfit,
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            // Bytes that are no text.
            io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => Self::Unfit,
            _ => Self::Failed(Failure::new(ErrorCode::PathUnusable).because(error)),
        }
    }
}

impl From<serde_json::Error> for Stop {
    fn from(error: serde_json::Error) -> Self {
        if error.is_io() { io::Error::from(error).into() } else { Self::Unfit }
    }
}

impl From<csv::Error> for Stop {
    fn from(error: csv::Error) -> Self {
        match error.into_kind() {
            csv::ErrorKind::Io(error) => error.into(),
            _ => Self::Unfit,
        }
    }
}

/// A header, unless a newer Ferry wrote it.
pub(super) fn head(fields: Map<String, Value>) -> Result<ReceiptHead, Stop> {
    let version = fields.get("receipt").and_then(Value::as_u64).ok_or(Stop::Unfit)?;
    if version > u64::from(VERSION) {
        return Err(unfit("receipt_newer").with("version", version).into());
    }
    serde_json::from_value(Value::Object(fields)).map_err(|_| unfit("receipt_head").into())
}

/// A file that is no receipt, or not the one that was written; `reason` is in the words of the engine.
pub(super) fn unfit(reason: &str) -> Failure {
    Failure::new(ErrorCode::RequestInvalid).with("reason", reason)
}

/// A receipt of a Ferry that made no chains.
pub(super) fn unsealed() -> Stop {
    unfit("receipt_unsealed").into()
}
