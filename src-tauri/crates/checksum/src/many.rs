//! The sums of several messages of any lengths, side by side.

use crate::lanes::{BLOCK, State, update};
use crate::stream::Md5Stream;

/// The MD5 of each message, for small files: up to 16 of them cost little more than one.
pub fn md5_of_many(messages: &[&[u8]]) -> Vec<[u8; 16]> {
    let parts: Vec<(&[u8], &[u8])> =
        messages.iter().map(|message| message.split_at(message.len() / BLOCK * BLOCK)).collect();
    let blocks: Vec<&[u8]> = parts.iter().map(|(blocks, _)| *blocks).collect();
    let mut streams = vec![Md5Stream::default(); messages.len()];
    side_by_side(&mut streams, &blocks);
    streams.into_iter().zip(parts).map(|(stream, (_, rest))| stream.finish(rest)).collect()
}

/// Goes on with each sum by its blocks, whose lengths are multiples of 64: as far as the shortest reaches together,
/// then the longer ones with what is left.
pub(crate) fn side_by_side(streams: &mut [Md5Stream], blocks: &[&[u8]]) {
    let mut done = 0;
    loop {
        let mut longer: Vec<(&mut Md5Stream, &[u8])> =
            streams.iter_mut().zip(blocks.iter().copied()).filter(|(_, block)| block.len() > done).collect();
        let Some(next) = longer.iter().map(|(_, block)| block.len()).min() else { return };
        let mut states: Vec<State> = longer.iter().map(|(stream, _)| stream.state).collect();
        let pieces: Vec<&[u8]> =
            longer.iter().map(|(_, block)| block.get(done..next).unwrap_or_default()).collect();
        update(&mut states, &pieces);
        for ((stream, _), state) in longer.iter_mut().zip(states) {
            stream.state = state;
            stream.length += (next - done) as u64;
        }
        done = next;
    }
}

#[cfg(test)]
mod tests {
    use md5::{Digest, Md5};

    use super::*;

    #[test]
    fn messages_of_all_lengths_get_their_own_sums() {
        let bytes: Vec<u8> = (0..70_000u32).map(|i| (i * 31 % 253) as u8).collect();
        let lengths = [0, 1, 55, 56, 63, 64, 65, 127, 128, 1_000, 10_240, 10_240, 65_536, 70_000];
        for count in 0..=lengths.len() {
            let messages: Vec<&[u8]> = lengths[..count].iter().map(|length| &bytes[..*length]).collect();
            let sums: Vec<[u8; 16]> = messages.iter().map(|message| Md5::digest(message).into()).collect();
            assert_eq!(md5_of_many(&messages), sums);
        }
    }
}
