//! The stage of one seed, and what happens on it.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use engine::model::{BatchId, JobAction, JobId, JobQuery, JobSelection, JobStateKind, JobView};
use ferry_tenant::{Action, Match, Options, Rule, Switches};

use super::chance::Chance;
use super::files::LocalFiles;
use super::life::Life;
use super::trouble::{damage, fault};
use super::workload::Workload;
use crate::Stage;
use crate::relay::{Damage, Relay};

/// What may happen at a moment, with how likely it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Moment {
    Wait,
    Fault,
    Damage,
    Command,
    Change,
    TimePasses,
    ClockSet,
    Crash,
    Stop,
    StoreAway,
    Sweep,
    More,
}

const MOMENTS: [(u64, Moment); 12] = [
    (24, Moment::Wait),
    (26, Moment::Fault),
    (9, Moment::Damage),
    (12, Moment::Command),
    (8, Moment::Change),
    (6, Moment::TimePasses),
    (2, Moment::ClockSet),
    (5, Moment::Crash),
    (3, Moment::Stop),
    (2, Moment::StoreAway),
    (1, Moment::Sweep),
    (7, Moment::More),
];

pub struct Play {
    pub seed: u64,
    pub stage: Stage,
    pub relay: Relay,
    pub life: Option<Life>,
    pub workload: Workload,
    pub local: LocalFiles,
    pub batches: Vec<BatchId>,
    /// Roots that are still to be handed over.
    left: Vec<String>,
    /// Every line of what happened, with the milliseconds since the beginning.
    pub trace: Vec<String>,
    pub started: Instant,
    script: Vec<Damage>,
    /// How often each file's job was cancelled.
    pub cancelled: BTreeMap<String, u64>,
    pub sweeps: u64,
    /// Objects of uploads in parts, by their keys in the store: whose they are.
    pub objects: HashMap<String, JobId>,
    /// Of every job that was ever seen.
    pub paths: HashMap<JobId, String>,
    /// When the store was away, by the tenant's clock.
    pub away: Vec<(i64, i64)>,
    /// The faults as they were when they were over.
    pub rules: Vec<Rule>,
    pub parts_sent: usize,
    pub parts_again: usize,
    /// Crashes, stops, pauses: what interrupts.
    pub interruptions: u64,
}

impl Play {
    pub async fn new(seed: u64) -> Self {
        let workload = Workload::of(seed);
        let switches = Switches { ingest_delay_ms: workload.ingest_delay_ms, ..Switches::default() };
        let options = Options { parts: workload.parts, switches, ..Options::default() };
        let (mut stage, relay) = Stage::relayed(options).await;
        stage.stop().await;
        let local = LocalFiles::new(seed, stage.files.path().to_path_buf(), &workload.files);
        let life = Life::begin(&mut stage).await;
        let left = workload.roots.iter().rev().cloned().collect();
        let mut play = Self {
            seed,
            stage,
            relay,
            life: Some(life),
            workload,
            local,
            batches: Vec::new(),
            left,
            trace: Vec::new(),
            started: Instant::now(),
            script: Vec::new(),
            cancelled: BTreeMap::new(),
            sweeps: 0,
            objects: HashMap::new(),
            paths: HashMap::new(),
            away: Vec::new(),
            rules: Vec::new(),
            parts_sent: 0,
            parts_again: 0,
            interruptions: 0,
        };
        play.tell(format!("{} files, parts {}", play.workload.files.len(), play.workload.parts));
        play
    }

    pub fn tell(&mut self, what: impl Into<String>) {
        let line = format!("{:>6} {}", self.started.elapsed().as_millis(), what.into());
        if std::env::var_os("FERRY_CHAOS_LIVE").is_some() {
            println!("{line}");
        }
        self.trace.push(line);
    }

