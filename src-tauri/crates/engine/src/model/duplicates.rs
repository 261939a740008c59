//! Files that the library has already: what is looked for, and what becomes of them.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use super::{AssetId, JobId, JobSelection};
use crate::error::{ErrorCode, Failure};

/// What counts as the same file, and what becomes of one that is found (interfaces.md §2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum DuplicateRule {
    #[default]
    #[serde(rename = "off")]
    Off,
    #[serde(rename = "filename:version")]
    FilenameVersion,
    #[serde(rename = "filename:new")]
    FilenameNew,
    #[serde(rename = "filename:skip")]
    FilenameSkip,
    #[serde(rename = "filename:ask")]
    FilenameAsk,
    #[serde(rename = "md5:new")]
    Md5New,
    #[serde(rename = "md5:skip")]
    Md5Skip,
    #[serde(rename = "md5:ask")]
    Md5Ask,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum DuplicateBasis {
    Filename,
    Md5,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum DuplicateAction {
    /// A new version of the asset that is there.
    Version,
    /// A new asset beside it.
    New,
    Skip,
    /// Somebody decides.
    Ask,
}

impl DuplicateBasis {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Filename => "filename",
            Self::Md5 => "md5",
        }
    }
}

impl DuplicateRule {
    pub const ALL: [Self; 8] = [
        Self::Off,
        Self::FilenameVersion,
        Self::FilenameNew,
        Self::FilenameSkip,
        Self::FilenameAsk,
        Self::Md5New,
        Self::Md5Skip,
        Self::Md5Ask,
    ];

    /// As settings can be, the usual one first.
    pub const WORDS: &'static [&'static str] = &[
        "off",
        "filename:version",
        "filename:new",
        "filename:skip",
        "filename:ask",
        "md5:new",
        "md5:skip",
        "md5:ask",
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::FilenameVersion => "filename:version",
            Self::FilenameNew => "filename:new",
            Self::FilenameSkip => "filename:skip",
            Self::FilenameAsk => "filename:ask",
            Self::Md5New => "md5:new",
            Self::Md5Skip => "md5:skip",
            Self::Md5Ask => "md5:ask",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.as_str() == word)
    }

    /// `None`: nothing is looked for.
    pub fn parts(self) -> Option<(DuplicateBasis, DuplicateAction)> {
        use DuplicateAction as A;
        use DuplicateBasis as B;
        match self {
            Self::Off => None,
            Self::FilenameVersion => Some((B::Filename, A::Version)),
            Self::FilenameNew => Some((B::Filename, A::New)),
            Self::FilenameSkip => Some((B::Filename, A::Skip)),
            Self::FilenameAsk => Some((B::Filename, A::Ask)),
            Self::Md5New => Some((B::Md5, A::New)),
            Self::Md5Skip => Some((B::Md5, A::Skip)),
            Self::Md5Ask => Some((B::Md5, A::Ask)),
        }
    }

    /// Whether a file has to be looked for before it is sent. One that becomes a new asset in any case has not.
    pub fn holds_files(self) -> bool {
        self.parts().is_some_and(|(_, action)| action != DuplicateAction::New)
    }
}

/// A name as the library compares it: in one Unicode form, and without regard to case. The case is a guess [ND].
pub fn name_key(name: &str) -> String {
    if name.is_ascii() { name.to_ascii_lowercase() } else { name.nfc().collect::<String>().to_lowercase() }
}

/// How sure it is that both are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    Certain,
    Probably,
}

impl Certainty {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Certain => "certain",
            Self::Probably => "probably",
        }
    }
}

/// What a file is a duplicate of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct DuplicateOf {
    pub basis: DuplicateBasis,
    pub certainty: Certainty,
    pub asset: AssetId,
    pub name: String,
    /// Its album, as names with slashes; empty where it is in none, or nobody told.
    pub place: String,
    #[cfg_attr(feature = "bindings", ts(type = "number | null"))]
    pub size: Option<u64>,
    /// 32 hex digits, as the library has it now.
    pub md5: Option<String>,
    pub owner: Option<String>,
    /// The tenant's own digits, yyyyMMddHHmmssSSS, in its own time zone.
    pub uploaded: Option<String>,
    /// Its page in the tenant's web app.
    pub url: Option<String>,
    /// How many versions it has, where that was looked up.
    pub versions: Option<u32>,
    /// Several assets fit, and this is the first of them.
    pub several: bool,
    /// The picture is the same, and the files differ by their metadata alone.
    pub same_picture: bool,
    /// The job of this computer that delivered it, if one did.
    pub job: Option<JobId>,
}

