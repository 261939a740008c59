//! The sum of one file, block by block.

use crate::lanes::{BLOCK, START, State, update};

/// A running MD5. Only the last piece may have a length that is no multiple of 64.
#[derive(Clone, Copy, Debug)]
pub struct Md5Stream {
    pub(crate) state: State,
    pub(crate) length: u64,
}

impl Default for Md5Stream {
    fn default() -> Self {
        Self { state: START, length: 0 }
    }
}

impl Md5Stream {
    /// Adds whole blocks of 64 bytes on this thread.
    pub fn blocks(&mut self, bytes: &[u8]) {
        update(std::slice::from_mut(&mut self.state), &[bytes]);
        self.length += bytes.len() as u64;
    }

    /// For going on another time: only between whole blocks of 64 bytes.
    pub fn to_bytes(self) -> [u8; 24] {
        let mut bytes = [0; 24];
        let words = self.state.iter().flat_map(|word| word.to_le_bytes());
        for (to, from) in bytes.iter_mut().zip(words.chain(self.length.to_le_bytes())) {
            *to = from;
        }
        bytes
    }

    pub fn from_bytes(bytes: [u8; 24]) -> Self {
        let (words, rest) = bytes.as_chunks::<4>();
        debug_assert!(rest.is_empty());
        let mut words = words.iter().map(|word| u32::from_le_bytes(*word));
        let state = std::array::from_fn(|_| words.next().unwrap_or_default());
        let (low, high) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        Self { state, length: u64::from(low) | u64::from(high) << 32 }
    }

    /// The sum, with the last bytes.
    pub fn finish(mut self, last: &[u8]) -> [u8; 16] {
        let whole = last.len() / BLOCK * BLOCK;
        let (blocks, rest) = last.split_at(whole);
        self.blocks(blocks);
        finish(self.state, rest, self.length + rest.len() as u64)
    }
}

/// Padding and length, as RFC 1321 has them. `rest` is less than a block.
pub(crate) fn finish(state: State, rest: &[u8], length: u64) -> [u8; 16] {
    let mut tail = [0u8; 2 * BLOCK];
    let used = rest.len().min(BLOCK - 1);
    for (to, from) in tail.iter_mut().zip(rest) {
        *to = *from;
    }
    if let Some(mark) = tail.get_mut(used) {
        *mark = 0x80;
    }
    let size = if used < BLOCK - 8 { BLOCK } else { 2 * BLOCK };
    let bits = length.wrapping_mul(8).to_le_bytes();
    for (to, from) in tail.iter_mut().take(size).skip(size - 8).zip(bits) {
        *to = from;
    }
    let mut states = [state];
    update(&mut states, &[tail.get(..size).unwrap_or_default()]);
    let mut digest = [0; 16];
    for (to, from) in digest.chunks_exact_mut(4).zip(states.iter().flatten()) {
        to.copy_from_slice(&from.to_le_bytes());
    }
    digest
}

#[cfg(test)]
mod tests {
    use md5::{Digest, Md5};

    use super::*;

    #[test]
    fn goes_on_from_bytes() {
        let message = [7; 640];
        let mut stream = Md5Stream::default();
        stream.blocks(&message[..320]);
        let stream = Md5Stream::from_bytes(stream.to_bytes());
        assert_eq!(stream.finish(&message[320..]), <[u8; 16]>::from(Md5::digest(message)));
    }

    #[test]
    fn every_length_agrees_with_the_library() {
        let bytes: Vec<u8> = (0..400u32).map(|i| (i * 31 % 253) as u8).collect();
        for length in 0..bytes.len() {
            let message = &bytes[..length];
            let first = length / 2 / BLOCK * BLOCK;
            let mut stream = Md5Stream::default();
            stream.blocks(&message[..first]);
            assert_eq!(stream.finish(&message[first..]), <[u8; 16]>::from(Md5::digest(message)), "{length}");
        }
    }
}
