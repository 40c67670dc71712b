//! Roster sheets: a Studio's members as an xlsx file, to be filled in, checked, and taken in.

mod reach;
mod view;

use super::auth::{KeeperOf, SignedIn};
use super::body::Query;
use super::disposition::FileName;
use super::error::{ApiError, Refused};
use super::memberships::keeper_of;
use super::report::{Cell, Sheet, columns, one_sheet};
use super::shapes::{RosterAnswer, RosterChoiceForm, RosterSearch, SheetSearch};
use super::state::AppState;
use super::table_file::{MEDIA_TYPE, MOST_BODY_BYTES, Table, TableForm, uploaded};
use crate::domain::application::marks_asked;
use crate::domain::case::Decider;
use crate::domain::roster::{
    BACKBONE, FROM, NAME, NEW_TEACHER, NOTE, PHONE, ROLE, RURAL, RosterChoice, RosterPlan, RosterRead, RosterRow,
    RosterRules, SCHOOL, SUBJECT, TITLE, Who, read_roster,
};
use crate::domain::{DaysNote, MemberMark, Membership, Studio, read_phone};
use crate::store;
use crate::store::roster_sheet::{Applied, Planned, RosterLine};
use axum::extract::{DefaultBodyLimit, Multipart, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use reach::Reach;
use std::collections::HashMap;
use tokio::task::JoinSet;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The programmes' own lists say 单位 and 联系电话.
const FORM: TableForm = TableForm {
    required: &[NAME, PHONE, SCHOOL, ROLE, FROM],
    optional: &[RURAL, TITLE, SUBJECT, NEW_TEACHER, BACKBONE],
    also: &[
        ("单位", SCHOOL),
        ("工作单位", SCHOOL),
        ("所在学校", SCHOOL),
        ("手机", PHONE),
        ("手机号码", PHONE),
        ("联系电话", PHONE),
        ("角色", ROLE),
        ("加入时间", FROM),
        ("城乡", RURAL),
        ("专业技术职务", TITLE),
        ("任教学科", SUBJECT),
        ("新教师", NEW_TEACHER),
        ("县级骨干教师或学科带头人", BACKBONE),
    ],
    formulas: false,
};

/// The headers with their widths, in the order in which a sheet is given out.
const HEADERS: [(&str, f64); 9] = [
    (NAME, 12.0),
    (PHONE, 14.0),
    (SCHOOL, 26.0),
    (RURAL, 7.0),
    (ROLE, 13.0),
    (FROM, 13.0),
    (TITLE, 14.0),
    (SUBJECT, 14.0),
    (NOTE, 30.0),
];

/// The roster of a day as a sheet, which can be filled in and sent back.
#[utoipa::path(get, path = "/api/studios/{id}/roster-sheet", tag = "studios",
    params(("id" = String, Path), RosterSearch), responses((status = 200, body = Vec<u8>), (status = 403, body = Refused)))]
pub(super) async fn give(
    State(app): State<AppState>,
    keeper: KeeperOf<Studio>,
    Query(search): Query<RosterSearch>,
) -> Result<Response, ApiError> {
    let now = app.clock.now();
    let day = search.day.unwrap_or(now.day());
    let roster = store::roster_sheet::roster_on(&app.store, keeper.noun.id, day).await?;
    let reach = Reach::of(&app, &keeper.me).await?;
    let asks = marks_of(&app, &keeper.noun);
    let rows = roster.into_iter().map(|RosterLine { membership, marks, profile }| {
        // A phone is also what its owner signs in with: only who keeps the Account reads it. A row without one is known by name and School.
        let phone = profile.account.phone.clone().filter(|_| reach.may_change(&profile));
        let school = profile.school;
        let rural = school.as_ref().map_or("", |school| if school.rural { "乡" } else { "城" });
        let yes_or_no = |mark: &MemberMark| match mark {
            MemberMark::NewTeacher => Cell::text(if marks.new_teacher { "是" } else { "否" }),
            MemberMark::Backbone => Cell::text(if marks.backbone { "是" } else { "否" }),
        };
        let mut cells = vec![
            Cell::text(profile.account.name),
            Cell::text(phone.unwrap_or_default()),
            Cell::text(school.as_ref().map_or("", |school| &school.name)),
            Cell::text(rural),
            Cell::text(membership.role.word()),
            Cell::text(membership.from.to_string()),
            Cell::text(profile.account.title),
            Cell::text(profile.account.subject),
        ];
        cells.extend(asks.iter().map(yes_or_no));
        cells
    });
    let asked = asks.iter().map(|mark| match mark {
        MemberMark::NewTeacher => (NEW_TEACHER, 12.0),
        MemberMark::Backbone => (BACKBONE, 10.0),
    });
    let (note, known) = HEADERS.split_last().map_or((None, &HEADERS[..]), |(note, known)| (Some(*note), known));
    let headers: Vec<(&str, f64)> = known.iter().copied().chain(asked).chain(note).collect();
    let sheet = Sheet { name: "成员名单", columns: columns(&headers), rows: rows.collect() };
    let title = format!("{} 成员名单 {day}", keeper.noun.name);
    let name = title.clone();
    let bytes = app.exports.make(move || one_sheet(title, sheet, now)).await?;
    let name = FileName { plain: "roster", name: &name, ending: "xlsx" };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE)),
        (header::CONTENT_DISPOSITION, name.attachment()),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, bytes).into_response())
}