impl DuplicateOf {
    /// As it is kept with a job that it stops.
    pub fn failure(&self, code: ErrorCode) -> Failure {
        let mut failure = Failure::new(code)
            .with("basis", self.basis.as_str())
            .with("certainty", self.certainty.as_str())
            .with("scheme", &self.asset.scheme)
            .with("asset", &self.asset.id)
            .with("name", &self.name);
        let optional = [
            ("place", Some(self.place.clone()).filter(|place| !place.is_empty())),
            ("size", self.size.map(|size| size.to_string())),
            ("md5", self.md5.clone()),
            ("owner", self.owner.clone()),
            ("uploaded", self.uploaded.clone()),
            ("url", self.url.clone()),
            ("versions", self.versions.map(|count| count.to_string())),
            ("several", self.several.then(|| "yes".to_owned())),
            ("picture", self.same_picture.then(|| "yes".to_owned())),
            ("job", self.job.map(|job| job.to_string())),
        ];
        if self.same_picture {
            failure = failure.with("reason", "picture");
        } else if self.certainty == Certainty::Probably {
            failure = failure.with("reason", "probably");
        }
        for (name, value) in optional {
            if let Some(value) = value {
                failure = failure.with(name, value);
            }
        }
        failure
    }

    /// Whether a file can be a version of it: only with the same ending. That its case does not matter is a guess [ND].
    pub fn takes_version(&self, file: &str) -> bool {
        let ending = |name: &str| name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase());
        ending(file) == ending(&self.name)
    }

    /// Back from there; `None` for a failure of another kind.
    pub fn of(failure: &Failure) -> Option<Self> {
        if !matches!(failure.code, ErrorCode::DuplicateFound | ErrorCode::DecisionNeeded) {
            return None;
        }
        let text = |name: &str| failure.params.get(name).cloned();
        Some(Self {
            basis: match text("basis")?.as_str() {
                "filename" => DuplicateBasis::Filename,
                _ => DuplicateBasis::Md5,
            },
            certainty: match text("certainty")?.as_str() {
                "certain" => Certainty::Certain,
                _ => Certainty::Probably,
            },
            asset: AssetId { scheme: text("scheme")?, id: text("asset")? },
            name: text("name")?,
            place: text("place").unwrap_or_default(),
            size: text("size").and_then(|size| size.parse().ok()),
            md5: text("md5"),
            owner: text("owner"),
            uploaded: text("uploaded"),
            url: text("url"),
            versions: text("versions").and_then(|count| count.parse().ok()),
            several: text("several").is_some(),
            same_picture: text("picture").is_some(),
            job: text("job").and_then(|job| job.parse().ok()),
        })
    }
}

/// What somebody decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum DuplicateAnswer {
    /// As a new asset.
    Upload,
    Version,
    Skip,
}

/// For which files a decision counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(tag = "for", rename_all = "snake_case")]
pub enum DuplicateReach {
    /// These.
    These { selection: JobSelection },
    /// This one and all of its batch that were found the same way, as surely.
    Kind { job: JobId },
    /// All of its batch, and those of it that are still to be looked for.
    Batch { batch: super::BatchId },
}

/// What a request would find, before anything is sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct DuplicatePreview {
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub certain: u64,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub probably: u64,
    /// Files that are there a second time in the request itself.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub twins: u64,
    /// At most a hundred.
    pub files: Vec<PreviewedDuplicate>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct PreviewedDuplicate {
    pub path: String,
    /// `None`: of another file of the request.
    pub of: Option<DuplicateOf>,
    /// It is sure enough that it can become a new version without a question.
    pub takes_version: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_have_the_words_of_the_interface() {
        for (rule, word) in DuplicateRule::ALL.into_iter().zip(DuplicateRule::WORDS) {
            assert_eq!(rule.as_str(), *word);
            assert_eq!(DuplicateRule::parse(word), Some(rule));
            assert_eq!(serde_json::to_value(rule).unwrap(), *word);
        }
        assert_eq!(DuplicateRule::parse("md5:version"), None);
    }

    #[test]
    fn what_is_found_comes_back_from_where_it_is_kept() {
        let bare = DuplicateOf {
            basis: DuplicateBasis::Md5,
            certainty: Certainty::Probably,
            asset: AssetId { scheme: "image".into(), id: "a".into() },
            name: "a.jpg".into(),
            place: String::new(),
            size: None,
            md5: None,
            owner: None,
            uploaded: None,
            url: None,
            versions: None,
            several: false,
            same_picture: false,
            job: None,
        };
        let full = DuplicateOf {
            basis: DuplicateBasis::Filename,
            certainty: Certainty::Certain,
            place: "A / B".into(),
            size: Some(0),
            md5: Some("0".repeat(32)),
            owner: Some("Jo".into()),
            uploaded: Some("20240219183228169".into()),
            url: Some("https://x".into()),
            versions: Some(3),
            several: true,
            same_picture: true,
            job: Some(JobId(7)),
            ..bare.clone()
        };
        for of in [bare, full] {
            assert_eq!(DuplicateOf::of(&of.failure(ErrorCode::DuplicateFound)), Some(of.clone()));
            assert_eq!(DuplicateOf::of(&of.failure(ErrorCode::Internal)), None);
        }
    }
}
