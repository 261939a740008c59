//! Whether anything shows tray icons. On Linux that is a program of its own, which many desktops lack.

/// May block for a moment.
#[cfg(target_os = "linux")]
pub fn shows_icons() -> bool {
    let ask = || -> zbus::Result<bool> {
        let bus = zbus::blocking::Connection::session()?;
        let names = zbus::blocking::fdo::DBusProxy::new(&bus)?;
        Ok(names.name_has_owner("org.kde.StatusNotifierWatcher".try_into()?)?)
    };
    ask().unwrap_or(false)
}

#[cfg(not(target_os = "linux"))]
pub fn shows_icons() -> bool {
    true
}
