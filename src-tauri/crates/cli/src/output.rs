//! What is printed where: results on standard output, everything else on standard error.

use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use engine::error::{ErrorCode, Failure};
use indicatif::MultiProgress;

use crate::exit::Problem;
use crate::lines::Line;
use crate::text;

/// Where a command writes to.
#[derive(Clone)]
pub struct Output {
    pub json: bool,
    pub quiet: bool,
    bars: MultiProgress,
}

impl Output {
    pub fn new(json: bool, quiet: bool) -> Self {
        Self { json, quiet, bars: MultiProgress::new() }
    }

    /// Progress can be drawn.
    pub fn is_terminal(&self) -> bool {
        !self.quiet && io::stderr().is_terminal()
    }

    /// Bars that are pushed aside while something is printed.
    pub fn bars(&self) -> &MultiProgress {
        &self.bars
    }

    /// A JSON line; nothing in human mode.
    pub fn line(&self, line: &Line<'_>) -> Result<(), Problem> {
        if !self.json {
            return Ok(());
        }
        let mut text = serde_json::to_string(line).map_err(io::Error::from)?;
        text.push('\n');
        self.write(&text)
    }

    /// A line for people on standard output; nothing with `--json`.
    pub fn say(&self, sentence: impl AsRef<str>) -> Result<(), Problem> {
        if self.json {
            return Ok(());
        }
        self.write(&format!("{}\n", sentence.as_ref()))
    }

    fn write(&self, text: &str) -> Result<(), Problem> {
        let written = self.bars.suspend(|| {
            let mut out = io::stdout().lock();
            out.write_all(text.as_bytes()).and_then(|()| out.flush())
        });
        written.map_err(Problem::from)
    }

    /// A note for people on standard error; it doesn't matter if nobody reads it.
    pub fn note(&self, sentence: impl AsRef<str>) {
        if !self.quiet {
            self.warn(sentence);
        }
    }

    /// Like a note, but also with `--quiet`.
    pub fn warn(&self, sentence: impl AsRef<str>) {
        self.bars.suspend(|| drop(writeln!(io::stderr().lock(), "{}", sentence.as_ref())));
    }

    /// Says why the command can't go on.
    pub fn problem(&self, problem: &Problem) {
        match problem {
            Problem::Failure(failure) => self.failure(failure),
            Problem::Usage(sentence) => {
                self.warn(format!("ferry: {sentence}"));
                self.error_line(&Failure::new(ErrorCode::RequestInvalid), sentence);
            }
            Problem::Interrupted | Problem::PipeClosed => {}
        }
    }

    fn failure(&self, failure: &Failure) {
        let words = text::words(failure);
        let next = format!("{} {}", text::who(failure.who), words.next);
        self.warn(format!("ferry: {}\n       {}", words.sentence, next.trim()));
        if !failure.details.is_empty() && failure.code == ErrorCode::Internal {
            self.warn(format!("       ({})", failure.details));
        }
        tracing::debug!(code = failure.code.as_str(), details = %failure.details, "failed");
        self.error_line(failure, &words.sentence);
    }

    fn error_line(&self, failure: &Failure, message: &str) {
        // Who closed standard output does not read this either.
        drop(self.line(&Line::Error { code: failure.code.as_str(), who: failure.who, message }));
    }
}

/// Standard output for the engine to write to; remembers that nobody reads it any more.
pub struct Pipe {
    closed: Arc<AtomicBool>,
}

impl Pipe {
    pub fn new() -> (Self, Arc<AtomicBool>) {
        let closed = Arc::<AtomicBool>::default();
        (Self { closed: Arc::clone(&closed) }, closed)
    }

    fn look<T>(&self, result: io::Result<T>) -> io::Result<T> {
        if let Err(error) = &result
            && error.kind() == io::ErrorKind::BrokenPipe
        {
            self.closed.store(true, Ordering::Relaxed);
        }
        result
    }
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.look(io::stdout().lock().write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.look(io::stdout().lock().flush())
    }
}

/// Bytes as people read them.
pub fn bytes(count: u64) -> String {
    indicatif::HumanBytes(count).to_string()
}

/// `1 file`, `2 files`.
pub fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", indicatif::HumanCount(count), if count == 1 { one } else { many })
}

/// A name on one line, whatever is in it.
pub fn plain(name: &str) -> String {
    name.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
