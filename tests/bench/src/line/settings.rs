//! What those who know curl and rclone would try. Each is tried once; the best one is what counts.

use crate::upload::TUNED;

/// Words for a command line.
pub type Setting = &'static [&'static str];

pub const CURL: [Setting; 3] =
    [&[], &["--parallel", "--parallel-max", "4"], &["--parallel", "--parallel-max", "16"]];

pub const RCLONE_LARGE: [Setting; 4] = [
    &[],
    &["--transfers=4", "--s3-chunk-size=5M", "--s3-upload-concurrency=8", TUNED[0], TUNED[1], TUNED[2]],
    &["--transfers=4", "--s3-chunk-size=16M", "--s3-upload-concurrency=4", TUNED[0], TUNED[1], TUNED[2]],
    &["--transfers=16", "--s3-upload-cutoff=200M", TUNED[0], TUNED[1], TUNED[2]],
];

pub const RCLONE_SMALL: [Setting; 3] = [
    &["--transfers=4", TUNED[0], TUNED[1], TUNED[2]],
    &["--transfers=16", TUNED[0], TUNED[1], TUNED[2]],
    &["--transfers=32", TUNED[0], TUNED[1], TUNED[2]],
];
