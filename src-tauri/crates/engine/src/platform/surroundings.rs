//! What the computer runs on and how it is connected: its battery, and lines that are paid by the byte.

use starship_battery::{Manager, State};

/// Passed in, so that tests own it. Both may take some milliseconds: for a blocking thread.
pub trait Surroundings: Send + Sync + std::fmt::Debug {
    /// `None`: there is no battery, or the system can't tell.
    fn on_battery(&self) -> Option<bool>;
    /// `None`: the system can't tell.
    fn on_metered(&self) -> Option<bool>;
}

/// Those of this computer.
#[derive(Debug, Default)]
pub struct ThisComputer;

impl Surroundings for ThisComputer {
    fn on_battery(&self) -> Option<bool> {
        let mut batteries = Manager::new().ok()?.batteries().ok()?.filter_map(Result::ok).peekable();
        batteries.peek()?;
        // One of two that loads while the other drains: the cable is in.
        let states: Vec<State> = batteries.map(|battery| battery.state()).collect();
        Some(states.contains(&State::Discharging) && !states.contains(&State::Charging))
    }

    fn on_metered(&self) -> Option<bool> {
        metered::ask()
    }
}

/// What NetworkManager says or guesses (its D-Bus property `Metered`: 1 yes, 2 no, 3 guess yes, 4 guess no, 0 unknown).
#[cfg(target_os = "linux")]
mod metered {
    use zbus::blocking::{Connection, Proxy};

    const NAME: &str = "org.freedesktop.NetworkManager";
    const PATH: &str = "/org/freedesktop/NetworkManager";

    pub fn ask() -> Option<bool> {
        let bus = Connection::system().ok()?;
        let metered: u32 = Proxy::new(&bus, NAME, PATH, NAME).ok()?.get_property("Metered").ok()?;
        match metered {
            1 | 3 => Some(true),
            2 | 4 => Some(false),
            _ => None,
        }
    }
}

#[cfg(target_os = "windows")]
mod metered {
    use windows::Networking::Connectivity::{NetworkCostType, NetworkInformation};

    pub fn ask() -> Option<bool> {
        let profile = NetworkInformation::GetInternetConnectionProfile().ok()?;
        match profile.GetConnectionCost().ok()?.NetworkCostType().ok()? {
            NetworkCostType::Fixed | NetworkCostType::Variable => Some(true),
            NetworkCostType::Unrestricted => Some(false),
            _ => None,
        }
    }
}

/// macOS tells only a running path monitor of the Network framework, and that only *expensive* and *constrained*, which
/// is something else: it is not asked, and the window says so.
#[cfg(not(any(target_os = "linux", target_os = "windows")))]
mod metered {
    pub fn ask() -> Option<bool> {
        None
    }
}
