//! Notices: hosts send them, the office approves and numbers them, everybody reads what was approved.

use super::auth::{HostOf, KeeperOf, OfStudio, Office, SignedIn};
use super::authority::{Authority, SupervisorOf};
use super::body::{Id, Json};
use super::error::{ApiError, Need, Refused};
use super::report;
use super::shapes::{
    Named, NoticeDecisionForm, NoticeDraftForm, NoticeDraftView, NoticeForm, NoticeView, NoticeWithdrawalForm, Rows,
    WordView,
};
use super::state::AppState;
use crate::domain::notice::NoticeDraft;
use crate::domain::{
    Activity, ActivityId, Day, Notice, NoticeId, NoticeState, OfficeTier, Officer, RegionTree, Studio, StudioId,
};
use crate::store::{self, Noun};
use axum::extract::State;
use axum::http::StatusCode;

/// A notice with the Activity that it is about.
pub(super) struct About {
    notice: Notice,
    activity: Activity,
}

impl OfStudio for About {
    async fn load(app: &AppState, id: &str) -> Result<Self, ApiError> {
        let id = NoticeId::parse(id).map_err(|_| ApiError::Missing(Noun::Notice))?;
        let notice = store::notice::get(&app.store, id).await?;
        let activity = store::activity::get(&app.store, notice.activity).await?;
        Ok(Self { notice, activity })
    }

    fn studio(&self) -> StudioId {
        self.activity.studio
    }

    fn day(&self) -> Option<Day> {
        self.activity.day()
    }
}

/// Sends a notice for review. While one waits, or was approved and holds, there is no other.
#[utoipa::path(post, path = "/api/activities/{id}/notices", tag = "notices", params(("id" = String, Path)),
    request_body = NoticeForm, responses((status = 201, body = NoticeView), (status = 403, body = Refused),
    (status = 409, description = "There is one, or the Activity was cancelled", body = Refused),
    (status = 422, body = Refused)))]
pub(super) async fn send(
    State(app): State<AppState>,
    host: HostOf<Activity>,
    Json(form): Json<NoticeForm>,
) -> Result<(StatusCode, axum::Json<NoticeView>), ApiError> {
    let by = host.me.profile.account.id;
    let sent = store::notice::send(&app.store, host.noun.id, form.content, by, app.clock.now()).await?;
    Ok((StatusCode::CREATED, axum::Json(one(&app, &host.me, sent, &host.noun).await?)))
}

/// What the hosts of an Activity have written of its next notice; empty where nobody has begun one.
#[utoipa::path(get, path = "/api/activities/{id}/notice-draft", tag = "notices", params(("id" = String, Path)),
    responses((status = 200, body = NoticeDraftView), (status = 403, body = Refused)))]
pub(super) async fn draft(
    State(app): State<AppState>,
    host: HostOf<Activity>,
) -> Result<axum::Json<NoticeDraftView>, ApiError> {
    let found = store::notice_draft::of(&app.store, host.noun.id).await?;
    Ok(axum::Json(
        found.map_or(NoticeDraftView { content: String::new(), revision: 0, by: None, at: None }, draft_view),
    ))
}

/// Saves it, unless somebody else has saved another one since. Sending a notice ends its draft.
#[utoipa::path(put, path = "/api/activities/{id}/notice-draft", tag = "notices", params(("id" = String, Path)),
    request_body = NoticeDraftForm, responses((status = 200, body = NoticeDraftView), (status = 403, body = Refused),
    (status = 409, description = "Changed since, or sent", body = Refused), (status = 422, body = Refused)))]
pub(super) async fn save_draft(
    State(app): State<AppState>,
    host: HostOf<Activity>,
    Json(form): Json<NoticeDraftForm>,
) -> Result<axum::Json<NoticeDraftView>, ApiError> {
    let (by, said) = (host.me.profile.account.id, (form.content, form.revision));
    let saved = store::notice_draft::save(&app.store, host.noun.id, said, by, app.clock.now()).await?;
    Ok(axum::Json(draft_view(saved)))
}

