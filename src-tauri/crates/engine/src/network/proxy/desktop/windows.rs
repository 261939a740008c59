//! Windows: the proxy script of the user's internet settings.

use super::Desktop;

/// Asked through the system's own tool, which says `    AutoConfigURL    REG_SZ    http://wpad/proxy.pac`.
#[cfg(windows)]
pub fn read() -> Option<Desktop> {
    use std::os::windows::process::CommandExt;
    const KEY: &str = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Internet Settings";
    /// No window of its own.
    const CREATE_NO_WINDOW: u32 = 0x0800_0000;
    let mut command = std::process::Command::new("reg.exe");
    command.args(["query", KEY, "/v", "AutoConfigURL"]).creation_flags(CREATE_NO_WINDOW);
    of_answer(&String::from_utf8_lossy(&command.output().ok()?.stdout))
}

fn of_answer(text: &str) -> Option<Desktop> {
    let value = text.lines().find_map(|line| {
        let (_, value) = line.trim().strip_prefix("AutoConfigURL")?.split_once("REG_SZ")?;
        Some(value.trim())
    });
    value.filter(|place| !place.is_empty()).map(|place| Desktop::Script(place.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_value_is_found_in_the_tools_answer() {
        let text = "\r\nHKEY_CURRENT_USER\\Software\\Microsoft\\Windows\\CurrentVersion\\Internet Settings\r\n    \
                    AutoConfigURL    REG_SZ    http://wpad/proxy.pac\r\n\r\n";
        assert_eq!(of_answer(text), Some(Desktop::Script("http://wpad/proxy.pac".into())));
        assert_eq!(
            of_answer("ERROR: The system was unable to find the specified registry key or value."),
            None
        );
    }
}
