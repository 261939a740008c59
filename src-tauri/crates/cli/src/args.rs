//! What can be typed (interfaces.md §2).

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use engine::model::{BatchId, DuplicateRule, HeldId, JobId, JobSelection, JobStateKind};
use engine::receipt::ReceiptFormat;

/// Uploads files and folders to Canto, and proves that they arrived.
#[derive(Debug, Parser)]
#[command(name = "ferry", version, max_term_width = 100)]
#[command(after_help = "Exit codes: 0 all done · 1 internal error · 2 wrong use · 3 some jobs failed · \
                        4 needs someone (sign-in, decision, right, space, refused metadata) · 5 another program holds the data and \
                        can't be reached · 130 interrupted (the queue stays)")]
pub struct Arguments {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Args, Clone, Debug)]
pub struct Global {
    /// Where Ferry keeps its queue [default: the platform's place]
    #[arg(long, global = true, env = "FERRY_DATA_DIR", value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Which account: the tenant's address or its first part, the user's e-mail, the name of an Upload Link or Workspace,
    /// or the number
    #[arg(long, global = true, value_name = "NAME")]
    pub account: Option<String>,
    /// One JSON object per line on standard output
    #[arg(long, global = true)]
    pub json: bool,
    /// No progress
    #[arg(long, short, global = true)]
    pub quiet: bool,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Sign in to a tenant
    Login(Login),
    /// Forget an account's secrets; its history stays
    Logout(Logout),
    /// List the accounts
    Accounts,
    /// Show the account that commands use
    Whoami,
    /// Upload files and folders, and wait until they are done
    Upload(Upload),
    /// Run the engine in the foreground until stopped
    Run,
    /// Show accounts, totals and open batches
    Status,
    /// List jobs
    Jobs(Jobs),
    /// Pause jobs
    Pause(Pause),
    /// Let paused jobs go on
    Resume(Selection),
    /// Cancel jobs
    Cancel(Selection),
    /// Try failed, blocked or cancelled jobs again; skipped ones that are named are uploaded
    Retry(Selection),
    /// Move jobs to the front of the queue
    Top(Selection),
    /// Send jobs to another place, where the old one is closed to this account or gone
    Retarget(Retarget),
    /// Decide about files that the library has already
    Decide(Decide),
    /// Look for waiting files under another path: after a move, or on another computer
    Relocate(Relocate),
    /// Show or change what is set
    Settings(Settings),
    /// Show which way leads to the library, and why; keep the proxy's password; test the connection
    Network(Network),
    /// Show metadata that the library did not take, or correct it; nothing is uploaded again
    Metadata(Metadata),
    /// Print the receipt of a batch, or check one against the local files
    Receipt(Receipt),
    /// Keep collections of the library on this computer
    Collections(Collections),
    /// Show the library's folders and albums
    Tree(Tree),
    /// Make a folder in the library, with those above it
    Mkdir(Make),
    /// Make an album in the library, with the folders above it
    Mkalbum(Make),
    /// Watched folders: their files go to the library by themselves
    Folders(Folders),
    /// The one switch of all synchronization
    Sync(Sync),
    /// Start the demo library, a Canto-like tenant on this computer
    DemoLibrary(DemoLibrary),
}

#[derive(Args, Debug)]
pub struct Login {
    /// The tenant's address: acme, acme.canto.com, or any page of it; the address of an Upload Link or a Workspace
    /// connects to just that, where the library lets programs do so. `-` reads it from the first line of standard input:
    /// whoever has an Upload Link's address may upload there, and other users of this computer can see a command's words
    pub tenant: String,
    /// Id of the tenant's API key [env: FERRY_APP_ID=]
    #[arg(long, value_name = "ID")]
    pub app_id: Option<String>,
    /// Read the API key's secret from standard input [env: FERRY_APP_SECRET=]
    #[arg(long)]
    pub app_secret_stdin: bool,
    /// Sign in with the API key alone, for a station without a user
    #[arg(long)]
    pub client_credentials: bool,
    /// With the rights of this user (with --client-credentials)
    #[arg(long, value_name = "EMAIL", requires = "client_credentials")]
    pub on_behalf_of: Option<String>,
    /// Your e-mail address, where an Upload Link asks for it
    #[arg(long, value_name = "EMAIL")]
    pub email: Option<String>,
    /// Read the password of an Upload Link from standard input [env: FERRY_PLACE_PASSWORD=]
    #[arg(long, conflicts_with = "app_secret_stdin")]
    pub password_stdin: bool,
    /// Print the address instead of opening the browser
    #[arg(long, conflicts_with = "client_credentials")]
    pub no_browser: bool,
}