fn draft_view(draft: NoticeDraft) -> NoticeDraftView {
    let NoticeDraft { content, revision, by_name, at } = draft;
    NoticeDraftView { content, revision, by: Some(by_name), at: Some(at) }
}

/// The notices of an Activity, the newest last: all of them for those who keep the Studio, what was approved for everybody.
#[utoipa::path(get, path = "/api/activities/{id}/notices", tag = "notices", params(("id" = String, Path)),
    responses((status = 200, body = Rows<NoticeView>), (status = 401, body = Refused)))]
pub(super) async fn of_activity(
    State(app): State<AppState>,
    me: SignedIn,
    Id(id): Id,
) -> Result<axum::Json<Rows<NoticeView>>, ApiError> {
    let id = ActivityId::parse(&id).map_err(|_| ApiError::Missing(Noun::Activity))?;
    let activity = store::activity::get(&app.store, id).await?;
    let studio = store::studio::get(&app.store, activity.studio).await?;
    let hosts = me.hosts(&app, studio.id).await?;
    let rights = Rights::of(&app, &Authority::of(&app, &me).await?, &studio, &activity, hosts);
    let keeps = rights.keeps();
    let told = |notice: &Notice| keeps || notice.was_approved();
    let tree = store::region::tree(&app.store).await?;
    let found = store::notice::of_activity(&app.store, id).await?.into_iter().filter(told);
    Ok(axum::Json(Rows { rows: found.map(|notice| view(notice, &activity, &tree, &rights)).collect() }))
}

/// Approves a notice, which gives it a number of the office's Region, or returns it with a reason. Nobody decides about
/// their own.
#[utoipa::path(post, path = "/api/notices/{id}/decision", tag = "notices", params(("id" = String, Path)),
    request_body = NoticeDecisionForm, responses((status = 200, body = NoticeView), (status = 403, body = Refused),
    (status = 409, description = "One's own, or decided already", body = Refused), (status = 422, body = Refused)))]
pub(super) async fn decide(
    State(app): State<AppState>,
    office: SupervisorOf<About>,
    Json(form): Json<NoticeDecisionForm>,
) -> Result<axum::Json<NoticeView>, ApiError> {
    let SupervisorOf { me, by, noun: About { notice, activity }, studio, .. } = office;
    if notice.sent_by == by.account {
        return Err(ApiError::conflict("own_notice", "自己送审的通知不能自己审批，请工作站的其他人处理。"));
    }
    let region = form.approved.then(|| me.profile.account.scope.unwrap_or(studio.region));
    let said = (region, form.reason);
    let decided = store::notice::decide(&app.store, notice.id, said, by, app.clock.now()).await?;
    tracing::info!(notice = %decided.id, approved = form.approved, "decided");
    report::issue_notice(&app, &decided).await?;
    Ok(axum::Json(one(&app, &me, decided, &activity).await?))
}

/// Takes an approved notice back, whose number is not given again; its Studio also one that nobody has decided about.
#[utoipa::path(post, path = "/api/notices/{id}/withdrawal", tag = "notices", params(("id" = String, Path)),
    request_body = NoticeWithdrawalForm, responses((status = 200, body = NoticeView), (status = 403, body = Refused),
    (status = 409, description = "Not approved, or taken back already", body = Refused), (status = 422, body = Refused)))]
pub(super) async fn withdraw(
    State(app): State<AppState>,
    keeper: KeeperOf<About>,
    Json(form): Json<NoticeWithdrawalForm>,
) -> Result<axum::Json<NoticeView>, ApiError> {
    let (me, About { notice, activity }) = (keeper.me, keeper.noun);
    // Its Studio may always; of the offices those that might have approved it.
    let tier = match me.hosts(&app, activity.studio).await? {
        true => None,
        false => {
            let studio = store::studio::get(&app.store, activity.studio).await?;
            let tier = Authority::of(&app, &me).await?.tier_over(&studio);
            Some(tier.ok_or(ApiError::Forbidden(Need::HostOrOffice))?)
        }
    };
    let by = (me.profile.account.id, tier);
    let withdrawn = store::notice::withdraw(&app.store, notice.id, form.reason, by, app.clock.now()).await?;
    Ok(axum::Json(one(&app, &me, withdrawn, &activity).await?))
}