/// Takes a sheet, the form's `file`, with the `choices` that were made about its rows. With `check=true` it is only told
/// what would be written. Good rows are written together, the others not at all; where the Policy has no place for somebody,
/// nothing is. The same sheet again changes nothing.
#[utoipa::path(post, path = "/api/studios/{id}/roster-sheet", tag = "studios",
    params(("id" = String, Path), SheetSearch), request_body(content = Vec<u8>, content_type = "multipart/form-data"),
    responses((status = 200, body = RosterAnswer), (status = 403, body = Refused), (status = 409, body = Refused),
    (status = 413, body = Refused), (status = 422, body = Refused)))]
pub(super) async fn take(
    State(app): State<AppState>,
    keeper: KeeperOf<Studio>,
    me: SignedIn,
    Query(search): Query<SheetSearch>,
    form: Multipart,
) -> Result<axum::Json<RosterAnswer>, ApiError> {
    let sent = uploaded(form).await?;
    let choices = choices(sent.fields.get("choices").map(String::as_str))?;
    let table = app.exports.make(move || Ok(FORM.read(&sent.file)?)).await?;
    let sheet = table.sheet.clone();
    let rows = rows(table);
    let reach = Reach::of(&app, &me).await?;
    let keeps = keeper_of(&app, &me, &keeper.noun).await?;
    let (mut read, schools) = read(&app, &keeper.noun, (&reach, keeps), &rows, choices).await?;
    let now = app.clock.now();
    let mut over = store::roster_sheet::over_quota(&app.store, keeper.noun.id, &read.plans, now.day()).await?;
    let mut written = None;
    if over.is_empty() && !search.check {
        let (planned, passwords) = planned(&app, read.plans.clone()).await?;
        let rows = u32::try_from(planned.len()).unwrap_or(u32::MAX);
        let note = DaysNote { by: me.profile.account.id, reason: "导入成员名单".to_owned(), at: now };
        match store::roster_sheet::apply(&app.store, keeper.noun.id, planned, note).await? {
            Applied::Written(made) => written = Some((rows, made, passwords)),
            Applied::OverQuota(rows) => over = rows,
        }
    }
    let over_quota = u32::try_from(over.len()).unwrap_or(u32::MAX);
    read.refuse(over);
    let mut answer = view::answer(sheet, &rows, &read);
    answer.may_change_accounts = reach.is_any();
    answer.over_quota = over_quota;
    let Some((rows, made, passwords)) = written else {
        answer.file = view::looks_file(&app, &answer.looks).await?;
        return Ok(axum::Json(answer));
    };
    answer.written = rows;
    tracing::info!(studio = %keeper.noun.id, rows = answer.written, accounts = made.len(), "roster sheet taken");
    answer.accounts = view::accounts(made, &passwords, &schools);
    answer.file = view::accounts_file(&app, &answer.accounts).await?;
    Ok(axum::Json(answer))
}

/// With room for a sheet, which is larger than any other body.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(give, take)).layer(DefaultBodyLimit::max(MOST_BODY_BYTES))
}