#[derive(Args, Debug)]
pub struct Logout {
    /// Also cancel what is still queued for the account
    #[arg(long)]
    pub drop_queue: bool,
}

#[derive(Args, Debug)]
pub struct Upload {
    /// Files and folders; a folder arrives as a folder or album of its name
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Where to: Folder/Album by names, album:ID or folder:ID; an Upload Link or a Workspace itself needs none
    #[arg(long, value_name = "DEST")]
    pub to: Option<String>,
    /// Make what is missing of DEST
    #[arg(long)]
    pub create: bool,
    /// Put this tag on every asset
    #[arg(long = "tag", value_name = "T")]
    pub tags: Vec<String>,
    /// Put this keyword on every asset
    #[arg(long = "keyword", value_name = "K")]
    pub keywords: Vec<String>,
    /// Set a field of every asset, by its name or id; again for several values
    #[arg(long = "set", value_name = "FIELD=VALUE")]
    pub fields: Vec<String>,
    /// Metadata from a sheet (.csv, .xlsx): a row per file, matched by its name
    #[arg(long, value_name = "FILE")]
    pub metadata: Option<PathBuf>,
    /// Also send where fields that the library requires would stay empty
    #[arg(long)]
    pub without_required: bool,
    /// What to do with files that the library has already; else as the settings say
    #[arg(long, value_enum, value_name = "RULE")]
    pub duplicates: Option<Duplicates>,
    /// Only files whose name or path fits
    #[arg(long, value_name = "GLOB")]
    pub include: Vec<String>,
    /// No files or folders whose name or path fits
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,
    /// What becomes of an .xmp beside a picture; else as the settings say
    #[arg(long, value_enum, value_name = "RULE")]
    pub sidecars: Option<SidecarRule>,
    /// Higher goes first
    #[arg(long, default_value_t = 0, allow_hyphen_values = true, value_name = "N")]
    pub priority: i32,
    /// Only say what would be sent, and where
    #[arg(long)]
    pub dry_run: bool,
    /// Return as soon as the files are in the queue
    #[arg(long)]
    pub detach: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SidecarRule {
    /// It goes as an asset of its own
    Upload,
    LeaveOut,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Duplicates {
    #[value(name = "off")]
    Off,
    #[value(name = "filename:version")]
    FilenameVersion,
    #[value(name = "filename:new")]
    FilenameNew,
    #[value(name = "filename:skip")]
    FilenameSkip,
    #[value(name = "filename:ask")]
    FilenameAsk,
    #[value(name = "md5:new")]
    Md5New,
    #[value(name = "md5:skip")]
    Md5Skip,
    #[value(name = "md5:ask")]
    Md5Ask,
}

impl From<Duplicates> for DuplicateRule {
    fn from(word: Duplicates) -> Self {
        match word {
            Duplicates::Off => Self::Off,
            Duplicates::FilenameVersion => Self::FilenameVersion,
            Duplicates::FilenameNew => Self::FilenameNew,
            Duplicates::FilenameSkip => Self::FilenameSkip,
            Duplicates::FilenameAsk => Self::FilenameAsk,
            Duplicates::Md5New => Self::Md5New,
            Duplicates::Md5Skip => Self::Md5Skip,
            Duplicates::Md5Ask => Self::Md5Ask,
        }
    }
}

#[derive(Args, Debug)]
pub struct Decide {
    /// Jobs that wait for a decision, then upload, version or skip
    #[arg(required = true, value_name = "JOB… upload|version|skip")]
    pub words: Vec<String>,
    /// All jobs of a batch that wait for a decision, and those of it that are still to be looked for
    #[arg(long, value_name = "B")]
    pub batch: Option<BatchId>,
}

#[derive(Args, Debug)]
pub struct Jobs {
    /// Only of this batch
    #[arg(long, value_name = "B")]
    pub batch: Option<BatchId>,
    /// Only in this state; may be given more than once
    #[arg(long = "state", value_name = "S", value_parser = state)]
    pub states: Vec<JobStateKind>,
    #[arg(long, default_value_t = 100, value_name = "N")]
    pub limit: u64,
    /// Only those after this job, to go on where a list ended
    #[arg(long, value_name = "ID")]
    pub after: Option<JobId>,
}

#[derive(Args, Debug)]
pub struct Metadata {
    #[command(flatten)]
    pub selection: Selection,
    /// Put this tag on the assets, too
    #[arg(long = "tag", value_name = "T")]
    pub tags: Vec<String>,
    /// Put this keyword on the assets, too
    #[arg(long = "keyword", value_name = "K")]
    pub keywords: Vec<String>,
    /// Set a field to this instead, by its name or id; without a value it is not set (also: keywords=, tags=)
    #[arg(long = "set", value_name = "FIELD=VALUE")]
    pub fields: Vec<String>,
    /// Return as soon as the correction is in the queue
    #[arg(long)]
    pub detach: bool,
}

impl Metadata {
    /// Whether something is given; otherwise it is asked.
    pub fn changes(&self) -> bool {
        !self.tags.is_empty() || !self.keywords.is_empty() || !self.fields.is_empty()
    }
}

#[derive(Args, Clone, Debug)]
pub struct Pause {
    #[command(flatten)]
    pub selection: Selection,
    /// Nothing at all is sent or fetched for so long, then it goes on by itself; survives a restart
    #[arg(long = "for", value_name = "2h|30m", value_parser = some_time, conflicts_with_all = ["jobs", "batch"])]
    pub time: Option<Duration>,
}

/// From a minute to a month.
fn some_time(text: &str) -> Result<Duration, String> {
    let wrong = || format!("{text} is no time from a minute to a month, such as 2h, 90m or 1h 30m");
    let time: jiff::SignedDuration = text.parse().map_err(|_| wrong())?;
    let time = Duration::try_from(time).map_err(|_| wrong())?;
    let fits = (Duration::from_secs(60)..=Duration::from_secs(31 * 24 * 3_600)).contains(&time);
    if fits { Ok(time) } else { Err(wrong()) }
}

#[derive(Args, Clone, Debug)]
#[group(required = true, multiple = false)]
pub struct Selection {
    #[arg(value_name = "JOB")]
    pub jobs: Vec<JobId>,
    /// All jobs of a batch
    #[arg(long, value_name = "B")]
    pub batch: Option<BatchId>,
    /// All jobs
    #[arg(long)]
    pub all: bool,
}

impl Selection {
    pub fn meant(self) -> JobSelection {
        match self.batch {
            Some(batch) => JobSelection::Batch { batch },
            None if self.all => JobSelection::All,
            None => JobSelection::Jobs { jobs: self.jobs },
        }
    }
}

#[derive(Args, Debug)]
pub struct Retarget {
    #[command(flatten)]
    pub selection: Selection,
    /// Where to: Folder/Album by names, album:ID or folder:ID
    #[arg(long, value_name = "DEST")]
    pub to: String,
    /// Make what is missing of DEST
    #[arg(long)]
    pub create: bool,
}

#[derive(Args, Debug)]
pub struct Receipt {
    #[arg(required_unless_present = "verify")]
    pub batch: Option<BatchId>,
    #[arg(long, default_value = "json", value_parser = format, value_name = "json|csv|html")]
    pub format: ReceiptFormat,
    /// Check a receipt: its chain of hashes, then each local file that is done
    #[arg(long, value_name = "FILE", conflicts_with_all = ["batch", "format"])]
    pub verify: Option<PathBuf>,
    /// The seal that the receipt has to have
    #[arg(long, value_name = "HEX", value_parser = seal, requires = "verify", conflicts_with = "batch")]
    pub seal: Option<String>,
}

#[derive(Args, Debug)]
pub struct Tree {
    /// Where to begin [default: the top of the library]
    #[arg(default_value = "/")]
    pub dest: String,
    /// Levels to show
    #[arg(long, value_name = "N")]
    pub depth: Option<usize>,
}

#[derive(Args, Debug)]
pub struct Make {
    /// Names with slashes
    pub dest: String,
}

#[derive(Args, Debug)]
#[command(disable_help_flag = true)]
pub struct DemoLibrary {
    /// Options of `ferry-tenant`, such as --port N or --data DIR
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "OPTION")]
    pub options: Vec<OsString>,
}

