//! A folder that was delivered before is looked through without opening a file, and with few calls. `FERRY_DELIVERED=100000`
//! does it with so many files and says how long it took.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail by panic")]

use std::path::Path;
use std::time::Instant;

use engine::model::{BatchId, BatchState, BatchView, DuplicateRule, JobStateKind};
use engine_tests::{Stage, Watch, hasty};
use ferry_tenant::{Action, Match, Options, Rule, Switches, Tenant};
use nix::sys::inotify::{AddWatchFlags, InitFlags, Inotify};

const FOLDERS: usize = 20;
const MOST_CALLS: usize = 50;
const UNHEARD: u64 = 20;

/// Whether a file directly in some folders was opened.
struct Opens(Inotify);

impl Opens {
    fn of(folders: impl Iterator<Item = impl AsRef<Path>>) -> Self {
        let watch = Inotify::init(InitFlags::IN_NONBLOCK).unwrap();
        for folder in folders {
            watch.add_watch(folder.as_ref(), AddWatchFlags::IN_OPEN).unwrap();
        }
        Self(watch)
    }

    /// The queue of the kernel is bounded: more than some thousand are *many*.
    fn count(&self) -> usize {
        let mut count = 0;
        while let Ok(events) = self.0.read_events() {
            // Walking a folder opens it, too.
            count += events.iter().filter(|event| !event.mask.contains(AddWatchFlags::IN_ISDIR)).count();
        }
        count
    }
}

/// However long it takes, as long as something happens.
async fn ended(stage: &Stage, watch: &mut Watch, batch: BatchId) -> BatchView {
    loop {
        let view = stage.handle().batch(batch).await.unwrap();
        if view.state == BatchState::Finished {
            return view;
        }
        watch.next().await;
    }
}

fn resident_kilobytes() -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches("kB").trim().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_delivered_is_skipped_without_opening_a_file() {
    let files: usize =
        std::env::var("FERRY_DELIVERED").ok().and_then(|text| text.parse().ok()).unwrap_or(3_000);
    let switches = Switches { ingest_delay_ms: 0, ..Switches::default() };
    let tenant = Tenant::start(Options { switches, ..Options::default() }).await.unwrap();
    let mut stage = Stage::at_pace(tenant, hasty()).await;
    let folder = |number: usize| format!("Archive/{:02}", number % FOLDERS);
    for number in 0..files {
        stage.file(&format!("{}/{number:06}.jpg", folder(number)), format!("picture {number}").as_bytes());
    }
    // Of some nobody hears that they arrived: found in the library by their sums, they are known like the others.
    stage.tenant.add_fault(Rule::new(Match::object_post(), Action::LoseAnswer).times(UNHEARD));
    let began = Instant::now();
    let mut request = stage.request(vec![stage.path("Archive")], stage.folder(&["Marketing"]));
    let mut watch = stage.watch().await;
    let first = stage.handle().enqueue(request.clone()).await.unwrap();
    let view = ended(&stage, &mut watch, first).await;
    assert_eq!(view.totals.count(JobStateKind::Done), files as u64);
    println!("{files} files delivered in {:.1} s", began.elapsed().as_secs_f64());

    // As the next morning.
    stage.stop().await;
    stage.start().await;
    let opens = Opens::of((0..FOLDERS).map(|number| stage.path(&folder(number))));
    let (calls, memory, began) = (stage.tenant.requests().len(), resident_kilobytes(), Instant::now());
    request.duplicates = Some(DuplicateRule::Md5Skip);
    let mut watch = stage.watch().await;
    let second = stage.handle().enqueue(request.clone()).await.unwrap();
    let view = ended(&stage, &mut watch, second).await;
    let (seconds, opened) = (began.elapsed().as_secs_f64(), opens.count());
    let asked = stage.tenant.requests().split_off(calls);
    println!(
        "{files} files skipped in {seconds:.1} s, {} calls, {opened} opened, {} MiB more than before",
        asked.len(),
        resident_kilobytes().saturating_sub(memory) / 1024
    );
    assert_eq!(view.totals.count(JobStateKind::Skipped), files as u64);
    assert_eq!(opened, 0, "files were opened");
    let paths: Vec<&str> = asked.iter().map(|call| call.path.as_str()).collect();
    assert!(asked.len() <= MOST_CALLS, "{} calls: {paths:#?}", asked.len());
    assert_eq!(stage.posts(), files);

    // The eyes see: one that changed is opened, and sent.
    stage.file(&format!("{}/000000.jpg", folder(0)), b"another picture");
    opens.count();
    let mut watch = stage.watch().await;
    let third = stage.handle().enqueue(request).await.unwrap();
    let view = ended(&stage, &mut watch, third).await;
    assert_eq!(view.totals.count(JobStateKind::Done), 1);
    assert!(opens.count() > 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_preview_has_read_is_not_read_again() {
    let stage = Stage::new().await;
    let bytes = |number: u8| vec![number; 200_000];
    for number in 0..8 {
        stage.file(&format!("Archive/{number}.jpg"), &bytes(number));
        stage.file(&format!("Copies/copy {number}.jpg"), &bytes(number));
    }
    let place = stage.album(&["Marketing", "Spring", "Selects"]);
    stage.upload(vec![stage.path("Archive")], place.clone()).await;
    let mut request = stage.request(vec![stage.path("Copies")], place);
    request.duplicates = Some(DuplicateRule::Md5Skip);
    let opens = Opens::of([stage.path("Copies")].iter());
    let preview = stage.handle().preview_duplicates(request.clone(), None).await.unwrap();
    assert_eq!((preview.certain, opens.count()), (8, 8));
    // As staging does when a choice beside it is changed.
    let again = stage.handle().preview_duplicates(request.clone(), None).await.unwrap();
    assert_eq!((again.certain, opens.count()), (8, 0));
    let mut watch = stage.watch().await;
    let batch = stage.handle().enqueue(request).await.unwrap();
    let view = ended(&stage, &mut watch, batch).await;
    assert_eq!((view.totals.count(JobStateKind::Skipped), opens.count()), (8, 0));
}
