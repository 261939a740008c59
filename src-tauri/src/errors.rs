//! Failures of the shell itself, in the engine's words: they cross to the page as `{ code, who, params, details }`.

use engine::error::{ErrorCode, Failure};

/// Something around us (a browser, a dialog, a thread) did not do its part.
pub fn internal(why: impl ToString) -> Failure {
    Failure::new(ErrorCode::Internal).because(why)
}

pub fn invalid(why: impl ToString) -> Failure {
    Failure::new(ErrorCode::RequestInvalid).because(why)
}

/// A file that the user chose can't be written.
pub fn unwritable(path: &std::path::Path, error: &std::io::Error) -> Failure {
    let code = match error.kind() {
        std::io::ErrorKind::StorageFull => ErrorCode::DiskFull,
        _ => ErrorCode::PathUnusable,
    };
    Failure::new(code).with("path", path.display()).because(error)
}
