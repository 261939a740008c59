//! Which asset is the proof of which job (canto-api.md §8.4): pure, so that it can be tested without a tenant.
//!
//! The tenant names an upload by its file name only, and names repeat. So an asset proves a job only if name, size,
//! album and checksum agree as far as the tenant tells them, and one asset proves one job.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use canto_api::Asset;
use unicode_normalization::UnicodeNormalization;

use crate::model::Verification;
use crate::queue::message::AwaitedJob;

/// How an asset fits a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// Everything that is known agrees.
    Proves(Verification),
    /// It could be the job's, but the local file has to be hashed to know.
    NeedsFingerprint,
    /// Same name and album, other bytes.
    OtherBytes,
    /// In another album, or nothing to compare.
    No,
}

/// Names are compared in NFC: macOS names files in NFD, and what a tenant makes of it is not documented [ND].
pub fn key_of(name: &str) -> Cow<'_, str> {
    if name.is_ascii() { Cow::Borrowed(name) } else { Cow::Owned(name.nfc().collect()) }
}

/// How an asset fits a job of the same name.
pub fn fit(job: &AwaitedJob, asset: &Asset) -> Fit {
    let elsewhere = job.album.as_ref().is_some_and(|album| {
        !asset.albums.is_empty() && !asset.albums.iter().any(|in_it| in_it.id == *album)
    });
    if elsewhere {
        return Fit::No;
    }
    if asset.size.is_some_and(|size| size != job.size) {
        return Fit::OtherBytes;
    }
    let Some(md5) = job.md5 else { return Fit::NeedsFingerprint };
    match &asset.md5 {
        Some(theirs) if theirs.eq_ignore_ascii_case(&hex::encode(md5)) => {
            Fit::Proves(if job.etag_matched { Verification::EtagAndMd5 } else { Verification::Md5 })
        }
        Some(_) => Fit::OtherBytes,
        None if job.etag_matched => Fit::Proves(Verification::Etag),
        None if asset.size == Some(job.size) => Fit::Proves(Verification::Size),
        // The tenant tells nothing that could be compared: no proof.
        None => Fit::No,
    }
}

/// Assets by the name that they share with jobs.
pub type ByName<'a> = HashMap<Cow<'a, str>, Vec<&'a Asset>>;

pub fn by_name(assets: &[Asset]) -> ByName<'_> {
    let mut by_name = ByName::new();
    for asset in assets {
        by_name.entry(key_of(&asset.name)).or_default().push(asset);
    }
    by_name
}

