//! What becomes of a file: the rule, and what was found. Pure.

use crate::model::{Certainty, DuplicateAction, DuplicateOf, DuplicateRule};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// As a new asset.
    Send,
    Version,
    Skip,
    Ask,
}

/// What is decided of a file of this name.
///
/// A new version changes an asset that somebody made: where it is only probable that it is the one, or several could be, or
/// the ending differs, somebody is asked. What is only probable is left out all the same where the rule says *don't import*:
/// the job names what it was taken for, and a retry uploads it. So it is with a picture whose tags alone differ: who has such
/// ones found says that they are the same.
pub fn verdict(rule: DuplicateRule, name: &str, found: Option<&DuplicateOf>) -> Verdict {
    let (Some((_, action)), Some(of)) = (rule.parts(), found) else { return Verdict::Send };
    match action {
        DuplicateAction::New => Verdict::Send,
        DuplicateAction::Skip => Verdict::Skip,
        DuplicateAction::Ask => Verdict::Ask,
        DuplicateAction::Version => {
            let sure = of.certainty == Certainty::Certain && !of.several;
            if sure && of.takes_version(name) { Verdict::Version } else { Verdict::Ask }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AssetId, DuplicateBasis};

    fn found(certainty: Certainty, several: bool, name: &str) -> DuplicateOf {
        DuplicateOf {
            basis: DuplicateBasis::Filename,
            certainty,
            asset: AssetId { scheme: "image".into(), id: "a".into() },
            name: name.into(),
            place: String::new(),
            size: None,
            md5: None,
            owner: None,
            uploaded: None,
            url: None,
            versions: None,
            several,
            same_picture: false,
            job: None,
        }
    }

    #[test]
    fn every_rule_meets_every_finding() {
        use Certainty::{Certain, Probably};
        use DuplicateRule as R;
        use Verdict::{Ask, Send, Skip, Version};
        // Nothing; certain; probably; one of several; another ending.
        let findings = [
            None,
            Some(found(Certain, false, "A.JPG")),
            Some(found(Probably, false, "a.jpg")),
            Some(found(Certain, true, "a.jpg")),
            Some(found(Certain, false, "a.tif")),
        ];
        let table = [
            (R::Off, [Send, Send, Send, Send, Send]),
            (R::FilenameVersion, [Send, Version, Ask, Ask, Ask]),
            (R::FilenameNew, [Send, Send, Send, Send, Send]),
            (R::FilenameSkip, [Send, Skip, Skip, Skip, Skip]),
            (R::FilenameAsk, [Send, Ask, Ask, Ask, Ask]),
            (R::Md5New, [Send, Send, Send, Send, Send]),
            (R::Md5Skip, [Send, Skip, Skip, Skip, Skip]),
            (R::Md5Ask, [Send, Ask, Ask, Ask, Ask]),
        ];
        assert_eq!(table.map(|(rule, _)| rule), R::ALL);
        for (rule, wanted) in table {
            let said = findings.each_ref().map(|found| verdict(rule, "a.jpg", found.as_ref()));
            assert_eq!(said, wanted, "{rule:?}");
            // What can only be sent is not held up.
            assert_eq!(rule.holds_files(), wanted != [Send; 5], "{rule:?}");
        }
    }

    #[test]
    fn endings_are_compared_and_may_be_missing() {
        for (file, asset, same) in [
            ("a.jpg", "b.JPG", true),
            ("a.tar.gz", "b.zip.gz", true),
            ("a", "b", true),
            ("a", "b.jpg", false),
            ("a.jpg", "a.jpeg", false),
            (".hidden", "x.hidden", true),
        ] {
            assert_eq!(found(Certainty::Certain, false, asset).takes_version(file), same, "{file} {asset}");
        }
    }
}
