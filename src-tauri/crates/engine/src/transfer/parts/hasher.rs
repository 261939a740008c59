//! Reads a file in order and makes its sums, ahead of what sends the parts: the MD5 of the whole, and for each part
//! that is to be sent its MD5 and a quick sum. The whole and its parts go side by side in the lanes of the crew.

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;

use checksum::{Crew, Md5Stream};
use crc_fast::{CrcAlgorithm, Digest as Crc};
use tokio::sync::mpsc;

use super::plan::Plan;
use crate::store::parts::PartRow;
use crate::transfer::source::{BLOCK, Source};

/// Sums made ahead of the senders.
const AHEAD: usize = 2;

/// A step of the way through the file.
#[derive(Debug)]
pub enum Hashed {
    Part(PartRow),
    /// The last word: the file was read to its end and is as it was when it was opened.
    Whole([u8; 16]),
}

/// A fast sum that compares local bytes with what was sent.
pub fn quick_sum() -> Crc {
    Crc::new(CrcAlgorithm::Crc64Nvme)
}

/// Where the sum of the whole goes on: after so many parts.
#[derive(Clone, Copy, Debug)]
pub struct From {
    pub parts: u32,
    pub whole: Md5Stream,
}

/// Starts at the given place; `wanted` are the parts to be sent.
pub fn start(
    source: Arc<Source>,
    plan: Plan,
    wanted: BTreeSet<u32>,
    from: From,
    crew: Crew,
) -> mpsc::Receiver<io::Result<Hashed>> {
    let (sender, receiver) = mpsc::channel(AHEAD);
    tokio::task::spawn_blocking(move || {
        let said = |hashed| sender.blocking_send(Ok(hashed)).is_ok();
        if let Err(error) = hash(&source, plan, &wanted, from, &crew, said) {
            // Nobody there any more: the transfer was stopped.
            drop(sender.blocking_send(Err(error)));
        }
    });
    receiver
}

pub(super) fn hash(
    source: &Source,
    plan: Plan,
    wanted: &BTreeSet<u32>,
    from: From,
    crew: &Crew,
    said: impl Fn(Hashed) -> bool,
) -> io::Result<()> {
    let mut whole = from.whole;
    let mut rest = bytes::Bytes::new();
    for number in from.parts + 1..=plan.count() {
        let is_wanted = wanted.contains(&number);
        let mut part = Md5Stream::default();
        let mut quick = quick_sum();
        let mut under_way = None;
        let range = plan.range(number);
        let mut at = range.start;
        while at < range.end {
            let length = (range.end - at).min(BLOCK as u64) as usize;
            let mut block = source.read_at(at, length)?;
            at += length as u64;
            if let Some(under_way) = under_way.take() {
                (whole, part) = wait(under_way)?;
            }
            if is_wanted {
                quick.update(&block);
            }
            // Only the file's last block has a length that lanes don't take.
            rest = block.split_off(length / 64 * 64);
            let part_sum = is_wanted.then(|| crew.hash(part, block.clone()));
            under_way = Some((crew.hash(whole, block), part_sum));
        }
        if let Some(under_way) = under_way.take() {
            (whole, part) = wait(under_way)?;
        }
        if is_wanted {
            let row = PartRow {
                number,
                md5: part.finish(&rest),
                etag: String::new(),
                quick: quick.finalize(),
                md5_until: rest.is_empty().then(|| whole.to_bytes()),
            };
            if number == plan.count() {
                // Before its last part, so that a file that has changed is never whole with the store.
                source.check()?;
            }
            if !said(Hashed::Part(row)) {
                return Ok(());
            }
        }
    }
    source.check()?;
    said(Hashed::Whole(whole.finish(&rest)));
    Ok(())
}

type UnderWay = (std::sync::mpsc::Receiver<Md5Stream>, Option<std::sync::mpsc::Receiver<Md5Stream>>);

fn wait((whole, part): UnderWay) -> io::Result<(Md5Stream, Md5Stream)> {
    let whole = whole.recv().map_err(io::Error::other)?;
    let part = part.map(|part| part.recv().map_err(io::Error::other)).transpose()?;
    Ok((whole, part.unwrap_or_default()))
}