/// Pairs jobs and assets of their names, each at most once; assets in `taken` are the proof of other jobs.
pub fn pair<'a, 'j>(
    jobs: impl Iterator<Item = &'j AwaitedJob>,
    assets: &ByName<'a>,
    taken: &HashSet<String>,
) -> Vec<(&'j AwaitedJob, &'a Asset, Verification)> {
    let mut pairs: Vec<(&AwaitedJob, &Asset, Verification)> = Vec::new();
    let mut spent: HashSet<(&str, &str)> = HashSet::new();
    for job in jobs {
        let Some(candidates) = assets.get(&*key_of(&job.name)) else { continue };
        for asset in candidates {
            let id = (asset.scheme.as_str(), asset.id.as_str());
            if taken.contains(&asset.id) || spent.contains(&id) {
                continue;
            }
            if let Fit::Proves(verification) = fit(job, asset) {
                spent.insert(id);
                pairs.push((job, asset, verification));
                break;
            }
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use canto_api::RelatedAlbum;

    use super::*;
    use crate::model::{AccountId, JobId};
    use crate::queue::state::Attempt;

    fn job(id: i64, name: &str, md5: Option<u8>, album: Option<&str>) -> AwaitedJob {
        AwaitedJob {
            id: JobId(id),
            account: AccountId(1),
            name: name.to_owned(),
            path: name.into(),
            size: 10,
            md5: md5.map(|byte| [byte; 16]),
            etag_matched: true,
            album: album.map(str::to_owned),
            attempt: Attempt { key_tail: "k".into(), started_at: 0 },
            sent_at: Some(0),
        }
    }

    fn asset(id: &str, name: &str, md5: Option<u8>, album: Option<&str>) -> Asset {
        Asset {
            id: id.into(),
            scheme: "image".into(),
            name: name.into(),
            size: Some(10),
            md5: md5.map(|byte| hex::encode([byte; 16])),
            albums: album
                .map(|id| RelatedAlbum { id: id.into(), ..Default::default() })
                .into_iter()
                .collect(),
            ..Default::default()
        }
    }

    #[test]
    fn equal_names_are_told_apart_by_their_bytes_and_albums() {
        let jobs = [
            job(1, "a.jpg", Some(1), Some("A")),
            job(2, "a.jpg", Some(2), Some("A")),
            job(3, "a.jpg", Some(1), Some("B")),
        ];
        let assets = [
            asset("x", "a.jpg", Some(1), Some("B")),
            asset("y", "a.jpg", Some(2), Some("A")),
            asset("z", "a.jpg", Some(1), Some("A")),
        ];
        let mut pairs: Vec<_> = pair(jobs.iter(), &by_name(&assets), &HashSet::new())
            .into_iter()
            .map(|(job, asset, _)| (job.id.0, asset.id.clone()))
            .collect();
        pairs.sort();
        assert_eq!(pairs, [(1, "z".to_owned()), (2, "y".to_owned()), (3, "x".to_owned())]);
    }

    #[test]
    fn one_asset_proves_one_job() {
        let jobs = [job(1, "a.jpg", Some(1), None), job(2, "a.jpg", Some(1), None)];
        let assets = [asset("x", "a.jpg", Some(1), None)];
        assert_eq!(pair(jobs.iter(), &by_name(&assets), &HashSet::new()).len(), 1);
        assert_eq!(pair(jobs.iter(), &by_name(&assets), &HashSet::from(["x".to_owned()])).len(), 0);
    }

    #[test]
    fn other_bytes_are_never_a_proof() {
        let sent = job(1, "a.jpg", Some(1), None);
        assert_eq!(fit(&sent, &asset("x", "a.jpg", Some(9), None)), Fit::OtherBytes);
        let shorter = Asset { size: Some(9), ..asset("x", "a.jpg", Some(1), None) };
        assert_eq!(fit(&sent, &shorter), Fit::OtherBytes);
        assert_eq!(
            fit(&job(1, "a.jpg", None, None), &asset("x", "a.jpg", Some(9), None)),
            Fit::NeedsFingerprint
        );
    }

    #[test]
    fn the_strongest_check_that_there_was_is_named() {
        let with_etag = job(1, "a.jpg", Some(1), None);
        let without = AwaitedJob { etag_matched: false, ..with_etag.clone() };
        let bare = asset("x", "a.jpg", None, None);
        assert_eq!(
            fit(&with_etag, &asset("x", "a.jpg", Some(1), None)),
            Fit::Proves(Verification::EtagAndMd5)
        );
        assert_eq!(fit(&with_etag, &bare), Fit::Proves(Verification::Etag));
        assert_eq!(fit(&without, &asset("x", "a.jpg", Some(1), None)), Fit::Proves(Verification::Md5));
        assert_eq!(fit(&without, &bare), Fit::Proves(Verification::Size));
        assert_eq!(fit(&without, &Asset { size: None, ..bare }), Fit::No);
    }

    #[test]
    fn one_name_in_two_unicode_forms_is_one_name() {
        let jobs = [job(1, "u\u{308}ber.jpg", Some(1), None)];
        let assets = [asset("x", "\u{fc}ber.jpg", Some(1), None)];
        assert_eq!(pair(jobs.iter(), &by_name(&assets), &HashSet::new()).len(), 1);
    }
}