/// The marks that the Studio's Policy keeps places for today.
pub(super) fn marks_of(app: &AppState, studio: &Studio) -> Vec<MemberMark> {
    let today = app.clock.now().day();
    let policy = studio.policy.as_deref().and_then(|key| store::policy::in_force(&app.store, key, today));
    policy.as_deref().map(marks_asked).unwrap_or_default()
}

type SchoolNames = HashMap<crate::domain::SchoolId, String>;

async fn read(
    app: &AppState,
    studio: &Studio,
    (reach, keeper): (&Reach, Decider),
    rows: &[RosterRow],
    choices: Vec<(u32, RosterChoice)>,
) -> Result<(RosterRead, SchoolNames), ApiError> {
    let names: Vec<String> = rows.iter().map(|row| row.name.text()).filter(|name| !name.is_empty()).collect();
    let phones: Vec<String> = rows.iter().filter_map(|row| read_phone(&row.phone.text()).ok()).collect();
    let people = store::roster_sheet::people(&app.store, &names, &phones).await?;
    let people: Vec<_> = people.into_iter().map(|profile| reach.person(profile)).collect();
    let schools = store::school::all(&app.store).await?;
    let schools: Vec<_> = schools.into_iter().map(|school| reach.school(school, studio.region)).collect();
    let members = store::membership::of_studio(&app.store, studio.id).await?;
    let marks: HashMap<_, _> = members.iter().map(|member| (member.membership.id, member.marks)).collect();
    let members: Vec<Membership> = members.into_iter().map(|member| member.membership).collect();
    let (rows, today) = (rows.to_vec(), app.clock.now().day());
    let policy = studio.policy.as_deref().and_then(|key| store::policy::in_force(&app.store, key, today));
    let asks = policy.as_deref().map(marks_asked).unwrap_or_default();
    app.exports
        .make(move || {
            let rules = RosterRules {
                today,
                people: &people,
                schools: &schools,
                members: &members,
                marks: &marks,
                asks: &asks,
                keeper,
                choices: &choices,
            };
            let read = read_roster(&rows, rules);
            Ok((read, schools.into_iter().map(|school| (school.id, school.name)).collect()))
        })
        .await
}

/// What is to be written, with first passwords by row.
async fn planned(app: &AppState, plans: Vec<RosterPlan>) -> Result<(Vec<Planned>, HashMap<u32, String>), ApiError> {
    let mut passwords = HashMap::new();
    let mut hashing = JoinSet::new();
    let mut planned = Vec::new();
    for plan in plans.into_iter().filter(|plan| !plan.is_idle()) {
        if matches!(plan.who, Who::New(_)) {
            let password = super::password::first();
            passwords.insert(plan.row, password.clone());
            let (app, row) = (app.clone(), plan.row);
            hashing.spawn(async move { (row, app.passwords.hash(password).await) });
        }
        planned.push(Planned { plan, password_hash: None });
    }
    let mut hashes = HashMap::new();
    while let Some(done) = hashing.join_next().await {
        let (row, hash) = done.map_err(ApiError::inside)?;
        hashes.insert(row, hash?);
    }
    for one in &mut planned {
        one.password_hash = hashes.remove(&one.plan.row);
    }
    Ok((planned, passwords))
}

fn rows(table: Table) -> Vec<RosterRow> {
    let rows = table.rows.into_iter().map(|mut row| RosterRow {
        row: row.row,
        name: row.take(NAME),
        phone: row.take(PHONE),
        school: row.take(SCHOOL),
        rural: row.take(RURAL),
        role: row.take(ROLE),
        from: row.take(FROM),
        title: row.take(TITLE),
        subject: row.take(SUBJECT),
        new_teacher: row.take(NEW_TEACHER),
        backbone: row.take(BACKBONE),
    });
    rows.collect()
}

fn choices(sent: Option<&str>) -> Result<Vec<(u32, RosterChoice)>, ApiError> {
    let Some(sent) = sent else { return Ok(Vec::new()) };
    let forms: Vec<RosterChoiceForm> =
        serde_json::from_str(sent).map_err(|error| ApiError::Malformed { detail: error.to_string() })?;
    Ok(forms.into_iter().map(|form| (form.row, view::choice(form.choice))).collect())
}
