//! Which asset is the proof of which job (canto-api.md §8.4): pure, so that it can be tested without a tenant.
//!
//! The tenant names an upload by its file name only, and names repeat. So an asset proves a job only if name, size,
//! album and checksum agree as far as the tenant tells them, and one asset proves one job.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use canto_api::Asset;
use unicode_normalization::UnicodeNormalization;

use crate::model::{JobId, Verification};
use crate::planted::{Bug, is_planted};
use crate::queue::message::AwaitedJob;
use crate::store::checked::VersionOf;

/// How an asset fits a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// Everything that is known agrees.
    Proves(Verification),
    /// It could be the job's, but the local file has to be hashed to know.
    NeedsFingerprint,
    /// Same name and album, other bytes.
    OtherBytes,
    /// The same bytes in another album: somebody may have moved the asset, or it is somebody else's.
    Elsewhere(Verification),
    /// The same bytes, and nobody knows which album the job's file went to: the program ended before that was kept.
    Anywhere(Verification),
    /// Nothing to compare, or other bytes in another album.
    No,
}

/// Names are compared in NFC: macOS names files in NFD, and what a tenant makes of it is not documented [ND].
pub fn key_of(name: &str) -> Cow<'_, str> {
    if name.is_ascii() { Cow::Borrowed(name) } else { Cow::Owned(name.nfc().collect()) }
}

/// How an asset fits a job of the same name.
pub fn fit(job: &AwaitedJob, asset: &Asset) -> Fit {
    if let Some(version) = &job.version_of {
        let plain = AwaitedJob { version_of: None, ..job.clone() };
        return if is_target(job, asset) { fit_version(&plain, version, asset) } else { Fit::No };
    }
    let elsewhere = job.album.as_ref().is_some_and(|album| {
        !asset.albums.is_empty() && !asset.albums.iter().any(|in_it| in_it.id == *album)
    });
    if elsewhere {
        return match (job.md5, &asset.md5) {
            (Some(ours), Some(theirs)) if theirs.eq_ignore_ascii_case(&hex::encode(ours)) => {
                Fit::Elsewhere(checked(job))
            }
            _ => Fit::No,
        };
    }
    if asset.size.is_some_and(|size| size != job.size) {
        return Fit::OtherBytes;
    }
    let Some(md5) = job.md5 else { return Fit::NeedsFingerprint };
    let verification = match &asset.md5 {
        Some(theirs) if theirs.eq_ignore_ascii_case(&hex::encode(md5)) => checked(job),
        Some(_) if is_planted(Bug::IgnoreWrongSum) => checked(job),
        Some(_) => return Fit::OtherBytes,
        None if job.etag_matched => Verification::Etag,
        None if asset.size == Some(job.size) => Verification::Size,
        // The tenant tells nothing that could be compared: no proof.
        None => return Fit::No,
    };
    if job.album.is_some() { Fit::Proves(verification) } else { Fit::Anywhere(verification) }
}

/// How the asset that a job's file becomes a new version of fits it. The versions have to be more than they were: the same
/// bytes may have been there before.
pub fn fit_version(job: &AwaitedJob, version: &VersionOf, asset: &Asset) -> Fit {
    let count = u64::try_from(asset.version_history.len()).unwrap_or(u64::MAX);
    let newest = asset.version_history.iter().filter_map(|version| version.no).max().unwrap_or(0);
    if count.max(newest) <= u64::from(version.before) {
        return Fit::No;
    }
    // The bytes that are in force now; the album is the asset's own.
    match fit(&AwaitedJob { album: None, ..job.clone() }, asset) {
        Fit::Anywhere(verification) => Fit::Proves(verification),
        other => other,
    }
}

/// What a job's file is to become a new version of, if it is this asset.
pub fn is_target(job: &AwaitedJob, asset: &Asset) -> bool {
    let target = job.version_of.as_ref().map(|version| &version.asset);
    target.is_some_and(|target| target.id == asset.id && target.scheme == asset.scheme)
}

/// What was compared where the asset's checksum is ours.
fn checked(job: &AwaitedJob) -> Verification {
    if job.etag_matched { Verification::EtagAndMd5 } else { Verification::Md5 }
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

/// Assets of a job's name, or the one that its file is to become a new version of, whatever its name.
pub fn candidates<'a, 'n>(
    assets: &'n ByName<'a>,
    job: &'n AwaitedJob,
) -> impl Iterator<Item = &'a Asset> + use<'a, 'n> {
    let named = match &job.version_of {
        Some(_) => None,
        None => assets.get(&*key_of(&job.name)).map(Vec::as_slice),
    };
    let all = job.version_of.is_some().then(|| assets.values().flatten());
    let target = all.into_iter().flatten().filter(|asset| is_target(job, asset));
    named.unwrap_or_default().iter().chain(target).copied()
}

