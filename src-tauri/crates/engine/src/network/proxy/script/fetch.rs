//! Gets the text of a proxy script: from a file, or from a server, to which no proxy can lead.

use std::time::Duration;

use futures_util::StreamExt;
use rustls::ClientConfig;
use url::Url;

use super::trouble::Trouble;
use crate::model::ScriptPlace;

const PATIENCE: Duration = Duration::from_secs(8);
/// The largest ones of big companies have a tenth of it.
const LARGEST: usize = 4 * 1024 * 1024;

/// On a thread that may wait.
///
/// # Errors
/// `Unreadable`.
pub fn fetch(place: &ScriptPlace, tls: &ClientConfig) -> Result<String, Trouble> {
    let bytes = match place {
        ScriptPlace::File(path) => {
            std::fs::read(path).map_err(|error| Trouble::Unreadable(error.to_string()))?
        }
        ScriptPlace::Url(url) => download(url, tls)?,
    };
    // Scripts are as old as the files of their companies: what is no UTF-8 stands in comments.
    Ok(String::from_utf8_lossy(&bytes).trim_start_matches('\u{feff}').to_owned())
}

fn download(url: &Url, tls: &ClientConfig) -> Result<Vec<u8>, Trouble> {
    let unreadable = |error: &dyn std::fmt::Display| Trouble::Unreadable(error.to_string());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| unreadable(&error))?.block_on(async {
        let http = reqwest::Client::builder()
            .no_proxy()
            .timeout(PATIENCE)
            .tls_backend_preconfigured(tls.clone())
            .build()
            .map_err(|error| unreadable(&error))?;
        let answer = http.get(url.clone()).send().await.map_err(|error| unreadable(&innermost(&error)))?;
        if !answer.status().is_success() {
            return Err(Trouble::Unreadable(format!("HTTP {}", answer.status().as_u16())));
        }
        let mut bytes = Vec::new();
        let mut pieces = answer.bytes_stream();
        while let Some(piece) = pieces.next().await {
            bytes.extend_from_slice(&piece.map_err(|error| unreadable(&innermost(&error)))?);
            if bytes.len() > LARGEST {
                return Err(Trouble::Unreadable("it is too large".to_owned()));
            }
        }
        Ok(bytes)
    })
}

/// "Connection refused" rather than the address again.
fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}