fn state(word: &str) -> Result<JobStateKind, String> {
    JobStateKind::parse(word).ok_or_else(|| {
        let words: Vec<_> = JobStateKind::ALL.iter().map(|kind| kind.as_str()).collect();
        format!("states are {}", words.join(", "))
    })
}

fn format(word: &str) -> Result<ReceiptFormat, String> {
    ReceiptFormat::parse(word).ok_or_else(|| "formats are json, csv and html".to_owned())
}

fn seal(word: &str) -> Result<String, String> {
    let is_seal = word.len() == 64 && word.chars().all(|character| character.is_ascii_hexdigit());
    if is_seal { Ok(word.to_owned()) } else { Err("a seal has 64 hexadecimal digits".to_owned()) }
}

/// Where files were, and where they are now.
#[derive(clap::Args, Debug)]
pub struct Relocate {
    /// The path that they were below, as Ferry shows it (also of another system)
    pub old: String,
    /// The folder that they are below now
    pub new: PathBuf,
}

/// The way to the library: what it is, and the password that it may take.
#[derive(clap::Args, Debug)]
pub struct Network {
    #[command(subcommand)]
    pub command: Option<NetworkCommand>,
}

#[derive(Debug, Subcommand)]
pub enum NetworkCommand {
    /// Test the connection: every host, the sign-in, a sample that is cut off and gone on with, and the speed
    Test(NetworkTest),
    /// Keep the proxy's password in the keychain: asked for, or read from standard input
    Password {
        /// Take it away
        #[arg(long)]
        remove: bool,
    },
}

