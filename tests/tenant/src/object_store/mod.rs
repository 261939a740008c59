//! Where the files go: the embedded store on the tenant's own port, or a real S3-compatible server.

pub mod embedded;
pub mod form;
pub mod multipart;
pub mod names;
pub mod policy;
pub mod poller;
pub mod s3;
pub mod setting;
pub mod sigv4;
pub mod xml;

pub const BUCKET: &str = "ferry-upload";
pub const REGION: &str = "us-east-1";
/// For a single request [A] (§8.3).
pub const MAX_OBJECT: u64 = 5 * 1024 * 1024 * 1024;
