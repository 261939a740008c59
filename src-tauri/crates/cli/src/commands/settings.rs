//! `ferry settings`: what is set, on this data directory.

use engine::error::{ErrorCode, Failure};
use engine::model::{SettingKey, SettingView};

use crate::args::{Global, Settings, SettingsCommand};
use crate::exit::{Ended, Exit, Problem};
use crate::lines::Line;
use crate::output::Output;
use crate::session::{Need, Session};

pub async fn run(global: &Global, settings: Settings, out: &Output) -> Ended {
    match settings.command {
        SettingsCommand::List => {
            Session::with(global, Need::Queue, async |session| {
                for setting in session.handle().list_settings().await? {
                    show(&setting, described(&setting), out)?;
                }
                Ok(Exit::Well)
            })
            .await
        }
        SettingsCommand::Get { key } => {
            let key = parse(&key)?;
            Session::with(global, Need::Queue, async |session| {
                let settings = session.handle().list_settings().await?;
                for setting in settings.iter().filter(|setting| setting.key == key) {
                    show(setting, setting.value.clone(), out)?;
                }
                Ok(Exit::Well)
            })
            .await
        }
        SettingsCommand::Set { key, value } => {
            let key = parse(&key)?;
            Session::with(global, Need::Queue, async |session| {
                session.handle().set_setting(key, value.clone()).await?;
                let settings = session.handle().list_settings().await?;
                for setting in settings.iter().filter(|setting| setting.key == key) {
                    out.line(&Line::Setting { setting })?;
                    out.say(format!("{} is {} now.", key.as_str(), value_of(setting)))?;
                }
                Ok(Exit::Well)
            })
            .await
        }
    }
}

fn show(setting: &SettingView, words: String, out: &Output) -> Result<(), Problem> {
    out.line(&Line::Setting { setting })?;
    out.say(words)
}

fn described(setting: &SettingView) -> String {
    let name = setting.key.as_str();
    let value = value_of(setting);
    match &setting.locked_by {
        Some(by) => format!("{name} = {value} (set by {by})"),
        None if setting.administrators_only => {
            format!("{name} = {value} (an administrator of the library sets it)")
        }
        None if setting.choices.is_empty() => format!("{name} = {value}"),
        None => format!("{name} = {value} ({})", setting.choices.join(", ")),
    }
}

fn value_of(setting: &SettingView) -> &str {
    if setting.value.is_empty() { "none" } else { &setting.value }
}

fn parse(word: &str) -> Result<SettingKey, Problem> {
    let names = SettingKey::ALL.iter().map(|key| key.as_str()).collect::<Vec<_>>().join(", ");
    let unknown = Failure::new(ErrorCode::RequestInvalid).with("reason", "setting_unknown");
    SettingKey::parse(word).ok_or_else(|| unknown.with("value", word).with("choices", names).into())
}
