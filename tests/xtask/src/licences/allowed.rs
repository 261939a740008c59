//! The allow-list in `deny.toml`, so that cargo-deny and we read the same one.

use std::fs;
use std::path::Path;

use crate::failure::{Failure, Outcome, While};

/// Licences of data and tools that npm's build-time packages bring; nothing of them is in what people install.
const BUILD_ONLY: [&str; 4] = ["BlueOak-1.0.0", "CC-BY-3.0", "CC-BY-4.0", "Python-2.0"];

#[derive(Debug)]
pub struct Allowed(Vec<String>);

impl Allowed {
    pub fn read(path: &Path) -> Outcome<Self> {
        Self::parse(&fs::read_to_string(path).when(path.display())?)
    }

    /// The strings of the array `allow` in `[licenses]`.
    pub fn parse(toml: &str) -> Outcome<Self> {
        let mut section = "";
        let mut inside = false;
        let mut list = Vec::new();
        for line in toml.lines() {
            let line = line.split('#').next().unwrap_or_default().trim();
            if !inside && line.starts_with('[') {
                section = line;
            }
            let starts = section == "[licenses]" && line.split('=').next().map(str::trim) == Some("allow");
            if starts || inside {
                inside = !line.ends_with(']');
                list.extend(line.split('"').skip(1).step_by(2).map(str::to_owned));
            }
        }
        if list.is_empty() || inside {
            return Err(Failure::new("deny.toml has no complete list `allow` in [licenses]"));
        }
        Ok(Self(list))
    }

    pub fn allows(&self, id: &str, build_only: bool) -> bool {
        self.0.iter().any(|allowed| allowed == id) || (build_only && BUILD_ONLY.contains(&id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_list() {
        let toml = "[bans]\nallow = [\"no\"]\n[licenses]\n# \"no\"\nallow = [\n  \"MIT\", # yes\n  \"ISC\",\n]\nx = \"no\"\n";
        let allowed = Allowed::parse(toml).unwrap();
        assert_eq!(allowed.0, ["MIT", "ISC"]);
        assert!(Allowed::parse("[licenses]\nallow = [\"A\", \"B\"]").unwrap().allows("B", false));
    }

    #[test]
    fn build_time_licences_are_for_the_build() {
        let allowed = Allowed::parse("[licenses]\nallow = [\"MIT\"]").unwrap();
        assert!(allowed.allows("Python-2.0", true));
        assert!(!allowed.allows("Python-2.0", false));
    }

    #[test]
    fn a_missing_list_is_an_error() {
        assert!(Allowed::parse("[licenses]\n").is_err());
        assert!(Allowed::parse("[licenses]\nallow = [\n\"MIT\",\n").is_err());
    }
}