/// Pairs jobs and assets of their names, each at most once; assets in `taken` are the proof of other jobs. Where
/// `may_be_elsewhere` says so, the same bytes in another album will do, and in any where the job's is not known.
pub fn pair<'a, 'j>(
    jobs: impl Iterator<Item = &'j AwaitedJob> + Clone,
    assets: &ByName<'a>,
    taken: &HashSet<String>,
    may_be_elsewhere: impl Fn(&AwaitedJob, &Asset) -> bool,
) -> Vec<(&'j AwaitedJob, &'a Asset, Verification)> {
    let mut pairs: Vec<(&AwaitedJob, &Asset, Verification)> = Vec::new();
    let mut spent: HashSet<(&str, &str)> = HashSet::new();
    // An asset that gets a new version is the proof of that job alone, whatever others of its name are awaited.
    let targets: HashSet<(&str, &str)> = jobs
        .clone()
        .filter_map(|job| job.version_of.as_ref())
        .map(|version| (version.asset.scheme.as_str(), version.asset.id.as_str()))
        .collect();
    let mut paired: HashSet<JobId> = HashSet::new();
    // First whatever is where it belongs, so that none of these is taken for another one's that was moved.
    for elsewhere in [false, true] {
        for job in jobs.clone() {
            if paired.contains(&job.id) {
                continue;
            }
            for asset in candidates(assets, job) {
                let id = (asset.scheme.as_str(), asset.id.as_str());
                // One that was a job's proof before may get a new version.
                let is_another_ones = match &job.version_of {
                    Some(_) => false,
                    None => taken.contains(&asset.id) || targets.contains(&id),
                };
                if is_another_ones || spent.contains(&id) {
                    continue;
                }
                let verification = match fit(job, asset) {
                    Fit::Proves(verification) => verification,
                    Fit::Elsewhere(verification) | Fit::Anywhere(verification)
                        if elsewhere && may_be_elsewhere(job, asset) =>
                    {
                        verification
                    }
                    _ => continue,
                };
                spent.insert(id);
                paired.insert(job.id);
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
    use crate::model::{AccountId, AssetId, FolderId};
    use crate::queue::state::Attempt;

    fn job(id: i64, name: &str, md5: Option<u8>, album: Option<&str>) -> AwaitedJob {
        AwaitedJob {
            id: JobId(id),
            account: AccountId(1),
            name: name.to_owned(),
            folder: FolderId(1),
            path: name.into(),
            size: 10,
            md5: md5.map(|byte| [byte; 16]),
            etag_matched: true,
            album: album.map(str::to_owned),
            destination: String::new(),
            attempt: Attempt { key_tail: "k".into(), started_at: 0 },
            sent_at: Some(0),
            version_of: None,
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
        let mut pairs: Vec<_> = pair(jobs.iter(), &by_name(&assets), &HashSet::new(), |_, _| false)
            .into_iter()
            .map(|(job, asset, _)| (job.id.0, asset.id.clone()))
            .collect();
        pairs.sort();
        assert_eq!(pairs, [(1, "z".to_owned()), (2, "y".to_owned()), (3, "x".to_owned())]);
    }

    #[test]
    fn what_was_moved_proves_only_what_is_long_awaited_and_never_before_what_is_in_its_place() {
        let jobs = [job(1, "a.jpg", Some(1), Some("A")), job(2, "a.jpg", Some(1), Some("B"))];
        let pairs = |assets: &[Asset], patience_is_over: bool| {
            let pairs = pair(jobs.iter(), &by_name(assets), &HashSet::new(), |_, _| patience_is_over);
            let mut pairs: Vec<_> =
                pairs.into_iter().map(|(job, asset, _)| (job.id.0, asset.id.clone())).collect();
            pairs.sort();
            pairs
        };
        let moved = asset("x", "a.jpg", Some(1), Some("C"));
        let in_place = asset("y", "a.jpg", Some(1), Some("B"));
        let owned = |pairs: &[(i64, &str)]| -> Vec<(i64, String)> {
            pairs.iter().map(|(job, asset)| (*job, (*asset).to_owned())).collect()
        };
        assert_eq!(pairs(&[moved.clone(), in_place.clone()], false), owned(&[(2, "y")]));
        assert_eq!(pairs(&[moved, in_place], true), owned(&[(1, "x"), (2, "y")]));
        assert!(pairs(&[asset("z", "a.jpg", Some(9), Some("C"))], true).is_empty(), "other bytes");
        assert!(pairs(&[asset("z", "a.jpg", None, Some("C"))], true).is_empty(), "nothing to compare");
    }

    #[test]
    fn one_asset_proves_one_job() {
        let jobs = [job(1, "a.jpg", Some(1), Some("A")), job(2, "a.jpg", Some(1), Some("A"))];
        let assets = [asset("x", "a.jpg", Some(1), None)];
        assert_eq!(pair(jobs.iter(), &by_name(&assets), &HashSet::new(), |_, _| false).len(), 1);
        assert_eq!(
            pair(jobs.iter(), &by_name(&assets), &HashSet::from(["x".to_owned()]), |_, _| false).len(),
            0
        );
    }

    #[test]
    fn other_bytes_are_never_a_proof() {
        let sent = job(1, "a.jpg", Some(1), Some("A"));
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
        let with_etag = job(1, "a.jpg", Some(1), Some("A"));
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
    fn a_new_version_is_proven_by_its_asset_alone_and_only_when_its_history_grew() {
        let target = AssetId { scheme: "image".into(), id: "x".into() };
        let version = AwaitedJob {
            version_of: Some(VersionOf { asset: target, before: 1 }),
            ..job(1, "a.jpg", Some(1), None)
        };
        let with = |asset: Asset, versions: u64| Asset {
            version_history: (1..=versions)
                .map(|no| canto_api::Version { no: Some(no), ..Default::default() })
                .collect(),
            ..asset
        };
        let (before, after) = (
            with(asset("x", "a.jpg", Some(1), Some("A")), 1),
            with(asset("x", "a.jpg", Some(1), Some("A")), 2),
        );
        assert_eq!(fit(&version, &before), Fit::No);
        assert_eq!(fit(&version, &after), Fit::Proves(Verification::EtagAndMd5));
        assert_eq!(fit(&version, &with(asset("x", "a.jpg", Some(9), None), 2)), Fit::OtherBytes);
        assert_eq!(fit(&version, &with(asset("y", "a.jpg", Some(1), None), 2)), Fit::No);
        let unsure = AwaitedJob { md5: None, ..version.clone() };
        assert_eq!(fit(&unsure, &before), Fit::No);
        assert_eq!(fit(&unsure, &after), Fit::NeedsFingerprint);
        // Another job of the same name and bytes does not get it, although it would fit; the version's job does, although
        // the asset was another job's proof before.
        let other = job(2, "a.jpg", Some(1), Some("A"));
        assert_eq!(fit(&other, &after), Fit::Proves(Verification::EtagAndMd5));
        let (jobs, assets) = ([other, version], [after]);
        let taken = HashSet::from(["x".to_owned()]);
        let pairs = pair(jobs.iter(), &by_name(&assets), &taken, |_, _| false);
        assert_eq!(pairs.iter().map(|(job, _, _)| job.id.0).collect::<Vec<_>>(), [1]);
        let pairs = pair(jobs.iter(), &by_name(&assets), &HashSet::new(), |_, _| true);
        assert_eq!(pairs.iter().map(|(job, _, _)| job.id.0).collect::<Vec<_>>(), [1]);
    }

    #[test]
    fn one_name_in_two_unicode_forms_is_one_name() {
        let jobs = [job(1, "u\u{308}ber.jpg", Some(1), Some("A"))];
        let assets = [asset("x", "\u{fc}ber.jpg", Some(1), None)];
        assert_eq!(pair(jobs.iter(), &by_name(&assets), &HashSet::new(), |_, _| false).len(), 1);
    }

    #[test]
    fn a_job_whose_album_nobody_knows_takes_only_what_is_meant_for_no_other() {
        let jobs = [job(1, "a.jpg", Some(1), None), job(2, "a.jpg", Some(1), Some("B"))];
        let theirs = [asset("x", "a.jpg", Some(1), Some("B"))];
        let pairs = |assets: &[Asset], nobody_else: bool| -> Vec<i64> {
            let pairs = pair(jobs.iter(), &by_name(assets), &HashSet::new(), |_, _| nobody_else);
            pairs.into_iter().map(|(job, _, _)| job.id.0).collect()
        };
        assert_eq!(pairs(&theirs, true), [2], "where it belongs comes first");
        let both = [theirs[0].clone(), asset("y", "a.jpg", Some(1), Some("C"))];
        assert_eq!(pairs(&both, true), [2, 1]);
        assert_eq!(pairs(&both, false), [2]);
        assert_eq!(fit(&jobs[0], &both[1]), Fit::Anywhere(Verification::EtagAndMd5));
    }
}
