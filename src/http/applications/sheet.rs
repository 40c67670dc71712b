//! 申报汇总表: the Applications of a Recruitment as an xlsx file; filled in, a sheet becomes drafts.

use super::super::body::Query;
use super::super::disposition::FileName;
use super::super::error::{ApiError, Refused};
use super::super::report::{Cell, Sheet, columns, one_sheet};
use super::super::shapes::{SheetErrorView, SheetSearch, SummaryAnswer};
use super::super::state::AppState;
use super::super::table_file::{MEDIA_TYPE, MOST_BODY_BYTES, Table, TableForm, TableRow, uploaded};
use super::Keeping;
use super::desk::{Case, Desk, Studios, cases};
use crate::domain::roster::read_day;
use crate::domain::{
    AccountId, ApplicationDraft, ApplicationForm, ConditionState, Recruitment, ReviewVerdict, SchoolStage, Sex,
    StudioId, read_phone,
};
use crate::store;
use crate::store::account::Profile;
use axum::extract::{DefaultBodyLimit, Multipart, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use std::collections::HashSet;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

const NAME: &str = "姓名";
const SCHOOL: &str = "单位";
const PHONE: &str = "手机号";
const SEX: &str = "性别";
const BORN: &str = "出生日期";
const EDUCATION: &str = "学历";
const STAGE: &str = "学段";
const SUBJECT: &str = "任教学科";
const TITLE: &str = "职称";
const POST: &str = "职务";
const YEARS: &str = "教龄";
const HONOURS: &str = "荣誉称号";
const SUMMARY: &str = "主要业绩";
const PLAN: &str = "计划";

/// As the programmes' 汇总表 have them; what follows 计划 is only told.
const HEADERS: [(&str, f64); 21] = [
    ("序号", 6.0),
    (NAME, 10.0),
    (SEX, 6.0),
    (BORN, 12.0),
    (SCHOOL, 26.0),
    ("城乡", 6.0),
    ("区域", 24.0),
    (EDUCATION, 10.0),
    (STAGE, 8.0),
    (SUBJECT, 12.0),
    (TITLE, 12.0),
    (POST, 12.0),
    (YEARS, 6.0),
    (HONOURS, 30.0),
    (PHONE, 14.0),
    (SUMMARY, 40.0),
    (PLAN, 40.0),
    ("志愿", 30.0),
    ("状态", 10.0),
    ("条件核对", 30.0),
    ("审核意见", 40.0),
];

const FORM: TableForm = TableForm {
    required: &[NAME, SCHOOL],
    optional: &[PHONE, SEX, BORN, EDUCATION, STAGE, SUBJECT, TITLE, POST, YEARS, HONOURS, SUMMARY, PLAN],
    also: &[("学校", SCHOOL), ("工作单位", SCHOOL), ("联系电话", PHONE), ("学科", SUBJECT), ("专业技术职务", TITLE)],
    formulas: false,
};

/// All that were sent to a Recruitment, for those who keep it, in the layout of the programmes' 汇总表.
#[utoipa::path(get, path = "/api/recruitments/{id}/summary-sheet", tag = "applications", params(("id" = String, Path)),
    responses((status = 200, body = Vec<u8>), (status = 403, body = Refused)))]
pub(in crate::http) async fn give(
    State(app): State<AppState>,
    Keeping { desk, recruitment, .. }: Keeping,
) -> Result<Response, ApiError> {
    let now = app.clock.now();
    let found = store::application::of_recruitment(&app.store, recruitment.id).await?;
    let (cases, studios) = cases(&app, &desk.tree, found).await?;
    let rows = cases.iter().zip(1_u32..).map(|(case, number)| row(&desk, case, &studios, number)).collect();
    let sheet = Sheet { name: "申报汇总表", columns: columns(&HEADERS), rows };
    let title = format!("{} 申报汇总表", recruitment.title);
    let name = title.clone();
    let bytes = app.exports.make(move || one_sheet(title, sheet, now)).await?;
    let name = FileName { plain: "applications", name: &name, ending: "xlsx" };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE)),
        (header::CONTENT_DISPOSITION, name.attachment()),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, bytes).into_response())
}

