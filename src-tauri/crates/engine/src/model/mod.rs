//! Plain data: what the engine, the shells and the UI say to each other.

mod account;
pub mod bandwidth;
mod batch;
mod collections;
mod connection_test;
mod control;
mod decisions;
mod duplicates;
mod exceptions;
mod frequency;
mod ids;
mod job;
mod library;
mod metadata;
mod mirror_views;
mod network;
pub mod network_settings;
mod place;
mod proxy;
mod script_place;
mod setting;
mod sign_in;
mod staging;
pub mod timetable;
mod watched;

pub use account::{AccountView, Right, SignInKind, SignInState};
pub use bandwidth::{BandwidthView, Rest, RestFor};
pub use batch::{BatchState, BatchView, Destination, DestinationKind, Elsewhere, Enqueue, Totals};
pub use collections::{
    ActivityKind, CollectionState, CollectionView, CollectionWay, CollectionsView, HeldView, MirrorActivity,
    MirrorPlan, MirrorStep, PlannedStep, SyncFolderView,
};
pub use connection_test::{
    Advice, ConnectionReport, ConnectionTest, HostPurpose, SpeedFound, SpeedLevel, StepKind, StepState,
    StepWord, TestHost, TestStep,
};
pub use control::{ControlResult, JobAction, JobSelection, QueueSpot, RelocateResult};
pub use decisions::{Decision, DecisionKind, DecisionPage, DecisionQuery, LocalFacts, NoVersion};
pub use duplicates::{
    Certainty, DuplicateAction, DuplicateAnswer, DuplicateBasis, DuplicateOf, DuplicatePreview,
    DuplicateReach, DuplicateRule, PreviewedDuplicate, name_key,
};
pub use exceptions::{Excepted, Exceptions};
pub use frequency::Frequency;
pub use ids::{AccountId, BatchId, FolderId, HeldId, JobId, MirrorId, WatchedId};
pub use job::{
    AssetId, AttemptView, JobDetails, JobOrder, JobPage, JobQuery, JobStateKind, JobView, PartsView,
    Verification, WaitingFor,
};
pub use library::{LibraryNode, NodeKind};
pub use metadata::{
    ColumnTarget, DoubledRows, FieldKind, FieldView, FileValues, JobMetadata, MetadataForm, MetadataOpen,
    MetadataOrder, MetadataState, MetadataTemplate, MetadataValues, MissingField, NearKind, NearMatch,
    SheetChoice, SheetPreview, SheetQuery, UnmatchedRow, ValueRefusal, WordList,
};
pub use mirror_views::{ActivityPage, ActivityView, FolderMove, PlanSummary, SyncFolderOffer};
pub use network::{NetworkWay, WayReason};
pub use place::{PlaceKind, PlaceOffer, PlaceRequest, PlaceView};
pub use proxy::{ProxyAddress, ProxyKind};
pub use script_place::ScriptPlace;
pub use setting::{SettingKey, SettingView, Shape};
pub use sign_in::{AddressPlace, AddressView, KeySource, SignInRequest, SignInStarted, VaultState};
pub use staging::{
    LeftOut, LeftOutReason, LooseFiles, RenamedFolder, ShotPart, Sidecars, StagedEntry, StagedItem,
    StagedKind, StagedPage, StagedProblem, StagedQuery, StagingChoices, StagingSummary,
};
pub use watched::{SyncPreview, WatchFolder, WatchedChange, WatchedFolder, Watching};
