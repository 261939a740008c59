//! One end of the line.

use std::fs::File;
use std::path::Path;

use crate::commands::run;
use crate::{LINK, NAMESPACES, Outcome};

/// A namespace at one end.
#[derive(Clone, Debug)]
pub struct Side {
    pub name: String,
    /// The one it begins with.
    pub address: String,
}

impl Side {
    /// Does something at this end; threads and programs that it starts are and stay there, too.
    ///
    /// # Errors
    /// Where this end can't be entered.
    pub fn inside<T: Send>(&self, work: impl FnOnce() -> T + Send) -> Outcome<T> {
        let namespace =
            File::open(Path::new(NAMESPACES).join(&self.name)).map_err(|error| error.to_string())?;
        // A thread of its own: who calls stays where he is.
        let entered = std::thread::scope(|scope| {
            let entered = scope.spawn(move || {
                enter(&namespace)?;
                Ok(work())
            });
            entered.join()
        });
        match entered {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }

    /// One more address.
    ///
    /// # Errors
    /// What `ip` says.
    pub fn give(&self, address: &str) -> Outcome {
        run(&["ip", "-n", &self.name, "addr", "add", &format!("{address}/24"), "dev", LINK])
    }

    /// One address less; connections that have it go silent.
    ///
    /// # Errors
    /// What `ip` says.
    pub fn take(&self, address: &str) -> Outcome {
        run(&["ip", "-n", &self.name, "addr", "del", &format!("{address}/24"), "dev", LINK])
    }

    /// The plug is pulled, or put in again; addresses stay.
    ///
    /// # Errors
    /// What `ip` says.
    pub fn plug(&self, inside: bool) -> Outcome {
        run(&["ip", "-n", &self.name, "link", "set", LINK, if inside { "up" } else { "down" }])
    }

    /// `bbr`, `cubic`, `reno`: what the kernel has.
    ///
    /// # Errors
    /// What `ip` says.
    pub fn congestion(&self, control: &str) -> Outcome {
        let network = self.address.rsplit_once('.').map_or("", |(network, _)| network);
        let (name, to) = (self.name.as_str(), format!("{network}.0/24"));
        run(&[
            "ip",
            "-n",
            name,
            "route",
            "replace",
            &to,
            "dev",
            LINK,
            "src",
            &self.address,
            "congctl",
            control,
        ])
    }
}

#[cfg(target_os = "linux")]
fn enter(namespace: &File) -> Outcome {
    use nix::sched::{CloneFlags, setns};
    setns(namespace, CloneFlags::CLONE_NEWNET).map_err(|error| error.to_string())
}

#[cfg(not(target_os = "linux"))]
fn enter(_: &File) -> Outcome {
    Err("only Linux has network namespaces".into())
}