/// Makes a draft of each row, which the teacher completes with papers and sends. With `check=true` it is only told what would
/// be written; where a row is wrong, nothing is written.
#[utoipa::path(post, path = "/api/recruitments/{id}/summary-sheet", tag = "applications",
    params(("id" = String, Path), SheetSearch), request_body(content = Vec<u8>, content_type = "multipart/form-data"),
    responses((status = 200, body = SummaryAnswer), (status = 403, body = Refused), (status = 409, body = Refused),
    (status = 413, body = Refused), (status = 422, body = Refused)))]
pub(in crate::http) async fn take(
    State(app): State<AppState>,
    Keeping { recruitment, .. }: Keeping,
    Query(search): Query<SheetSearch>,
    form: Multipart,
) -> Result<axum::Json<SummaryAnswer>, ApiError> {
    let sent = uploaded(form).await?;
    let table = app.exports.make(move || Ok(FORM.read(&sent.file)?)).await?;
    let rows: Vec<Row> = table_rows(table);
    let names: Vec<String> = rows.iter().map(|row| row.name.clone()).filter(|name| !name.is_empty()).collect();
    let phones: Vec<String> = rows.iter().filter_map(|row| read_phone(&row.form.phone).ok()).collect();
    let people = store::roster_sheet::people(&app.store, &names, &phones).await?;
    let mut errors = Vec::new();
    let mut drafts = Vec::new();
    let begun = store::application::writers(&app.store, recruitment.id).await?;
    let mut known = HashSet::new();
    for row in rows {
        match row.person(&people).and_then(|account| row.draft(&recruitment).map(|draft| (account, draft))) {
            Ok((account, _)) if !known.insert(account) => {
                errors.push(wrong(row.row, NAME, "这位老师在表里出现了两次，请删去一行。"));
            }
            Ok((account, _)) if begun.contains(&account) => {
                errors.push(wrong(row.row, NAME, "这位老师已经在填写自己的申请，请删去这一行。"));
            }
            Ok(draft) => drafts.push(draft),
            Err((column, sentence)) => errors.push(wrong(row.row, column, sentence)),
        }
    }
    let written = u32::try_from(drafts.len()).unwrap_or(u32::MAX);
    if !search.check && errors.is_empty() {
        store::application::save_all(&app.store, recruitment.id, drafts, app.clock.now()).await?;
        tracing::info!(recruitment = %recruitment.id, rows = written, "summary sheet taken");
    }
    let done = !search.check && errors.is_empty();
    Ok(axum::Json(SummaryAnswer { good: written, written: if done { written } else { 0 }, errors }))
}

/// With room for a sheet, which is larger than any other body.
pub(in crate::http) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(give, take)).layer(DefaultBodyLimit::max(MOST_BODY_BYTES))
}

fn row(desk: &Desk, case: &Case, studios: &Studios, number: u32) -> Vec<Cell> {
    let sending = case.application.last();
    let form = sending.map_or(&case.application.draft.form, |sending| &sending.draft.form);
    let school = case.school.as_ref();
    let text = |text: &str| Cell::text(text.to_owned());
    let findings = sending.map_or(&[][..], |sending| &sending.findings);
    let open = findings.iter().filter(|one| one.state != ConditionState::Met);
    let open: Vec<String> = open.map(|one| format!("{}：{}", one.title, one.state.word())).collect();
    let reviews = sending.map_or(&[][..], |sending| &sending.reviews);
    let mut said: Vec<String> = reviews
        .iter()
        .map(|one| {
            format!("{} {} {}{}", one.step.word(), one.by.name, ReviewVerdict::word(one.verdict), reason(&one.reason))
        })
        .collect();
    said.extend(case.publicity().map(|public| format!("公示 {} 至 {}", public.span.from, public.span.to)));
    let wishes: Vec<&str> =
        case.choices().iter().filter_map(|id: &StudioId| studios.get(id)).map(|studio| studio.name.as_str()).collect();
    vec![
        Cell::count(number),
        text(&case.application.account.name),
        text(form.sex.map_or("", Sex::word)),
        Cell::text(form.born.map_or_else(String::new, |born| born.to_string())),
        text(school.map_or("", |school| &school.name)),
        text(school.map_or("", |school| if school.rural { "乡" } else { "城" })),
        Cell::text(school.map_or_else(String::new, |school| desk.tree.path_name(school.region))),
        text(&form.education),
        text(form.stage.map_or("", SchoolStage::word)),
        text(&form.subject),
        text(&form.title),
        text(&form.post),
        form.teaching_years.map_or_else(|| text(""), Cell::count),
        text(&form.honours),
        text(&form.phone),
        text(&form.summary),
        text(&form.plan),
        Cell::text(wishes.join("、")),
        text(case.state().word()),
        Cell::text(open.join("；")),
        Cell::text(said.join("；")),
    ]
}

