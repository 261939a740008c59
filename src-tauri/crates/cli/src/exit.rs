//! How a command ends: the exit codes that scripts rely on, and what may go wrong.

use std::process::ExitCode;

use engine::error::{ErrorCode, Failure};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// All done, or skipped as asked.
    Well = 0,
    Internal = 1,
    WrongUse = 2,
    SomeFailed = 3,
    /// A sign-in, a decision, a right or space is missing.
    NeedsSomeone = 4,
    /// Another program holds the data and can't be reached.
    InUse = 5,
    /// The queue stays.
    Interrupted = 130,
}

impl Exit {
    pub fn of(code: ErrorCode) -> Self {
        match code {
            ErrorCode::RequestInvalid
            | ErrorCode::PathUnusable
            | ErrorCode::MetadataRefused
            | ErrorCode::AccountMissing
            | ErrorCode::CollectionMissing
            | ErrorCode::BatchMissing
            | ErrorCode::JobMissing
            | ErrorCode::FolderMissing => Self::WrongUse,
            ErrorCode::DataDirInUse => Self::InUse,
            ErrorCode::Internal => Self::Internal,
            _ => Self::NeedsSomeone,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command can't go on.
#[derive(Debug)]
pub enum Problem {
    Failure(Box<Failure>),
    /// What was asked for makes no sense; the sentence says why.
    Usage(String),
    Interrupted,
    /// Nobody reads standard output any more.
    PipeClosed,
}

impl Problem {
    pub fn usage(sentence: impl Into<String>) -> Self {
        Self::Usage(sentence.into())
    }

    pub fn exit(&self) -> Exit {
        match self {
            Self::Failure(failure) => Exit::of(failure.code),
            Self::Usage(_) => Exit::WrongUse,
            Self::Interrupted => Exit::Interrupted,
            Self::PipeClosed => Exit::Well,
        }
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        Self::Failure(Box::new(failure))
    }
}

impl From<std::io::Error> for Problem {
    fn from(error: std::io::Error) -> Self {
        let code = match error.kind() {
            std::io::ErrorKind::BrokenPipe => return Self::PipeClosed,
            std::io::ErrorKind::StorageFull => ErrorCode::DiskFull,
            _ => ErrorCode::Internal,
        };
        Failure::new(code).because(error).into()
    }
}

pub type Ended = Result<Exit, Problem>;
