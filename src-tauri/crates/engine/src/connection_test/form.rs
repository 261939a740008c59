//! The sample by form: begun, and cut off in the middle. A store keeps nothing of it (canto-api.md §8.3 [A]), and nothing
//! can be gone on with.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use canto_api::{FileBody, ObjectFields, PostOptions, UploadSetting, post_object};

use super::course::{Course, Found};
use super::hosts::shown;
use super::sample::{SIZE, picture_name};
use crate::clock::random_word;
use crate::model::{StepKind, StepWord};
use crate::transfer::failure::failure_of;
use crate::transfer::parts::{half_of, until};
use crate::transfer::upload::TransferContext;

/// `false`: the store can't be sent to.
pub async fn by_form(course: &Course, context: &TransferContext, setting: &Arc<UploadSetting>) -> bool {
    let store = shown(&setting.url);
    let cut = async {
        let name = picture_name(&context.world);
        let form = setting.form(&ObjectFields {
            key_tail: &random_word(&*context.world, 16),
            file_name: &name,
            ..ObjectFields::default()
        });
        let half = SIZE / 2;
        let mut bytes = vec![0; usize::try_from(half).unwrap_or_default()];
        context.world.random(&mut bytes);
        let out = Arc::<AtomicU64>::default();
        let body = FileBody::Stream { length: SIZE, blocks: half_of(Bytes::from(bytes), context) };
        let options = PostOptions { progress: Some(Arc::clone(&out)), ..context.post_options() };
        let http = context.tenants.network().to_store();
        let post = post_object(http.client(), &setting.url, form, body, options);
        let ended = tokio::select! {
            biased;
            ended = post => ended.map(|_| ()),
            // The other half never comes; dropped, the client ends its connection.
            () = until(&out, half) => Ok(()),
        };
        ended.map_err(|error| failure_of(&error))?;
        let found =
            Found::from(StepWord::CutOff).with("out", out.load(Ordering::Relaxed)).with("bytes", SIZE);
        Ok(((), found))
    };
    let went_well = course.step(StepKind::Cut, Some(&store), cut).await.is_some();
    let next = if went_well { StepWord::FormAnew } else { StepWord::EarlierFailed };
    course.skip(StepKind::Resume, Some(&store), next);
    went_well
}
