//! Writes the TypeScript types that the UI speaks: `write_bindings PATH` (`cargo xtask bindings`).

use std::process::ExitCode;

use ts_rs::{Config, TS};

macro_rules! declare {
    ($($name:ty),* $(,)?) => {{
        let config = Config::default();
        vec![$((<$name as TS>::docs(), <$name as TS>::decl(&config))),*]
    }};
}

fn bindings() -> String {
    use engine::{error::*, event::*, model::*};
    let declarations = declare![
        AccountId,
        BatchId,
        FolderId,
        WatchedId,
        MirrorId,
        HeldId,
        JobId,
        ErrorCode,
        Who,
        Failure,
        JobStateKind,
        WaitingFor,
        AssetId,
        Verification,
        JobView,
        JobQuery,
        JobOrder,
        JobPage,
        JobDetails,
        AttemptView,
        PartsView,
        DestinationKind,
        Destination,
        Enqueue,
        BatchState,
        Totals,
        BatchView,
        StagingChoices,
        RenamedFolder,
        Sidecars,
        StagingSummary,
        StagedItem,
        LooseFiles,
        StagedKind,
        StagedProblem,
        LeftOutReason,
        LeftOut,
        ShotPart,
        StagedQuery,
        StagedPage,
        StagedEntry,
        AddressPlace,
        AddressView,
        KeySource,
        SignInKind,
        SignInState,
        Right,
        PlaceKind,
        PlaceView,
        PlaceOffer,
        PlaceRequest,
        AccountView,
        NodeKind,
        LibraryNode,
        DuplicateRule,
        DuplicateBasis,
        DuplicateAction,
        Certainty,
        DuplicateOf,
        DuplicateAnswer,
        DuplicateReach,
        DuplicatePreview,
        PreviewedDuplicate,
        DecisionQuery,
        DecisionPage,
        Decision,
        DecisionKind,
        NoVersion,
        LocalFacts,
        SettingKey,
        SettingView,
        NetworkWay,
        WayReason,
        ConnectionTest,
        StepKind,
        StepState,
        StepWord,
        TestStep,
        HostPurpose,
        TestHost,
        SpeedLevel,
        Advice,
        SpeedFound,
        ConnectionReport,
        RestFor,
        Rest,
        BandwidthView,
        SignInRequest,
        SignInStarted,
        VaultState,
        JobAction,
        JobSelection,
        QueueSpot,
        ControlResult,
        FieldKind,
        FieldView,
        MetadataForm,
        MetadataValues,
        FileValues,
        ColumnTarget,
        SheetChoice,
        SheetQuery,
        NearKind,
        NearMatch,
        UnmatchedRow,
        DoubledRows,
        MissingField,
        ValueRefusal,
        SheetPreview,
        MetadataOrder,
        MetadataState,
        JobMetadata,
        MetadataTemplate,
        WordList,
        Watching,
        WatchedFolder,
        WatchFolder,
        WatchedChange,
        SyncPreview,
        JobChange,
        JobProgress,
        ProgressFrame,
        CollectionState,
        CollectionWay,
        CollectionView,
        FolderMove,
        SyncFolderView,
        SyncFolderOffer,
        CollectionsView,
        MirrorStep,
        PlannedStep,
        MirrorPlan,
        PlanSummary,
        ActivityKind,
        MirrorActivity,
        ActivityView,
        ActivityPage,
        HeldView,
        EngineEvent,
        Condition,
        Snapshot,
    ];
    let mut text =
        String::from("// Generated from Rust by `cargo xtask bindings`. Change the types there, not here.\n");
    for (docs, declaration) in declarations {
        text.push('\n');
        if let Some(docs) = docs {
            text.push_str(docs.trim_end());
            text.push('\n');
        }
        text.push_str("export ");
        text.push_str(&declaration);
        text.push('\n');
    }
    text
}

fn main() -> ExitCode {
    let text = bindings();
    match std::env::args_os().nth(1) {
        None => print!("{text}"),
        Some(path) => {
            if let Err(error) = std::fs::write(&path, text) {
                eprintln!("{}: {error}", path.to_string_lossy());
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}
