//! Recruitments: opened by hosts for their Studio, by offices for Studios of their Region or for new ones.

use super::applications::desk::{Desk, case_for};
use super::applications::{Keeping, told, view};
use super::auth::{KeeperOf, OfficeOf, SignedIn};
use super::body::{Id, Json, PageQuery, Query};
use super::error::{ApiError, Refused};
use super::shapes::{
    ApplicationDraftForm, ConditionView, Named, PageOf, RecruitmentCard, RecruitmentChangeForm, RecruitmentChangeView,
    RecruitmentForm, RecruitmentPage, RecruitmentState, SlotView,
};
use super::state::AppState;
use super::{attachments, policies, regions, schools};
use crate::domain::application::{Step, item_slots};
use crate::domain::policy::{Condition, PublicityBy};
use crate::domain::{
    Application, ApplicationDraft, ApplicationForm, ApplicationState, Day, MemberRole, NewRecruitment, Recruitment,
    RecruitmentId, Region, RegionId, Studio, StudioId,
};
use crate::store::recruitment::Reader;
use crate::store::{self, Noun};
use axum::extract::State;
use axum::http::StatusCode;
use std::collections::HashMap;

/// Opens one for a Studio: core members or trainees of its programme.
#[utoipa::path(post, path = "/api/studios/{id}/recruitments", tag = "applications", params(("id" = String, Path)),
    request_body = RecruitmentForm, responses((status = 201, body = RecruitmentCard), (status = 403, body = Refused),
    (status = 409, description = "The Studio has no Policy", body = Refused), (status = 422, body = Refused)))]
pub(super) async fn open_for_studio(
    State(app): State<AppState>,
    keeper: KeeperOf<Studio>,
    Json(form): Json<RecruitmentForm>,
) -> Result<(StatusCode, axum::Json<RecruitmentCard>), ApiError> {
    let KeeperOf { me, noun: studio } = keeper;
    let policy = policies::of(&app, &studio)?.key.clone();
    let new = NewRecruitment { policy, studio: Some(studio.id), most_choices: 1, ..asked(form, studio.region) };
    opened(&app, &me, new).await
}

/// Opens one for a Region: new Studios for hosts, or members whom all Studios of the programme there may take.
#[utoipa::path(post, path = "/api/regions/{id}/recruitments", tag = "applications", params(("id" = String, Path)),
    request_body = RecruitmentForm, responses((status = 201, body = RecruitmentCard), (status = 403, body = Refused),
    (status = 422, body = Refused)))]
pub(super) async fn open_for_region(
    State(app): State<AppState>,
    office: OfficeOf<Region>,
    Json(form): Json<RecruitmentForm>,
) -> Result<(StatusCode, axum::Json<RecruitmentCard>), ApiError> {
    let OfficeOf { office, noun: region } = office;
    if let Some(tier) = form.tier {
        office.must_found(&app, tier).await?;
    }
    opened(&app, &office.0, asked(form, region.id)).await
}

fn asked(form: RecruitmentForm, region: RegionId) -> NewRecruitment {
    NewRecruitment {
        policy: form.policy,
        role: form.role,
        studio: None,
        region,
        tier: form.tier,
        kind: form.kind,
        title: form.title,
        content: form.content,
        places: form.places,
        most_choices: form.most_choices,
        school_consents: form.school_consents,
        office_approves: form.office_approves,
        opens: form.opens,
        closes: form.closes,
    }
}

async fn opened(
    app: &AppState,
    me: &SignedIn,
    new: NewRecruitment,
) -> Result<(StatusCode, axum::Json<RecruitmentCard>), ApiError> {
    let made = store::recruitment::open(&app.store, new, me.profile.account.id, app.clock.now()).await?;
    tracing::info!(recruitment = %made.id, role = made.role.code(), "opened");
    let desk = Desk::of(app, me).await?;
    let cards = cards(app, &desk, me, vec![made]).await?;
    let card = cards.into_iter().next().ok_or(ApiError::Missing(Noun::Recruitment))?;
    Ok((StatusCode::CREATED, axum::Json(card)))
}

/// Moves the closing day, with a reason that everybody reads.
#[utoipa::path(post, path = "/api/recruitments/{id}/closing", tag = "applications", params(("id" = String, Path)),
    request_body = RecruitmentChangeForm, responses((status = 200, body = RecruitmentPage), (status = 403, body = Refused),
    (status = 422, body = Refused)))]