    pub async fn act(&mut self) {
        let mut schedule = Chance::of(self.seed, "schedule");
        let mut faults = Chance::of(self.seed, "faults");
        let mut damages = Chance::of(self.seed, "damages");
        let mut commands = Chance::of(self.seed, "commands");
        let mut time = Chance::of(self.seed, "time");
        self.slow_down(&mut faults);
        self.more().await;
        for _ in 0..self.workload.steps {
            match *schedule.weighted(&MOMENTS) {
                Moment::Wait => self.wait(Duration::from_millis(schedule.between(20, 250))).await,
                Moment::Fault => {
                    let rule = fault(&mut faults, self.workload.parts);
                    self.tell(format!("fault: {:?}", (&rule.on, &rule.action, rule.times, rule.after)));
                    self.stage.tenant.add_fault(rule);
                }
                Moment::Damage => {
                    self.script.push(damage(&mut damages));
                    self.tell(format!("damage: {:?}", self.script.last()));
                    self.relay.add(*self.script.last().unwrap());
                }
                Moment::Command => self.command(&mut commands).await,
                Moment::Change => {
                    let what = self.local.change_one();
                    self.tell(what);
                }
                Moment::TimePasses => {
                    let seconds = *time.pick(&[1, 10, 60, 400, 3_700, 20_000, 90_000]);
                    self.pass_time(Duration::from_secs(seconds)).await;
                }
                Moment::ClockSet => {
                    let by = *time.pick(&[-90_000, -3_700, -400, -20, 20, 400, 3_700, 90_000]);
                    self.set_clock_by(by).await;
                }
                Moment::Crash => {
                    self.tell("crash");
                    self.interrupted();
                    if let Some(life) = self.life.take() {
                        life.crash(&mut self.stage).await;
                    }
                    self.while_down(&mut time).await;
                }
                Moment::Stop => {
                    self.tell("stop");
                    self.interrupted();
                    if let Some(life) = self.life.take() {
                        life.stop(&mut self.stage).await;
                    }
                    self.while_down(&mut time).await;
                }
                Moment::StoreAway => {
                    self.tell("the store goes away");
                    let from = self.stage.tenant.now_ms();
                    self.relay.go_away().await;
                    self.wait(Duration::from_millis(schedule.between(50, 800))).await;
                    self.relay.come_back().await;
                    self.away.push((from, self.stage.tenant.now_ms()));
                    self.tell("the store is back");
                }
                Moment::Sweep => {
                    self.tell("the store sweeps uploads in parts");
                    self.sweeps += 1;
                    self.stage.tenant.lose_open_uploads();
                }
                Moment::More => self.more().await,
            }
            self.note_objects();
        }
        while !self.left.is_empty() {
            self.more().await;
        }
    }

    /// A store so quick that nothing ever happened in the middle would be no test.
    fn slow_down(&self, chance: &mut Chance) {
        let delay = |ms| Action::Delay { ms };
        let parts = Rule::new(Match::part_put(), delay(chance.between(5, 150))).times(chance.below(40));
        let forms = Rule::new(Match::object_post(), delay(chance.between(5, 300))).times(chance.below(40));
        self.stage.tenant.add_fault(parts);
        self.stage.tenant.add_fault(forms);
    }

    /// Files change and time passes while nobody looks, too.
    async fn while_down(&mut self, chance: &mut Chance) {
        if chance.one_in(4) {
            let what = self.local.change_one();
            self.tell(what);
        }
        if chance.one_in(4) {
            self.pass_time(Duration::from_secs(*chance.pick(&[30, 4_000, 90_000]))).await;
        }
        self.life = Some(Life::begin(&mut self.stage).await);
        self.tell("start");
    }

    async fn more(&mut self) {
        let Some(root) = self.left.pop() else { return };
        let path = self.stage.path(&root);
        if !path.exists() {
            return;
        }
        match self.stage.handle().enqueue(self.stage.request(vec![path], self.stage.top())).await {
            Ok(batch) => self.batches.push(batch),
            Err(failure) => self.tell(format!("not taken: {failure}")),
        }
        self.tell(format!("handed over: {root}"));
    }

    /// Until something happens, but not for long.
    pub async fn wait(&mut self, most: Duration) {
        let mut watch = self.stage.watch().await;
        drop(tokio::time::timeout(most, watch.next()).await);
    }

    /// Time passes here and there alike, once nothing is on its way: what was sent before has arrived by then.
    pub async fn pass_time(&mut self, by: Duration) {
        self.tell(format!("{} s pass", by.as_secs()));
        let (tenant, relay) = (&self.stage.tenant, &self.relay);
        self.stage.until(|| tenant.under_way() == 0 && relay.held() == 0).await;
        self.stage.world.advance(by);
        self.stage.tenant.advance_clock(by);
    }

