//! Plain data: what the engine, the shells and the UI say to each other.

mod account;
mod batch;
mod control;
mod ids;
mod job;
mod library;
mod metadata;
mod setting;
mod sign_in;
mod staging;

pub use account::{AccountView, Right, SignInKind, SignInState};
pub use batch::{BatchState, BatchView, Destination, DestinationKind, Enqueue, Totals};
pub use control::{ControlResult, JobAction, JobSelection, QueueSpot, RelocateResult};
pub use ids::{AccountId, BatchId, FolderId, JobId};
pub use job::{
    AssetId, AttemptView, JobDetails, JobOrder, JobPage, JobQuery, JobStateKind, JobView, PartsView,
    Verification, WaitingFor,
};
pub use library::{LibraryNode, NodeKind};
pub use metadata::{
    ColumnTarget, DoubledRows, FieldKind, FieldView, FileValues, JobMetadata, MetadataForm, MetadataOpen,
    MetadataOrder, MetadataState, MetadataTemplate, MetadataValues, NearKind, NearMatch, SheetChoice,
    SheetPreview, SheetQuery, UnmatchedRow, ValueRefusal, WordList,
};
pub use setting::{SettingKey, SettingView};
pub use sign_in::{SignInRequest, SignInStarted};
pub use staging::{
    LeftOut, LeftOutReason, RenamedFolder, ShotPart, Sidecars, StagedEntry, StagedItem, StagedKind,
    StagedPage, StagedProblem, StagedQuery, StagingChoices, StagingSummary,
};
