//! Work that another program on the same data directory has written down for the running engine.

use std::path::PathBuf;

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tokio::sync::oneshot;

use super::message::ToOwner;
use super::owner::Owner;
use super::values::TemplateChange;
use super::watched::NewWatched;
use crate::error::{ErrorCode, Failure, Outcome};
use crate::model::{
    AccountId, Destination, DuplicateAnswer, DuplicateReach, Enqueue, JobAction, JobSelection,
    MetadataTemplate, MetadataValues, QueueSpot, SettingKey, WatchedChange, WatchedId,
};
use crate::store::accounts::AccountRow;
use crate::store::mirror_changes::MirrorChange;
use crate::store::new_values::NewValues;
use crate::store::{failure_of, requests};

/// What can be asked.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
pub enum Request {
    Enqueue {
        request: Box<Enqueue>,
        #[serde(default)]
        values: Box<NewValues>,
    },
    CorrectValues {
        account: AccountId,
        selection: JobSelection,
        values: Box<MetadataValues>,
    },
    SaveTemplate {
        account: AccountId,
        template: MetadataTemplate,
    },
    DeleteTemplate {
        account: AccountId,
        name: String,
    },
    Control {
        selection: JobSelection,
        action: JobAction,
    },
    Move {
        selection: JobSelection,
        spot: QueueSpot,
    },
    Retarget {
        account: AccountId,
        selection: JobSelection,
        destination: Destination,
    },
    Decide {
        answer: DuplicateAnswer,
        reach: DuplicateReach,
    },
    PutAccount {
        row: Box<AccountRow>,
    },
    DropAccount {
        account: AccountId,
        drop_queue: bool,
    },
    PutSetting {
        key: SettingKey,
        value: Option<String>,
    },
    Relocate {
        old: String,
        new: PathBuf,
    },
    AddWatched {
        new: Box<NewWatched>,
    },
    ChangeWatched {
        folder: WatchedId,
        change: WatchedChange,
    },
    Mirror {
        changes: Vec<MirrorChange>,
    },
}

/// How it is answered.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer<T> {
    Ok(T),
    Err(Failure),
}

/// Reads an answer.
pub fn read_answer<T: DeserializeOwned>(text: &str) -> Outcome<T> {
    match serde_json::from_str(text) {
        Ok(Answer::Ok(value)) => Ok(value),
        Ok(Answer::Err(failure)) => Err(failure),
        Err(error) => Err(Failure::new(ErrorCode::Internal).because(error)),
    }
}

impl Owner {
    pub(super) fn take_requests(&mut self) -> Outcome<()> {
        for (id, body) in requests::open(&self.db).map_err(failure_of)? {
            if !self.requests_taken.insert(id) {
                continue;
            }
            match serde_json::from_str(&body) {
                Ok(request) => self.take_request(id, request),
                Err(error) => {
                    let failure = Failure::new(ErrorCode::RequestInvalid).because(error);
                    self.answer_request(id, &text::<()>(Answer::Err(failure)))?;
                }
            }
        }
        Ok(())
    }

    /// Sends the request to itself as a message; the answer comes back as one.
    fn take_request(&self, id: i64, request: Request) {
        let message = match request {
            Request::Enqueue { request, values } => {
                ToOwner::Enqueue { request, values, reply: self.answering(id) }
            }
            Request::CorrectValues { account, selection, values } => {
                ToOwner::CorrectValues { account, selection, values, reply: self.answering(id) }
            }
            Request::SaveTemplate { account, template } => {
                let change = TemplateChange::Save(template);
                ToOwner::Template { account, change, reply: self.answering(id) }
            }
            Request::DeleteTemplate { account, name } => {
                let change = TemplateChange::Delete(name);
                ToOwner::Template { account, change, reply: self.answering(id) }
            }
            Request::Control { selection, action } => {
                ToOwner::Control { selection, action, reply: self.answering(id) }
            }
            Request::Decide { answer, reach } => ToOwner::Decide { answer, reach, reply: self.answering(id) },
            Request::Move { selection, spot } => ToOwner::Move { selection, spot, reply: self.answering(id) },
            Request::Retarget { account, selection, destination } => {
                ToOwner::Retarget { account, selection, destination, reply: self.answering(id) }
            }
            Request::PutAccount { row } => ToOwner::PutAccount { row, reply: self.answering(id) },
            Request::DropAccount { account, drop_queue } => {
                ToOwner::DropAccount { account, drop_queue, reply: self.answering(id) }
            }
            Request::Relocate { old, new } => ToOwner::Relocate { old, new, reply: self.answering(id) },
            Request::AddWatched { new } => ToOwner::AddWatched { new, reply: self.answering(id) },
            Request::ChangeWatched { folder, change } => {
                ToOwner::ChangeWatched { folder, change, reply: self.answering(id) }
            }
            Request::Mirror { changes } => ToOwner::Mirror { changes, reply: self.answering(id) },
            Request::PutSetting { key, value } => {
                ToOwner::PutSetting { key, value, reply: self.answering(id) }
            }
        };
        drop(self.links.owner.send(message));
    }

    fn answering<T: Serialize + Send + 'static>(&self, id: i64) -> oneshot::Sender<Outcome<T>> {
        let (reply, answer) = oneshot::channel::<Outcome<T>>();
        let owner = self.links.owner.clone();
        let wait = move || {
            let answer = match answer.blocking_recv() {
                Ok(Ok(value)) => Answer::Ok(value),
                Ok(Err(failure)) => Answer::Err(failure),
                Err(_) => Answer::Err(Failure::new(ErrorCode::Internal).because("the engine stopped")),
            };
            drop(owner.send(ToOwner::AnswerRequest { id, answer: text(answer) }));
        };
        // Should the thread not start, the asker's own time limit ends its waiting.
        drop(std::thread::Builder::new().name(format!("request-{id}")).spawn(wait));
        reply
    }

    pub(super) fn answer_request(&mut self, id: i64, answer: &str) -> Outcome<()> {
        self.begin()?;
        self.requests_taken.remove(&id);
        requests::answer(&self.db, id, answer).map_err(failure_of)
    }
}

fn text<T: Serialize>(answer: Answer<T>) -> String {
    serde_json::to_string(&answer).unwrap_or_default()
}
