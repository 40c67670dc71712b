//! Resources as the pages show them.

use super::desk::Desk;
use super::media::Pass;
use crate::domain::resource::files::POSTER;
use crate::domain::resource::{Resource, ResourceStep, Sees, Standing};
use crate::domain::{ActivityId, ResourceId, SeriesId, StudioId};
use crate::http::error::ApiError;
use crate::http::shapes::{
    Named, ResourceActivity, ResourceFigures, ResourceMay, ResourcePresenter, ResourceSeries, ResourceView,
};
use crate::http::state::AppState;
use crate::store;
use crate::store::replay::Figures;

pub(super) async fn view(app: &AppState, desk: &Desk, one: Resource) -> Result<ResourceView, ApiError> {
    let mut views = views(app, desk, vec![one]).await?;
    views.pop().ok_or(ApiError::Missing(store::Noun::Resource))
}

/// In the order in which they come, whatever the number with the same few queries.
pub(super) async fn views(app: &AppState, desk: &Desk, all: Vec<Resource>) -> Result<Vec<ResourceView>, ApiError> {
    let ids: Vec<ResourceId> = all.iter().map(|one| one.id).collect();
    let studios: Vec<StudioId> = all.iter().map(|one| one.studio).collect();
    let activities: Vec<ActivityId> = all.iter().filter_map(|one| one.activity).collect();
    let series: Vec<SeriesId> = all.iter().filter_map(|one| one.series).collect();
    let studios = store::studio::by_ids(&app.store, &studios).await?;
    let activities = store::activity::by_ids(&app.store, &activities).await?;
    let series = store::series::by_ids(&app.store, &series).await?;
    let figures = store::replay::figures(&app.store, &ids).await?;
    let posters = store::resource::having(&app.store, &ids, POSTER).await?;
    let mut views = Vec::with_capacity(all.len());
    for one in all {
        let Some(studio) = studios.get(&one.studio) else { continue };
        let standing = desk.standing(app, studio);
        let poster = posters.contains(&one.id).then(|| Pass::of(app, &one, standing).url(app, POSTER));
        let activity = one.activity.and_then(|id| activities.get(&id)).map(|activity| ResourceActivity {
            id: activity.id,
            title: activity.title.clone(),
            starts_at: activity.planned_start,
        });
        let series = one.series.and_then(|id| series.get(&id));
        let keeps = standing.sees(&one) == Sees::Everything;
        views.push(ResourceView {
            id: one.id,
            studio: Named::new(studio.id, &studio.name),
            kind: one.kind,
            duration_ms: one.shown_ms(),
            may: may(standing, &one),
            figures: figures.get(&one.id).map(told).unwrap_or_default(),
            activity,
            series: series.map(|series| ResourceSeries { id: series.id, title: series.title.clone() }),
            presenters: one
                .presenters
                .into_iter()
                .map(|person| ResourcePresenter { id: person.account, name: person.name })
                .collect(),
            title: one.title,
            summary: one.summary,
            subject: one.subject,
            stage: one.stage,
            state: one.state,
            visibility: one.visibility,
            selection: one.selection,
            selection_reason: one.selection_reason,
            downloadable: one.downloadable,
            bytes: one.bytes,
            created_at: one.created_at,
            published_at: one.published_at,
            withdrawn_reason: one.withdrawn_reason,
            legal_hold: keeps && one.legal_hold,
            keep_until: one.keep_until.filter(|_| keeps),
            poster_url: poster,
        });
    }
    Ok(views)
}

fn may(standing: Standing, one: &Resource) -> ResourceMay {
    ResourceMay {
        edit: standing.may_edit(one),
        submit: standing.may(ResourceStep::Submitted, one),
        publish: standing.may(ResourceStep::Published, one),
        withdraw: standing.may(ResourceStep::Withdrawn, one),
        nominate: standing.may(ResourceStep::Nominated, one),
        select: standing.may(ResourceStep::Selected, one),
        hold: standing.decides,
        download: standing.may_download(one),
    }
}

fn told(figures: &Figures) -> ResourceFigures {
    ResourceFigures {
        clicks: figures.clicks,
        viewers: figures.viewers,
        watched_ms: figures.watched_ms,
        used: figures.used,
        rating_average: figures.rating_average(),
        ratings: figures.ratings,
    }
}
