//! `ferry-tenant`: the demo library as a program of its own.

use std::io::Write;
use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use ferry_tenant::{Faults, ObjectStore, Options, Signature, Switches, Tenant};
use serde::Deserialize;

/// A Canto-compatible demo library on this machine.
#[derive(Parser)]
#[command(name = "ferry-tenant", version)]
struct Arguments {
    /// 0 = any free port
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// The address that clients know, where something stands in front
    #[arg(long)]
    public_url: Option<String>,
    /// Where the library is kept
    #[arg(long)]
    data: Option<PathBuf>,
    /// `embedded`, or the address of an S3-compatible store (keys from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY)
    #[arg(long, default_value = "embedded")]
    object_store: String,
    /// Whether uploads in parts are offered
    #[arg(long, value_enum, default_value_t = OnOff::Off)]
    parts: OnOff,
    /// Uploads in parts are offered at this address of another server, ending in `/s3/multipart`
    #[arg(long)]
    parts_at: Option<String>,
    /// Whether a field is required, and wrong numbers and dates are refused (a guess at what a library does)
    #[arg(long, value_enum, default_value_t = OnOff::Off)]
    strict_metadata: OnOff,
    /// Whether Upload Links and Workspaces are offered (a guess at what a library could offer)
    #[arg(long, value_enum, default_value_t = OnOff::On)]
    places: OnOff,
    /// Whether collections can be listed, with their marks (a guess at what a library could offer)
    #[arg(long, value_enum, default_value_t = OnOff::Off)]
    collections: OnOff,
    /// Form of the upload setting
    #[arg(long, value_enum, default_value_t = Form::V4)]
    signature: Form,
    /// Passwords, keys and the first tree follow from it
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Time zone of dates in answers
    #[arg(long, default_value = "Europe/Berlin")]
    time_zone: String,
    /// JSON: {"switches":{…},"faults":{…}}, see the package's README
    #[arg(long)]
    config: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum OnOff {
    On,
    Off,
}

#[derive(Clone, Copy, ValueEnum)]
enum Form {
    V2,
    V4,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Config {
    switches: Switches,
    faults: Faults,
}

type Problem = Box<dyn std::error::Error>;

/// A per-user directory, so that the library is there again next time.
fn default_data() -> PathBuf {
    let dir = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    dir("XDG_DATA_HOME")
        .or_else(|| dir("LOCALAPPDATA"))
        .or_else(|| dir("HOME").map(|home| home.join(".local/share")))
        .unwrap_or_else(std::env::temp_dir)
        .join("ferry-tenant")
}

fn object_store(place: &str) -> Result<ObjectStore, Problem> {
    if place == "embedded" {
        return Ok(ObjectStore::Embedded);
    }
    let key = |name: &str| std::env::var(name).map_err(|_| format!("{name} is not set"));
    Ok(ObjectStore::S3 {
        url: place.to_owned(),
        access_key: key("AWS_ACCESS_KEY_ID")?,
        secret_key: key("AWS_SECRET_ACCESS_KEY")?,
    })
}

#[tokio::main]
async fn main() -> Result<(), Problem> {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    let arguments = Arguments::parse();
    let config: Config = match &arguments.config {
        Some(file) => serde_json::from_slice(&std::fs::read(file)?)?,
        None => Config::default(),
    };
    let tenant = Tenant::start(Options {
        port: arguments.port,
        public_url: arguments.public_url,
        data: Some(arguments.data.unwrap_or_else(default_data)),
        object_store: object_store(&arguments.object_store)?,
        store_url: None,
        parts: arguments.parts == OnOff::On,
        parts_at: arguments.parts_at,
        signature: match arguments.signature {
            Form::V2 => Signature::V2,
            Form::V4 => Signature::V4,
        },
        seed: arguments.seed,
        time_zone: arguments.time_zone,
        switches: Switches {
            strict_metadata: config.switches.strict_metadata || arguments.strict_metadata == OnOff::On,
            places: config.switches.places || arguments.places == OnOff::On,
            collections_listing: config.switches.collections_listing || arguments.collections == OnOff::On,
            ..config.switches
        },
    })
    .await?;
    tenant.set_faults(config.faults);
    let mut out = std::io::stdout();
    writeln!(out, "{}", tenant.announcement())?;
    out.flush()?;
    tokio::signal::ctrl_c().await?;
    tenant.stop().await;
    Ok(())
}
