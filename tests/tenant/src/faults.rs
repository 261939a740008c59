//! Faults that a test asks for: rules by request, counted, never by chance. README.md lists them.

use std::sync::Mutex;

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Faults {
    #[serde(default)]
    pub rules: Vec<Rule>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    #[serde(rename = "match", default)]
    pub on: Match,
    /// How often it happens; `None` = always.
    #[serde(default)]
    pub times: Option<u64>,
    /// How many matching requests pass first.
    #[serde(default)]
    pub after: u64,
    pub action: Action,
    /// Matching requests so far.
    #[serde(default)]
    pub seen: u64,
    /// How often it happened.
    #[serde(default)]
    pub fired: u64,
}

impl Rule {
    pub fn new(on: Match, action: Action) -> Self {
        Self { on, times: None, after: 0, action, seen: 0, fired: 0 }
    }

    pub fn times(self, times: u64) -> Self {
        Self { times: Some(times), ..self }
    }

    pub fn after(self, after: u64) -> Self {
        Self { after, ..self }
    }
}

/// What is not given matches everything.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Match {
    pub path_prefix: Option<String>,
    /// The whole path.
    pub path: Option<String>,
    pub method: Option<String>,
    /// A form POST to the embedded object store.
    pub object_post: Option<bool>,
    /// File name with `*` and `?`; only object posts have one, and it is known after the form's fields.
    pub name: Option<String>,
    /// A body of more bytes than this; one of unknown length never is.
    pub larger_than: Option<u64>,
}

impl Match {
    pub fn path(prefix: &str) -> Self {
        Self { path_prefix: Some(prefix.into()), ..Self::default() }
    }

    pub fn exactly(path: &str) -> Self {
        Self { path: Some(path.into()), ..Self::default() }
    }

    pub fn object_post() -> Self {
        Self { object_post: Some(true), ..Self::default() }
    }

    /// A part that is sent to the embedded object store.
    pub fn part_put() -> Self {
        Self { method: Some("PUT".into()), ..Self::path("/ferry-upload/") }
    }

    /// A call that begins, signs, lists, completes or aborts an upload in parts.
    pub fn multipart(method: &str) -> Self {
        Self { method: Some(method.into()), ..Self::path("/api/v1/s3/multipart") }
    }

    pub fn larger_than(self, bytes: u64) -> Self {
        Self { larger_than: Some(bytes), ..self }
    }

    pub fn named(pattern: &str) -> Self {
        Self { name: Some(pattern.into()), ..Self::object_post() }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Action {
    /// Waits before the request is looked at.
    Delay {
        ms: u64,
    },
    /// Never answers, and reads no body.
    Hang,
    /// Closes the connection: of an object post after so many bytes of the file came, elsewhere after so
    /// many bytes of the answer went.
    Cut {
        after_bytes: u64,
    },
    /// Answers this in place of the real answer; for object posts `after_bytes` of the file.
    Status {
        code: u16,
        #[serde(default)]
        retry_after: Option<String>,
        #[serde(default)]
        body: FaultBody,
        #[serde(default)]
        after_bytes: Option<u64>,
    },
    /// Changes the byte at this place: of the stored file, or of the answer's body.
    FlipByte {
        at: u64,
    },
    WrongEtag,
    NoEtag,
    /// Does everything, then closes the connection without an answer.
    LoseAnswer,
    /// All access tokens are refused from now on.
    ExpireTokens,
    /// All upload settings given out so far are refused from now on.
    ExpirePolicies,
    /// The upload ends as `Error`.
    IngestError,
    /// The upload stays `Initial` for so long.
    IngestDelay {
        ms: u64,
    },
    /// Stored and answered, but never heard of again.
    NeverIngest,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FaultBody {
    Xml,
    #[default]
    Json,
    Html,
    Empty,
    /// `{}`: an answer that lacks everything.
    Nothing,
}

/// What is known of a request when the rules are asked.
#[derive(Clone, Copy)]
pub struct Seen<'a> {
    pub method: &'a str,
    pub path: &'a str,
    pub object_post: bool,
    /// Set in the second look at an object post; then only rules with a name count.
    pub name: Option<&'a str>,
    /// `Content-Length`.
    pub length: Option<u64>,
}

impl Match {
    fn holds(&self, seen: Seen<'_>) -> bool {
        let name = match (&self.name, seen.name) {
            (None, None) => true,
            (Some(pattern), Some(name)) => glob(pattern, name),
            _ => false,
        };
        name && self.path_prefix.as_ref().is_none_or(|prefix| seen.path.starts_with(prefix.as_str()))
            && self.path.as_ref().is_none_or(|path| path == seen.path)
            && self.method.as_ref().is_none_or(|method| method.eq_ignore_ascii_case(seen.method))
            && self.object_post.is_none_or(|wanted| wanted == seen.object_post)
            && self.larger_than.is_none_or(|most| seen.length.is_some_and(|length| length > most))
    }
}

#[derive(Default)]
pub struct FaultBook(Mutex<Faults>);

impl FaultBook {
    pub fn set(&self, faults: Faults) {
        *self.lock() = faults;
    }

    pub fn add(&self, rule: Rule) {
        self.lock().rules.push(rule);
    }

    pub fn get(&self) -> Faults {
        self.lock().clone()
    }

    pub fn pick(&self, seen: Seen<'_>) -> Vec<Action> {
        let mut faults = self.lock();
        if faults.rules.is_empty() || seen.path.starts_with("/_tenant") {
            return Vec::new();
        }
        let mut actions = Vec::new();
        for rule in faults.rules.iter_mut().filter(|rule| rule.on.holds(seen)) {
            rule.seen += 1;
            if rule.seen > rule.after && rule.times.is_none_or(|times| rule.fired < times) {
                rule.fired += 1;
                actions.push(rule.action.clone());
            }
        }
        actions
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Faults> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

fn glob(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t, mut star) = (0, 0, None);
    while t < text.len() {
        if p < pattern.len() && pattern[p] == '*' {
            star = Some((p, t));
            p += 1;
        } else if p < pattern.len() && (pattern[p] == '?' || pattern[p] == text[t]) {
            p += 1;
            t += 1;
        } else if let Some((at, from)) = star {
            star = Some((at, from + 1));
            p = at + 1;
            t = from + 1;
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|&c| c == '*')
}

#[cfg(test)]
mod tests {
    use super::glob;

    #[test]
    fn globs() {
        assert!(glob("*.jpg", "a.b.jpg") && glob("a?c*", "abcd") && glob("*", ""));
        assert!(!glob("*.jpg", "a.jpeg") && !glob("a", "ab"));
    }
}
