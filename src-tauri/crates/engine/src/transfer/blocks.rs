//! Blocks of files on their way, which use the same memory again: fresh memory of this size costs as much as reading it.

use std::io;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;

/// Measured best for reading and hashing (measurements.md B1).
pub const BLOCK: usize = 256 * 1024;
/// Blocks that wait for their next use, at most: 4 MiB.
const KEPT: usize = 16;

static FREE: Mutex<Vec<Vec<u8>>> = Mutex::new(Vec::new());

/// A block of `length` bytes, at most [`BLOCK`] of them, as `fill` makes it.
///
/// # Errors
/// Those of `fill`.
pub fn block(length: usize, fill: impl FnOnce(&mut [u8]) -> io::Result<()>) -> io::Result<Bytes> {
    if length <= BLOCK / 2 {
        let mut own = vec![0; length];
        fill(&mut own)?;
        return Ok(own.into());
    }
    let free = FREE.lock().unwrap_or_else(PoisonError::into_inner).pop();
    let mut memory = Memory(free.unwrap_or_else(|| vec![0; BLOCK]));
    let wanted = memory.0.get_mut(..length).ok_or(io::ErrorKind::InvalidInput)?;
    fill(wanted)?;
    Ok(Bytes::from_owner(memory).slice(..length))
}

struct Memory(Vec<u8>);

impl AsRef<[u8]> for Memory {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        let mut free = FREE.lock().unwrap_or_else(PoisonError::into_inner);
        if free.len() < KEPT {
            free.push(std::mem::take(&mut self.0));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_that_is_held_stays_as_it_is() {
        let of = |byte: u8, length: usize| {
            let fill = |memory: &mut [u8]| {
                memory.fill(byte);
                Ok(())
            };
            block(length, fill).unwrap()
        };
        for length in [0, 1, BLOCK / 2, BLOCK / 2 + 1, BLOCK] {
            let held: Vec<Bytes> = (0..40).map(|byte| of(byte, length)).collect();
            for (byte, held) in held.iter().enumerate() {
                assert_eq!(held.as_ref(), vec![byte as u8; length]);
            }
        }
        assert!(FREE.lock().unwrap().len() <= KEPT);
        assert!(block(BLOCK + 1, |_| Ok(())).is_err());
    }
}
