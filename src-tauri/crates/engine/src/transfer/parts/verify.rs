//! Before going on: what the store has is compared with the local file, part by part.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use canto_api::StoredPart;
use checksum::Md5Stream;
use tokio_util::sync::CancellationToken;

use super::hasher::{From, quick_sum};
use super::plan::Plan;
use crate::planted::{Bug, is_planted};
use crate::store::parts::{PartRow, Parts};
use crate::transfer::progress::Counts;
use crate::transfer::source::{BLOCK, Source};

/// What need not be sent again.
#[derive(Debug, Default)]
pub struct Verified {
    /// Parts of the store whose bytes are the local ones.
    pub kept: Parts,
    /// Of these, the ones to be recorded: the program ended between the store's answer and its own record, or the sum
    /// until the part is of no use any more.
    pub unrecorded: Vec<PartRow>,
    /// Recorded parts that the store has lost, or that differ from the local bytes.
    pub unfit: Vec<u32>,
}

/// Compares. `None`: stopped before the end. For a blocking thread; reads as fast as the disk and one core can.
///
/// # Errors
/// Those of reading the file.
pub fn verify(
    source: &Source,
    plan: Plan,
    stored: &BTreeMap<u32, StoredPart>,
    recorded: &Parts,
    counts: &Counts,
    stop: &CancellationToken,
) -> io::Result<Option<Verified>> {
    let mut verified = Verified::default();
    let mut block = vec![0; 4 * BLOCK];
    // Every part so far was recorded, and is right. After the first that is not, the sums until later parts go: they may
    // cover other bytes than that part will have when it is recorded.
    let mut unbroken = true;
    for number in 1..=plan.count() {
        if stop.is_cancelled() {
            return Ok(None);
        }
        let known = recorded.get(&number);
        let there = stored.get(&number).filter(|part| part.size == 0 || part.size == plan.length(number));
        let kept = match (there, known) {
            // Another part of that number has another ETag. A list without ETags says nothing; the answer to this part
            // was compared when it was sent.
            (Some(part), Some(known))
                if part.etag.as_ref().is_none_or(|etag| etag.eq_ignore_ascii_case(&known.etag)) =>
            {
                same_bytes(source, plan, known, &mut block)?.then(|| known.clone())
            }
            (Some(StoredPart { etag: Some(etag), .. }), None) => {
                let row = PartRow { etag: etag.clone(), ..sums_of(source, plan, number)? };
                row.etag_is_md5().then(|| {
                    verified.unrecorded.push(row.clone());
                    row
                })
            }
            _ => None,
        };
        match kept {
            Some(mut row) => {
                unbroken &= known.is_some();
                if !unbroken && row.md5_until.take().is_some() {
                    verified.unrecorded.push(row.clone());
                }
                counts.keep(plan.length(number));
                verified.kept.insert(number, row);
            }
            None => {
                unbroken = false;
                if known.is_some() {
                    verified.unfit.push(number);
                }
            }
        }
    }
    Ok(Some(verified))
}

/// The local bytes of a part are those that were sent.
fn same_bytes(source: &Source, plan: Plan, known: &PartRow, block: &mut [u8]) -> io::Result<bool> {
    if is_planted(Bug::TrustPartList) {
        return Ok(true);
    }
    let mut quick = quick_sum();
    each_block(source, plan, known.number, block, |bytes| quick.update(bytes))?;
    Ok(quick.finalize() == known.quick)
}

/// The sums of a part, made of the local bytes. For a blocking thread.
pub fn sums_of(source: &Source, plan: Plan, number: u32) -> io::Result<PartRow> {
    let mut block = vec![0; 4 * BLOCK];
    let (mut quick, mut md5) = (quick_sum(), Md5Stream::default());
    let mut rest = Vec::new();
    each_block(source, plan, number, &mut block, |bytes| {
        quick.update(bytes);
        let (whole, tail) = bytes.split_at(bytes.len() / 64 * 64);
        md5.blocks(whole);
        rest = tail.to_vec();
    })?;
    let md5 = md5.finish(&rest);
    Ok(PartRow { number, md5, etag: String::new(), quick: quick.finalize(), md5_until: None })
}

fn each_block(
    source: &Source,
    plan: Plan,
    number: u32,
    block: &mut [u8],
    mut take: impl FnMut(&[u8]),
) -> io::Result<()> {
    let range = plan.range(number);
    let mut at = range.start;
    while at < range.end {
        let length = (range.end - at).min(block.len() as u64) as usize;
        let bytes = block.get_mut(..length).unwrap_or_default();
        source.read_into(at, bytes)?;
        take(bytes);
        at += length as u64;
    }
    Ok(())
}

/// Where the MD5 of the whole can go on: after the longest run of kept parts that ends with a recorded sum.
pub fn resume_from(kept: &Parts) -> From {
    let mut from = From { parts: 0, whole: Md5Stream::default() };
    for number in 1.. {
        let Some(part) = kept.get(&number) else { break };
        if let Some(until) = part.md5_until {
            from = From { parts: number, whole: Md5Stream::from_bytes(until) };
        }
    }
    from
}

/// The parts that are still to be sent.
pub fn missing(plan: Plan, kept: &Parts) -> BTreeSet<u32> {
    (1..=plan.count()).filter(|number| !kept.contains_key(number)).collect()
}

#[cfg(test)]
#[path = "verify_properties.rs"]
mod properties;