pub(super) async fn change(
    State(app): State<AppState>,
    Keeping { me, desk, recruitment }: Keeping,
    Json(form): Json<RecruitmentChangeForm>,
) -> Result<axum::Json<RecruitmentPage>, ApiError> {
    let said = (form.closes, form.reason);
    let changed = store::recruitment::change(&app.store, recruitment.id, said, desk.me, app.clock.now()).await?;
    page(&app, &me, changed).await
}

/// Those that concern the asker: of their province, and those that they keep; open ones first, by closing day.
#[utoipa::path(get, path = "/api/recruitments", tag = "applications", params(PageQuery),
    responses((status = 200, body = PageOf<RecruitmentCard>), (status = 401, body = Refused)))]
pub(super) async fn list(
    State(app): State<AppState>,
    me: SignedIn,
    Query(page): Query<PageQuery>,
) -> Result<axum::Json<PageOf<RecruitmentCard>>, ApiError> {
    let desk = Desk::of(&app, &me).await?;
    let top = |region| desk.tree.path(region).first().map(|top| top.id);
    let home = me.profile.school.as_ref().map(|school| school.region).or(desk.scope);
    let (province, scope) = (home.and_then(top), desk.scope);
    let reader = Reader { account: desk.me, admin: desk.admin, province, scope };
    let found = store::recruitment::list(&app.store, &reader, app.clock.now().day(), page.page()).await?;
    let (total, shown) = (found.total, found.page);
    let rows = cards(&app, &desk, &me, found.rows).await?;
    Ok(axum::Json(PageOf { rows, total, page: shown.number, size: shown.size }))
}

#[utoipa::path(get, path = "/api/recruitments/{id}", tag = "applications", params(("id" = String, Path)),
    responses((status = 200, body = RecruitmentPage), (status = 404, body = Refused)))]
pub(super) async fn read(
    State(app): State<AppState>,
    me: SignedIn,
    Id(id): Id,
) -> Result<axum::Json<RecruitmentPage>, ApiError> {
    let id = RecruitmentId::parse(&id).map_err(|_| ApiError::Missing(Noun::Recruitment))?;
    let recruitment = store::recruitment::get(&app.store, id).await?;
    page(&app, &me, recruitment).await
}

async fn page(
    app: &AppState,
    me: &SignedIn,
    recruitment: Recruitment,
) -> Result<axum::Json<RecruitmentPage>, ApiError> {
    let desk = Desk::of(app, me).await?;
    let today = app.clock.now().day();
    let own = store::application::of_person(&app.store, recruitment.id, desk.me).await?;
    let draft = own.as_ref().map_or_else(|| first_draft(me, &recruitment), |own| own.draft.clone());
    let files: Vec<_> = draft.form.items.iter().filter_map(|item| item.attachment).collect();
    let policy = store::policy::in_force(&app.store, &recruitment.policy, today);
    let rules = policy.iter().flat_map(|policy| &policy.conditions).filter(|one| one.role == recruitment.role);
    let slots = policy.as_ref().map_or_else(Vec::new, |policy| item_slots(policy, recruitment.role));
    let studios = match recruitment.role {
        MemberRole::Host => Vec::new(),
        _ => store::application::studios_of(&app.store, &recruitment).await?,
    };
    let (application, may_write) = match own {
        Some(own) => {
            let (case, studios) = case_for(app, &desk, own).await?;
            let may_write = case.application.may_write(&recruitment, &case.stops).is_ok();
            (Some(view::whole(app, &desk, &case, &studios).await?), may_write)
        }
        None => (None, true),
    };
    let changes = recruitment.changes.iter().map(|one| RecruitmentChangeView {
        closes: one.closes,
        reason: one.reason.clone(),
        by: one.by.name.clone(),
        at: one.at,
    });
    let findings = told(app, me, &recruitment, &draft).await?;
    let card = cards(app, &desk, me, vec![recruitment.clone()]).await?.into_iter().next();
    Ok(axum::Json(RecruitmentPage {
        card: card.ok_or(ApiError::Missing(Noun::Recruitment))?,
        content: recruitment.content.clone(),
        opened_by: recruitment.opened_by.name.clone(),
        changes: changes.collect(),
        conditions: rules.map(condition).collect(),
        slots: slots.into_iter().map(|(key, title)| SlotView { key, title }).collect(),
        studios: studios.into_iter().map(|(id, name)| Named::new(id, name)).collect(),
        steps: steps(&recruitment),
        publicity_days: policy.and_then(|policy| policy.publicity_days(PublicityBy::Office, recruitment.role)),
        school: me.profile.school.as_ref().map(schools::name),
        findings: findings.iter().map(view::finding).collect(),
        attachments: attachments::views(app, &files).await?,
        draft: ApplicationDraftForm { fields: view::fields(&draft.form), choices: draft.choices },
        application,
        may_write,
    }))
}

