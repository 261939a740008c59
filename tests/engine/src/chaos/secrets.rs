//! No token, key or policy in clear: not in the data directory, not in the log.

use super::ears;
use super::play::Play;

/// How the policy of an upload setting begins, in Base64 (`{"expiration":"`), and what signs the address of a part.
const MARKS: [&str; 3] = ["eyJleHBpcmF0aW9uIjoi", "X-Amz-Signature=", "&Signature="];

impl Play {
    pub fn secrets_in_clear(&self) -> Vec<String> {
        let mut secrets: Vec<String> = MARKS.iter().map(|&mark| mark.to_owned()).collect();
        for stored in self.stage.vault.ever_stored() {
            let stored: serde_json::Value = serde_json::from_str(&stored).unwrap();
            for name in ["access", "refresh", "app_secret"] {
                secrets.extend(stored[name].as_str().filter(|word| word.len() > 8).map(str::to_owned));
            }
        }
        let mut places = vec![("the log".to_owned(), ears::said().into_bytes())];
        for entry in std::fs::read_dir(self.stage.data.path()).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                places.push((path.display().to_string(), std::fs::read(&path).unwrap()));
            }
        }
        let mut broken = Vec::new();
        for (place, bytes) in &places {
            for secret in &secrets {
                if memchr::memmem::find(bytes, secret.as_bytes()).is_some() {
                    broken.push(format!("a secret ({}…) is in {place}", &secret[..6]));
                }
            }
        }
        broken
    }
}
