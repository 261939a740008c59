//! `ferry pause --for 2h`: nothing is sent or fetched for so long, and what that looks like.

use std::time::Duration;

use engine::model::{Rest, RestFor};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::args::Global;
use crate::exit::{Ended, Exit};
use crate::lines::Line;
use crate::output::Output;
use crate::session::{Need, Session};

pub async fn run(global: &Global, time: Duration, out: &Output) -> Ended {
    Session::with(global, Need::Queue, async |session| {
        session.handle().rest_for(time).await?;
        let rest = session.handle().bandwidth().await?.rest;
        out.line(&Line::Rest { rest })?;
        if let Some(rest) = rest {
            out.say(sentence(&rest))?;
        }
        Ok(Exit::Well)
    })
    .await
}

/// Why nothing is sent, and until when.
pub fn sentence(rest: &Rest) -> String {
    let until = rest.until.and_then(|until| Timestamp::from_millisecond(until).ok());
    let until = until.map(|until| {
        let now = Timestamp::now().to_zoned(TimeZone::system());
        let until = until.to_zoned(TimeZone::system());
        let shape = if until.date() == now.date() { "%H:%M" } else { "%Y-%m-%d %H:%M" };
        format!(" until {}", until.strftime(shape))
    });
    let until = until.unwrap_or_default();
    match rest.reason {
        RestFor::User => format!("Paused{until}; `ferry resume --all` goes on before."),
        RestFor::Timetable => format!("The timetable says to rest{until}."),
        RestFor::Battery => "The computer runs on its battery; Ferry rests until it is plugged in.".into(),
        RestFor::Metered => "The line is paid by the byte; Ferry rests until there is another.".into(),
    }
}
