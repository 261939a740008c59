//! `ferry mkdir` and `ferry mkalbum`

use engine::model::NodeKind;

use crate::args::{Global, Make};
use crate::exit::{Ended, Exit, Problem};
use crate::lines::Line;
use crate::output::Output;
use crate::place;
use crate::session::{Need, Session};

pub async fn run(global: &Global, make: Make, kind: NodeKind, out: &Output) -> Ended {
    if place::is_id(&make.dest) || make.dest.trim_matches(['/', ' ']).is_empty() {
        return Err(Problem::usage("name what is to be made, such as Marketing/Spring."));
    }
    Session::with(global, Need::Tenant, async |session| {
        let account = session.account().await?;
        let destination = place::find(session.handle(), account.id, &make.dest, kind, true).await?;
        out.line(&Line::Destination { destination: &destination })?;
        out.say(place::shown(&destination))?;
        Ok(Exit::Well)
    })
    .await
}