/// What is known of the asker already.
fn first_draft(me: &SignedIn, recruitment: &Recruitment) -> ApplicationDraft {
    let account = &me.profile.account;
    let form = ApplicationForm {
        phone: account.phone.clone().unwrap_or_default(),
        subject: account.subject.clone(),
        title: account.title.clone(),
        ..ApplicationForm::default()
    };
    ApplicationDraft { form, choices: recruitment.studio.into_iter().collect() }
}

fn steps(recruitment: &Recruitment) -> Vec<Step> {
    let host = recruitment.role == MemberRole::Host;
    let all = [
        (!host, Step::Host),
        (recruitment.school_consents, Step::School),
        (host, Step::Recommendation),
        (recruitment.office_approves, Step::Office),
    ];
    all.into_iter().filter_map(|(asked, step)| asked.then_some(step)).collect()
}

fn condition(one: &Condition) -> ConditionView {
    ConditionView {
        id: one.id.clone(),
        title: one.title.clone(),
        waivable: one.waivable,
        rural: one.rural,
        quote: one.sources.first().map_or_else(String::new, |source| source.quote.clone()),
    }
}

async fn cards(
    app: &AppState,
    desk: &Desk,
    me: &SignedIn,
    found: Vec<Recruitment>,
) -> Result<Vec<RecruitmentCard>, ApiError> {
    let today = app.clock.now().day();
    let ids: Vec<RecruitmentId> = found.iter().map(|one| one.id).collect();
    let taken = store::application::taken(&app.store, &ids).await?;
    let publicised = store::application::publicised(&app.store, &ids).await?;
    let studios: Vec<StudioId> = found.iter().filter_map(|one| one.studio).collect();
    let studios = store::studio::by_ids(&app.store, &studios).await?;
    let own = store::application::of_account(&app.store, me.profile.account.id).await?;
    let own = states(app, desk, own).await?;
    let card = |one: Recruitment| {
        let policy = store::policy::in_force(&app.store, &one.policy, one.opens);
        RecruitmentCard {
            role_title: view::called(app, &one),
            policy: Named::new(&one.policy, policy.map_or_else(String::new, |policy| policy.title.clone())),
            studio: one.studio.and_then(|id| studios.get(&id)).map(|studio| Named::new(studio.id, &studio.name)),
            region: regions::name(one.region, &desk.tree),
            taken: taken.get(&one.id).copied().unwrap_or(0),
            publicised: publicised.get(&one.id).copied().unwrap_or(0),
            state: state(&one, today),
            keeps: desk.keeps(&one),
            mine: own.get(&one.id).copied(),
            id: one.id,
            title: one.title,
            role: one.role,
            tier: one.tier,
            kind: one.kind,
            places: one.places,
            most_choices: one.most_choices,
            opens: one.opens,
            closes: one.closes,
        }
    };
    Ok(found.into_iter().map(card).collect())
}

async fn states(
    app: &AppState,
    desk: &Desk,
    own: Vec<Application>,
) -> Result<HashMap<RecruitmentId, ApplicationState>, ApiError> {
    let (cases, _) = super::applications::desk::cases(app, &desk.tree, own).await?;
    Ok(cases.iter().map(|case| (case.recruitment.id, case.state())).collect())
}

fn state(recruitment: &Recruitment, today: Day) -> RecruitmentState {
    if recruitment.closes < today {
        RecruitmentState::Closed
    } else if today < recruitment.opens {
        RecruitmentState::Coming
    } else {
        RecruitmentState::Open
    }
}
