//! How long the engine waits for what gives no sign when it comes. The defaults are the product's; a test is in more of
//! a hurry, and looks for nothing else.

use std::time::Duration;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Before the first probe of a lost way; doubled up to the longest.
    pub first_probe: Duration,
    pub longest_probe: Duration,
    /// The longest time between two looks at the status list while nothing changes.
    pub seldom_look: Duration,
    /// Between two looks into the albums for what the status list does not name.
    pub album_look: Duration,
    /// Between two looks at local files and volumes that are waited for.
    pub source_look: Duration,
    /// A local file that was the same for so long is quiet.
    pub quiet: Duration,
    /// Before a server is told again what it is to remove; doubled up to the longest.
    pub first_abort: Duration,
    pub longest_abort: Duration,
    /// Before values are set on assets, so that those which become done meanwhile go along.
    pub values_gather: Duration,
    /// The longest time without a block taken by the object store.
    pub no_progress: Duration,
    /// The longest wait for an answer, of the object store or the tenant.
    pub answer: Duration,
    /// The longest wait for the tenant's fields before an upload is taken that sets none.
    pub form: Duration,
    /// The longest time between two looks at the clock, the battery and the line.
    pub surroundings: Duration,
    /// What is typed is looked at when nothing more was typed for so long.
    pub typing: Duration,
    /// Between two looks whether an Upload Link or Workspace takes files again.
    pub place_look: Duration,
    /// How long a person may take in the browser.
    pub sign_in: Duration,
    /// How long each number of streams is measured.
    pub measure: Duration,
    /// How long an asset of the connection test is waited for.
    pub sample: Duration,
    /// Between two tries to write the database again.
    pub database: Duration,
    /// Hints of changes in watched folders are gathered until none came for so long, and no longer than that.
    pub sync_gather: Duration,
    pub sync_gather_most: Duration,
    /// Before a watched file is looked at again that waits for something else than to be complete.
    pub sync_later: Duration,
    /// Between two looks through a folder that can't be watched.
    pub sync_poll: Duration,
    /// Between two looks through a folder that is watched: watching misses things.
    pub sync_reconcile: Duration,
    /// The library has to say twice that an asset is gone, so far apart.
    pub sync_apart: Duration,
    /// A right that was missing is asked for again after so long, where files still meet it.
    pub right: Duration,
    /// An asset that a collection does not list is looked for again after so long at the earliest.
    pub missing: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            first_probe: Duration::from_millis(500),
            longest_probe: Duration::from_secs(30),
            seldom_look: Duration::from_secs(30),
            album_look: Duration::from_secs(60),
            source_look: Duration::from_secs(2),
            quiet: Duration::from_secs(10),
            first_abort: Duration::from_secs(2),
            longest_abort: Duration::from_secs(600),
            values_gather: Duration::from_secs(1),
            // S3 itself gives up after 20 s (measurements.md A2).
            no_progress: Duration::from_secs(30),
            // Longer than the other, for what is still in the buffers of this computer on a slow line.
            answer: Duration::from_secs(90),
            form: Duration::from_secs(5),
            surroundings: Duration::from_secs(10),
            typing: Duration::from_millis(600),
            place_look: Duration::from_secs(60),
            sign_in: Duration::from_secs(5 * 60),
            measure: Duration::from_millis(2_500),
            sample: Duration::from_secs(120),
            database: Duration::from_secs(3),
            sync_gather: Duration::from_millis(500),
            sync_gather_most: Duration::from_secs(5),
            sync_later: Duration::from_secs(30),
            sync_poll: Duration::from_secs(60),
            sync_reconcile: Duration::from_secs(3_600),
            sync_apart: Duration::from_secs(60),
            right: Duration::from_secs(60),
            missing: Duration::from_secs(60),
        }
    }
}