    /// The clock of this computer is set, while nothing is on its way: an attempt that is looked for loses its patience
    /// by it, and what was on its way might arrive later.
    async fn set_clock_by(&mut self, seconds: i64) {
        self.tell(format!("the clock is set by {seconds} s"));
        let (tenant, relay) = (&self.stage.tenant, &self.relay);
        self.stage.until(|| tenant.under_way() == 0 && relay.held() == 0).await;
        self.stage.world.set_clock(seconds * 1_000);
    }

    async fn command(&mut self, chance: &mut Chance) {
        let jobs = self.jobs().await;
        let action = *chance.weighted(&[
            (5, JobAction::Pause),
            (6, JobAction::Resume),
            (2, JobAction::Cancel),
            (5, JobAction::Retry),
            (2, JobAction::Top),
        ]);
        let selection = match chance.below(4) {
            0 => JobSelection::All,
            1 if !self.batches.is_empty() => JobSelection::Batch { batch: *chance.pick(&self.batches) },
            _ if jobs.is_empty() => JobSelection::All,
            _ => {
                let some = (0..chance.between(1, 3)).map(|_| chance.pick(&jobs).id).collect();
                JobSelection::Jobs { jobs: some }
            }
        };
        self.tell(format!("command: {action:?} {selection:?}"));
        self.control(selection, action).await;
    }

    pub async fn control(&mut self, selection: JobSelection, action: JobAction) {
        if action == JobAction::Cancel {
            for job in self.jobs().await {
                let meant = match &selection {
                    JobSelection::Jobs { jobs } => jobs.contains(&job.id),
                    JobSelection::Runs { runs } => {
                        runs.iter().any(|(first, last)| (*first..=*last).contains(&job.id))
                    }
                    JobSelection::Batch { batch } => job.batch == *batch,
                    JobSelection::Account { .. } | JobSelection::All => true,
                };
                if meant && job.state != JobStateKind::Done {
                    *self.cancelled.entry(self.path_of(&job)).or_default() += 1;
                }
            }
        }
        if matches!(action, JobAction::Pause | JobAction::Cancel) {
            self.interrupted();
        }
        if let Err(failure) = self.stage.handle().control(selection, action).await {
            self.tell(format!("refused: {failure}"));
        }
    }

    fn interrupted(&mut self) {
        self.interruptions += 1;
        self.note_objects();
    }

    pub async fn jobs(&mut self) -> Vec<JobView> {
        let query = JobQuery { limit: 1_000, ..JobQuery::default() };
        let jobs = self.stage.handle().list_jobs(query).await.unwrap().jobs;
        for job in &jobs {
            self.paths.insert(job.id, self.path_of(job));
        }
        jobs
    }

    /// Of a job's file, below the folder of files.
    pub fn path_of(&self, job: &JobView) -> String {
        let path = std::path::Path::new(&job.folder).join(&job.name);
        path.strip_prefix(self.stage.files.path()).unwrap().to_str().unwrap().to_owned()
    }

    /// Remembers whose the uploads in parts are that are under way.
    pub fn note_objects(&mut self) {
        let db = rusqlite::Connection::open(self.stage.data.path().join("ferry.db")).unwrap();
        let mut statement = db
            .prepare("SELECT job.id, job.folder_id, job.name, object_key FROM parts_upload JOIN job ON job.id = job_id")
            .unwrap();
        let rows = statement.query_map([], |row| Ok((JobId(row.get(0)?), row.get::<_, String>(3)?)));
        let rows: Vec<(JobId, String)> = rows.unwrap().filter_map(Result::ok).collect();
        for (job, key) in rows {
            self.objects.entry(key).or_insert(job);
        }
    }

    /// How often faults of a kind struck.
    pub fn fired(&self, is: impl Fn(&Action) -> bool) -> u64 {
        self.rules.iter().filter(|rule| is(&rule.action)).map(|rule| rule.fired).sum()
    }

    pub async fn end(mut self) {
        if let Some(life) = self.life.take() {
            life.stop(&mut self.stage).await;
        }
    }
}
