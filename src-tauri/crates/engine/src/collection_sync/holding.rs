//! Files that left their collections: thirty days in a folder of their own, and back whenever somebody wants one.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::Path;

use super::apply::rename_to_free;
use super::local::seen;
use super::location::{HOLDING, Location, sync_dir};
use super::names;
use super::run::{MirrorContext, off_the_workers};
use crate::clock::Millis;
use crate::error::{ErrorCode, Failure, Outcome};
use crate::model::{ActivityKind, HeldId, MirrorActivity};
use crate::store::held_files::{self, HeldRow};
use crate::store::mirror_changes::MirrorChange;
use crate::store::mirrored_collections;
use crate::transfer::download::write_failure;

const DAY: Millis = 24 * 3_600 * 1_000;
const KEPT: Millis = 30 * DAY;

/// How long it is still kept.
pub fn days_left(row: &HeldRow) -> u32 {
    u32::try_from(((KEPT - row.kept_ms).max(0) + DAY - 1) / DAY).unwrap_or(0)
}

/// A look counts a day at most: a clock that jumps, or a computer that was off for a month, shortens nothing.
fn kept_by_now(row: &HeldRow, now: Millis) -> Millis {
    row.kept_ms + (now - row.looked_at).clamp(0, DAY)
}

/// Lets go what was kept long enough.
///
/// # Errors
/// Those of the folder.
pub async fn look_through(context: &MirrorContext) -> Outcome<()> {
    let rows = context.readers.read(held_files::all).await?;
    let now = context.world.now();
    let mut changes = Vec::new();
    for row in rows.into_iter().filter(|row| now < row.looked_at || now - row.looked_at >= DAY) {
        let kept_ms = kept_by_now(&row, now);
        if kept_ms < KEPT {
            changes.push(MirrorChange::Kept { held: row.id, looked_at: now, kept_ms });
            continue;
        }
        let location = context.location().await?;
        let name = row.held.clone();
        off_the_workers(move || {
            location.check()?;
            match fs::remove_file(location.root.join(HOLDING).join(name)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    Err(write_failure(&error, &location.root))
                }
                _ => Ok(()),
            }
        })
        .await?;
        changes.push(MirrorChange::Unhold(row.id));
    }
    context.record(changes).await
}

/// Back to its place, or beside what is there by now. From then on it is the user's own.
///
/// # Errors
/// `RequestInvalid` (`held_unknown`); those of the folder.
pub async fn restore(
    context: &MirrorContext,
    held: HeldId,
) -> Outcome<(std::path::PathBuf, Vec<MirrorChange>)> {
    let unknown =
        || Failure::new(ErrorCode::RequestInvalid).with("reason", "held_unknown").with("held", held);
    let row = context.readers.read(move |db| held_files::get(db, held)).await?.ok_or_else(unknown)?;
    let mirror = row.mirror;
    let known = context.readers.read(move |db| mirrored_collections::get(db, mirror)).await?;
    let known = known.ok_or_else(unknown)?;
    let location = context.location().await?;
    let (folder, name, path) = (location.root.join(&known.folder), row.held.clone(), row.path.clone());
    let back = off_the_workers(move || put_back(&location, &folder, &name, &path)).await?;
    let activity = MirrorActivity {
        mirror,
        kind: ActivityKind::Restored,
        asset: row.asset,
        path: back.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        size: row.size,
        at: context.world.now(),
    };
    Ok((back, vec![MirrorChange::Unhold(held), MirrorChange::Happened(Box::new(activity))]))
}

fn put_back(location: &Location, folder: &Path, held: &str, path: &str) -> Outcome<std::path::PathBuf> {
    location.check()?;
    let put = || -> io::Result<std::path::PathBuf> {
        fs::create_dir_all(folder)?;
        let there = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
        let keys: HashSet<String> =
            there.iter().map(|entry| names::key(&entry.file_name().to_string_lossy())).collect();
        let target = folder.join(names::free(path, |key| keys.contains(key)));
        let from = location.root.join(HOLDING).join(held);
        // Back already, should the program have ended before it was written down.
        if seen(&from)?.is_none() && seen(&folder.join(path))?.is_some() {
            return Ok(folder.join(path));
        }
        rename_to_free(&from, &target)?;
        sync_dir(folder)?;
        Ok(target)
    };
    put().map_err(|error| write_failure(&error, folder))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AssetId, MirrorId};

    #[test]
    fn a_clock_that_jumps_shortens_nothing() {
        let mut row = HeldRow {
            id: HeldId(1),
            mirror: MirrorId(1),
            asset: AssetId { scheme: "image".into(), id: "a".into() },
            path: "a.jpg".into(),
            held: "a.jpg".into(),
            size: 1,
            held_at: 0,
            looked_at: 0,
            kept_ms: 0,
        };
        assert_eq!(days_left(&row), 30);
        (row.kept_ms, row.looked_at) = (kept_by_now(&row, 400 * DAY), 400 * DAY);
        assert_eq!(days_left(&row), 29);
        assert_eq!(kept_by_now(&row, 0), row.kept_ms, "nor one that is set back");
        row.kept_ms = 29 * DAY + 1;
        assert!(days_left(&row) == 1 && kept_by_now(&row, 401 * DAY) >= KEPT);
    }
}