fn reason(reason: &str) -> String {
    if reason.is_empty() { String::new() } else { format!("：{reason}") }
}

fn wrong(row: u32, column: &str, sentence: impl Into<String>) -> SheetErrorView {
    SheetErrorView { row, column: column.to_owned(), sentence: sentence.into() }
}

/// A row of a sheet that was sent.
struct Row {
    row: u32,
    name: String,
    school: String,
    form: ApplicationForm,
    /// A cell that can't be read.
    wrong: Option<(&'static str, String)>,
}

fn table_rows(table: Table) -> Vec<Row> {
    table.rows.into_iter().map(read).collect()
}

fn read(mut row: TableRow) -> Row {
    let mut wrong = None;
    let mut note = |column, sentence: String| {
        wrong.get_or_insert((column, sentence));
    };
    let (sex, stage) = (row.take(SEX).text(), row.take(STAGE).text());
    let read_sex = Sex::ALL.iter().copied().find(|one| one.word() == sex);
    if !sex.is_empty() && read_sex.is_none() {
        note(SEX, "性别写“女”或“男”。".to_owned());
    }
    let read_stage = SchoolStage::ALL.iter().copied().find(|one| one.word() == stage);
    if !stage.is_empty() && read_stage.is_none() {
        let known: Vec<&str> = SchoolStage::ALL.iter().map(|one| one.word()).collect();
        note(STAGE, format!("学段写其中一个：{}。", known.join("、")));
    }
    let born = read_day(&row.take(BORN)).unwrap_or_else(|sentence| {
        note(BORN, sentence);
        None
    });
    let years = row.take(YEARS).text();
    let teaching_years = years.trim_end_matches('年').parse().ok();
    if !years.is_empty() && teaching_years.is_none() {
        note(YEARS, "教龄只写整年数。".to_owned());
    }
    let form = ApplicationForm {
        sex: read_sex,
        born,
        phone: row.take(PHONE).text(),
        education: row.take(EDUCATION).text(),
        stage: read_stage,
        subject: row.take(SUBJECT).text(),
        title: row.take(TITLE).text(),
        post: row.take(POST).text(),
        teaching_years,
        honours: row.take(HONOURS).text(),
        summary: row.take(SUMMARY).text(),
        plan: row.take(PLAN).text(),
        ..ApplicationForm::default()
    };
    Row { row: row.row, name: row.take(NAME).text(), school: row.take(SCHOOL).text(), form, wrong }
}

type Wrong = (&'static str, String);

impl Row {
    /// Whose row it is: by name and School, of several by the phone.
    fn person(&self, people: &[Profile]) -> Result<AccountId, Wrong> {
        if self.name.is_empty() {
            return Err((NAME, "请填写姓名。".to_owned()));
        }
        let school = |one: &Profile| one.school.as_ref().is_some_and(|school| school.name == self.school);
        let here: Vec<&Profile> =
            people.iter().filter(|one| !one.account.disabled && one.account.name == self.name && school(one)).collect();
        let phone = read_phone(&self.form.phone).ok();
        match here.as_slice() {
            [] => Err((NAME, "系统里没有这所学校的这位老师，请核对，或请工作站先添加账号。".to_owned())),
            [one] => Ok(one.account.id),
            several => {
                let by_phone = several.iter().find(|one| phone.is_some() && one.account.phone == phone);
                by_phone
                    .map(|one| one.account.id)
                    .ok_or((PHONE, "这所学校有同名的老师，请填写登记的手机号。".to_owned()))
            }
        }
    }

    fn draft(&self, recruitment: &Recruitment) -> Result<ApplicationDraft, Wrong> {
        if let Some(wrong) = &self.wrong {
            return Err(wrong.clone());
        }
        if let Err(invalid) = self.form.check_draft() {
            let sentence = invalid.fields.into_values().next().unwrap_or_default();
            return Err((NAME, sentence));
        }
        Ok(ApplicationDraft { form: self.form.clone(), choices: recruitment.studio.into_iter().collect() })
    }
}
