//! Hears panics, and everything that the engine says in its log.

use std::io;
use std::sync::{Mutex, Once, PoisonError};

static SAID: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static PANICS: Mutex<Vec<String>> = Mutex::new(Vec::new());
static ONCE: Once = Once::new();

struct Ear;

impl io::Write for Ear {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        SAID.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Begins to listen, or begins anew.
pub fn listen() {
    ONCE.call_once(|| {
        let filter = tracing_subscriber::EnvFilter::new("warn,engine=debug,canto_api=debug");
        let log = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(|| Ear);
        // Another test of the same program may have set up its own, which prints.
        drop(log.try_init());
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            PANICS.lock().unwrap_or_else(PoisonError::into_inner).push(panic.to_string());
            before(panic);
        }));
    });
    SAID.lock().unwrap_or_else(PoisonError::into_inner).clear();
    PANICS.lock().unwrap_or_else(PoisonError::into_inner).clear();
}

pub fn said() -> String {
    String::from_utf8_lossy(&SAID.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
}

pub fn panics() -> Vec<String> {
    PANICS.lock().unwrap_or_else(PoisonError::into_inner).clone()
}
