//! What a client's own connector says when it knows more than the connection that failed.

use thiserror::Error;

/// Why there was no way to a server. The program that makes the client returns it from its connector; it becomes the kind
/// of the failed call.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NoWay {
    /// No connection to the proxy itself.
    #[error("the proxy {proxy} does not answer: {cause}")]
    ProxyUnreachable {
        /// Without a login.
        proxy: String,
        cause: String,
    },
    /// The script that names the proxy can't be read, or fails.
    #[error("{0}")]
    ScriptUnusable(String),
}