#[derive(clap::Args, Debug)]
pub struct NetworkTest {
    /// Write a page for your IT that names hosts and ports to open
    #[arg(long, value_name = "FILE")]
    pub page: Option<PathBuf>,
    /// Send a small picture to this album, too, and delete it again
    #[arg(long, value_name = "DEST", conflicts_with = "no_sample")]
    pub to: Option<String>,
    /// Send nothing: neither a sample nor anything to measure with
    #[arg(long)]
    pub no_sample: bool,
    /// Test the way to this library, without being signed in
    #[arg(long, value_name = "TENANT", conflicts_with = "to")]
    pub address: Option<String>,
}

/// One way, from the library to this computer; what you change here is never sent.
#[derive(clap::Args, Debug)]
pub struct Collections {
    #[command(subcommand)]
    pub command: CollectionsCommand,
}

#[derive(Subcommand, Debug)]
pub enum CollectionsCommand {
    /// The collections that are kept here, and, where the library lists them, the others
    List,
    /// Keep one here, by the address of its page or its id
    Add {
        #[arg(value_name = "ADDRESS|ID")]
        collection: String,
    },
    /// Keep one here again
    On {
        #[arg(value_name = "ID")]
        collection: String,
    },
    /// Keep one here no longer; its files stay
    Off {
        #[arg(value_name = "ID")]
        collection: String,
    },
    /// Bring one, or all that are on, up to date, and wait for it
    Sync(CollectionSync),
    /// Show, choose or move the folder that they are in; moving takes the files along
    Location {
        #[arg(value_name = "DIR")]
        dir: Option<PathBuf>,
    },
    /// Files that left their collections; they are kept for thirty days
    Held,
    /// Put files back that left their collections; from then on they are yours
    Restore {
        #[arg(required = true, value_name = "N")]
        held: Vec<HeldId>,
    },
}

