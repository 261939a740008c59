//! What nftables does to packets at the far end.

use crate::commands::{fed, run};
use crate::{LINK, Line, Outcome};

const TABLE: &str = "ferry";

/// How a line is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// The other end denies each packet.
    Reset,
    /// Nothing comes back.
    BlackHole,
}

impl Line {
    /// In both directions, so many packets of a thousand are lost.
    ///
    /// # Errors
    /// What `nft` says.
    pub fn lose(&self, of_a_thousand: u32) -> Outcome {
        for side in [&self.near, &self.far] {
            let rule = format!("iif {LINK} numgen random mod 1000 < {of_a_thousand} drop");
            rules(&side.name, "prerouting", &rule)?;
        }
        Ok(())
    }

    /// After so many more bytes to the far end, headers included, the line is cut for everyone.
    ///
    /// # Errors
    /// What `nft` says.
    pub fn cut_after(&self, bytes: u64, cut: Cut) -> Outcome {
        let verdict = match cut {
            Cut::Reset => "reject with tcp reset",
            Cut::BlackHole => "drop",
        };
        rules(
            &self.far.name,
            "input",
            &format!("iif {LINK} meta l4proto tcp quota over {bytes} bytes {verdict}"),
        )
    }

    /// No more losses and cuts.
    ///
    /// # Errors
    /// What `nft` says.
    pub fn heal(&self) -> Outcome {
        for side in [&self.near, &self.far] {
            run(&["ip", "netns", "exec", &side.name, "nft", "flush", "ruleset"])?;
        }
        Ok(())
    }
}

fn rules(namespace: &str, hook: &str, rule: &str) -> Outcome {
    let table = format!(
        "table inet {TABLE} {{\n  chain {hook} {{\n    type filter hook {hook} priority -150; policy accept;\n    \
         {rule}\n  }}\n}}\n"
    );
    fed(&["ip", "netns", "exec", namespace, "nft", "-f", "-"], &table)
}