/// The notices that wait for this office, the oldest first.
#[utoipa::path(get, path = "/api/notices", tag = "notices",
    responses((status = 200, body = Rows<NoticeView>), (status = 403, body = Refused)))]
pub(super) async fn waiting(
    State(app): State<AppState>,
    office: Office,
) -> Result<axum::Json<Rows<NoticeView>>, ApiError> {
    Ok(axum::Json(Rows { rows: waiting_for(&app, &office.0).await? }))
}

/// Of a Studio that works no more nobody waits for a word.
pub(super) async fn waiting_for(app: &AppState, me: &SignedIn) -> Result<Vec<NoticeView>, ApiError> {
    let today = app.clock.now().day();
    let tree = store::region::tree(&app.store).await?;
    let authority = Authority::of(app, me).await?;
    let found = store::notice::waiting(&app.store, me.profile.account.scope).await?;
    let activities: Vec<ActivityId> = found.iter().map(|notice| notice.activity).collect();
    let activities = store::activity::by_ids(&app.store, &activities).await?;
    let studios: Vec<StudioId> = activities.values().map(|activity| activity.studio).collect();
    let studios = store::studio::by_ids(&app.store, &studios).await?;
    let row = |notice: Notice| {
        let activity = activities.get(&notice.activity)?;
        let studio = studios.get(&activity.studio).filter(|studio| studio.works_on(today))?;
        let rights = Rights::of(app, &authority, studio, activity, false);
        Some(view(notice, activity, &tree, &rights))
    };
    Ok(found.into_iter().filter_map(row).collect())
}

/// What somebody may do about the notices of an Activity.
struct Rights {
    hosts: bool,
    /// Of the office of theirs that supervises the Studio.
    tier: Option<OfficeTier>,
    /// Where it is not their own matter.
    decides: Option<Officer>,
}

impl Rights {
    fn of(app: &AppState, authority: &Authority, studio: &Studio, activity: &Activity, hosts: bool) -> Self {
        let decides = authority.over(app, studio, activity.planned_start.day()).ok();
        Self { hosts, tier: authority.tier_over(studio), decides }
    }

    fn keeps(&self) -> bool {
        self.hosts || self.tier.is_some()
    }
}

/// As it is told to somebody who has just changed it.
async fn one(app: &AppState, me: &SignedIn, notice: Notice, activity: &Activity) -> Result<NoticeView, ApiError> {
    let studio = store::studio::get(&app.store, activity.studio).await?;
    let hosts = me.hosts(app, studio.id).await?;
    let authority = Authority::of(app, me).await?;
    let rights = Rights::of(app, &authority, &studio, activity, hosts);
    Ok(view(notice, activity, &store::region::tree(&app.store).await?, &rights))
}

fn view(notice: Notice, activity: &Activity, tree: &RegionTree, rights: &Rights) -> NoticeView {
    let number = notice.decision.as_ref().and_then(|decision| decision.number);
    let state = notice.state();
    let after = |tier: OfficeTier| tier.decides_after(notice.last_tier).is_ok();
    let decides = |by: Officer| after(by.tier) && by.account != notice.sent_by;
    let word = |reason: String, by: String, at| WordView { reason, by, at };
    NoticeView {
        id: notice.id,
        activity: Named::new(activity.id, &activity.title),
        state,
        number: number.map(|number| {
            let region = tree.get(number.region).map_or("", |region| &region.name);
            format!("{region}{number}")
        }),
        may_decide: state == NoticeState::Sent && rights.decides.is_some_and(decides),
        may_withdraw: match state {
            NoticeState::Sent => rights.hosts,
            NoticeState::Approved => rights.hosts || rights.tier.is_some_and(after),
            NoticeState::Returned | NoticeState::Withdrawn => false,
        },
        outdated: notice.is_outdated(),
        content: notice.content,
        sent_by: notice.sent_by_name,
        sent_at: notice.sent_at,
        decision: notice.decision.map(|one| word(one.reason, one.by_name, one.at)),
        withdrawal: notice.withdrawal.map(|one| word(one.reason, one.by_name, one.at)),
    }
}