#[derive(clap::Args, Debug)]
pub struct CollectionSync {
    /// Its number, the library's id, or its name [default: all that are on]
    #[arg(value_name = "ID")]
    pub collection: Option<String>,
    /// Only say what would be done
    #[arg(long)]
    pub dry_run: bool,
    /// Also remove more files here than without asking: a tenth, or fifty
    #[arg(long, conflicts_with = "dry_run")]
    pub confirm: bool,
}

/// What is set; the desktop app shows the same.
#[derive(clap::Args, Debug)]
pub struct Settings {
    #[command(subcommand)]
    pub command: SettingsCommand,
}

#[derive(Subcommand, Debug)]
pub enum SettingsCommand {
    /// Every setting, its value, and what it can be
    List,
    /// The value of one
    Get { key: String },
    /// Change one; without a value it is as usual again
    Set { key: String, value: Option<String> },
}

#[derive(Args, Debug)]
pub struct Folders {
    #[command(subcommand)]
    pub command: FoldersCommand,
}

#[derive(Debug, Subcommand)]
pub enum FoldersCommand {
    /// Show the watched folders
    List,
    /// Watch a folder from now on; it appears under Canto Connect / user / its name
    Add(NewFolder),
    /// Watch no more; what is queued is cancelled, and the library keeps what it has
    Remove(FolderName),
    /// Let it go on
    On(FolderName),
    /// Take nothing more from it, and pause what is on its way
    Off(FolderName),
    /// Look through a folder now, or through all, and wait until what is new or changed has arrived
    Sync {
        /// Its number, path or name in the library [default: all that are on]
        folder: Option<String>,
    },
    /// Say what looking through a folder now would send
    Preview {
        /// Its number, path or name in the library [default: all]
        folder: Option<String>,
    },
    /// Set which of its files are taken; without any, all
    Patterns(Patterns),
}

#[derive(Args, Debug)]
pub struct NewFolder {
    pub path: PathBuf,
    /// Below which folder of the library or Workspace: by names or folder:ID
    #[arg(long, value_name = "DEST", default_value = "/")]
    pub to: String,
    /// Make what is missing of DEST
    #[arg(long)]
    pub create: bool,
    /// Only files whose name or path fits
    #[arg(long, value_name = "GLOB")]
    pub include: Vec<String>,
    /// No files or folders whose name or path fits
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,
}

#[derive(Args, Debug)]
pub struct FolderName {
    /// Its number, path or name in the library
    pub folder: String,
}

#[derive(Args, Debug)]
pub struct Patterns {
    #[command(flatten)]
    pub folder: FolderName,
    /// Only files whose name or path fits
    #[arg(long, value_name = "GLOB")]
    pub include: Vec<String>,
    /// No files or folders whose name or path fits
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,
}

#[derive(Args, Debug)]
pub struct Sync {
    #[command(subcommand)]
    pub command: SyncCommand,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Subcommand)]
pub enum SyncCommand {
    /// Everything is kept in step again
    On,
    /// Nothing is taken or fetched by itself, and what is on its way is paused
    Off,
    /// Show whether it is on, and the watched folders
    Status,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_holds_together() {
        <Arguments as clap::CommandFactory>::command().debug_assert();
    }

    #[test]
    fn a_selection_is_one_thing_and_never_nothing() {
        let parse = |words: &[&str]| Arguments::try_parse_from([&["ferry", "pause"], words].concat());
        assert!(parse(&[]).is_err());
        assert!(parse(&["1", "--all"]).is_err());
        assert!(parse(&["--batch", "2", "--all"]).is_err());
        assert!(parse(&["1", "2"]).is_ok());
    }

    #[test]
    fn a_receipt_is_made_or_checked() {
        let parse = |words: &[&str]| Arguments::try_parse_from([&["ferry", "receipt"], words].concat());
        let seal = "0".repeat(64);
        assert!(parse(&["1", "--format", "csv"]).is_ok());
        assert!(parse(&["--verify", "r.json", "--seal", &seal]).is_ok());
        for wrong in [
            &[][..],
            &["1", "--verify", "r.json"],
            &["--verify", "r.json", "--format", "csv"],
            &["1", "--seal", &seal],
            &["--verify", "r.json", "--seal", "12"],
        ] {
            assert!(parse(wrong).is_err(), "{wrong:?}");
        }
    }
}
