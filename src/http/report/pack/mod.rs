//! Packs: everything that proves an Activity, or a Studio's year of them, as one archive (佐证材料包).

mod archive;
mod book;
mod footage;
mod record;
#[cfg(test)]
mod tests;

use self::archive::{Archive, Entry, FileBody};
use super::super::auth::{KeeperOf, SignedIn};
use super::super::body::Query;
use super::super::disposition::FileName;
use super::super::error::{ApiError, Refused};
use super::super::shapes::YearSearch;
use super::super::state::AppState;
use super::pdf::{self, Seal};
use super::{Site, given, kept, no_font, session_book, words, xlsx, year};
use crate::domain::{Activity, Attachment, AttachmentId, Studio, Time};
use crate::store;
use crate::store::pack::{self, Contents, Footage};
use crate::store::report_issue::{NewIssue, Subject};
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use std::path::PathBuf;

/// Of photos in one pack: 25 of the largest, some hundred of usual ones. What is more is named in the list, and stays on its page.
const MOST_PHOTO_BYTES: u64 = 256 * 1024 * 1024;

/// What is the same for all Activities of a pack.
struct Packing<'a> {
    app: &'a AppState,
    me: &'a SignedIn,
    site: &'a Site,
    font: PathBuf,
    now: Time,
}

/// Everything that proves an Activity that is over, as a zip archive: its record and its notice as PDF, attendance, check-ins, polls and
/// lesson reviews as tables, photos, and a list of all with their SHA-256.
#[utoipa::path(get, path = "/api/activities/{id}/evidence-pack", tag = "reports", params(("id" = String, Path)),
    responses((status = 200, body = Vec<u8>), (status = 403, body = Refused),
    (status = 409, description = "The Activity is not over, or there is no font", body = Refused)))]
pub(in super::super) async fn activity_pack(
    State(app): State<AppState>,
    keeper: KeeperOf<Activity>,
    site: Site,
) -> Result<Response, ApiError> {
    let KeeperOf { me, noun: activity } = keeper;
    let _turn = app.exports.packing().await?;
    let packing = Packing::of(&app, &me, &site)?;
    let not_over = || ApiError::conflict("activity_not_over", "活动还没有结束，结束以后再导出材料包。");
    let id = activity.id;
    let mut contents = pack::of_activity(&app.store, activity).await?.ok_or_else(not_over)?;
    contents.footage = footage::of_activity(&app, id).await?;
    let name = format!("材料包 {} {}", words::day(contents.report.held.from), contents.activity.title);
    let archive = packing.put(packing.begin()?, String::new(), contents).await?;
    packing.give(archive, name).await
}

/// The same of all Activities of a Studio's year that are over, each in a folder of its own.
#[utoipa::path(get, path = "/api/studios/{id}/evidence-pack", tag = "reports", params(("id" = String, Path), YearSearch),
    responses((status = 200, body = Vec<u8>), (status = 403, body = Refused),
    (status = 409, description = "There was no Activity, or there is no font", body = Refused)))]
pub(in super::super) async fn year_pack(
    State(app): State<AppState>,
    keeper: KeeperOf<Studio>,
    Query(search): Query<YearSearch>,
    site: Site,
) -> Result<Response, ApiError> {
    let KeeperOf { me, noun: studio } = keeper;
    let year = year(&search, app.clock.now())?;
    let _turn = app.exports.packing().await?;
    let packing = Packing::of(&app, &me, &site)?;
    let mut archive = packing.begin()?;
    let held = pack::held_in(&app.store, studio.id, year).await?;
    if held.is_empty() {
        return Err(ApiError::conflict("nothing_held", "这一年还没有结束的活动，没有材料可以导出。"));
    }
    for (activity, number) in held.into_iter().zip(1_u32..) {
        let id = activity.id;
        let Some(mut contents) = pack::of_activity(&app.store, activity).await? else { continue };
        contents.footage = footage::of_activity(&app, id).await?;
        let day = words::day(contents.report.held.from);
        let folder = format!("{number:02} {day} {}/", archive::plain(&contents.activity.title));
        archive = packing.put(archive, folder, contents).await?;
    }
    packing.give(archive, format!("材料包 {} {year} 年", studio.name)).await
}

impl<'a> Packing<'a> {
    fn of(app: &'a AppState, me: &'a SignedIn, site: &'a Site) -> Result<Self, ApiError> {
        let font = app.exports.font.get().map(PathBuf::from).ok_or_else(no_font)?;
        Ok(Self { app, me, site, font, now: app.clock.now() })
    }

    fn begin(&self) -> Result<Archive, ApiError> {
        let name = store::random_id::<AttachmentId>()?.to_string();
        Archive::begin(self.app.blobs.scratch(&name)?, self.now)
    }

    /// Adds all of an Activity, under this folder.
    async fn put(&self, archive: Archive, folder: String, contents: Contents) -> Result<Archive, ApiError> {
        let record = self.sealed_record(&contents).await?;
        let notice = match &contents.notice {
            Some(notice) => given::issue_notice(self.app, notice).await?.map(|issued| (notice.clone(), issued)),
            None => None,
        };
        let notice = notice.map(|(notice, issued)| given::notice_to_print(&notice, issued, self.site));
        let (font, now) = (self.font.clone(), self.now);
        let footage_links = book::Links::of(contents.footage.as_deref(), self.site);
        let photos = contents.photos.clone();
        let files = folder.clone();
        let mut archive = blocking(move || {
            let mut archive = archive;
            let mut add = |name: &str, what: &str, code: Option<String>, bytes: &[u8]| {
                archive.add(Entry { name: format!("{files}{name}"), what: what.to_owned(), code }, bytes)
            };
            let paper = record::paper(&contents, &footage_links);
            let code = Some(record.code.to_string());
            add("活动记录.pdf", "活动记录", code, &pdf::write(paper, record, &font).map_err(ApiError::inside)?)?;
            if let Some((_, paper, seal)) = notice {
                let code = seal.code.to_string();
                let bytes = pdf::write(paper, seal, &font).map_err(ApiError::inside)?;
                add("电子通知.pdf", "电子通知", Some(code), &bytes)?;
            }
            let report = session_book::book(&contents.report, &[]);
            let books = [("出席报告", report)].into_iter().chain(book::books(&contents, &footage_links));
            for (name, book) in books {
                let bytes = xlsx::write(&book, now).map_err(ApiError::inside)?;
                add(&format!("{name}.xlsx"), name, None, &bytes)?;
            }
            for (footage, number) in contents.footage.iter().flatten().zip(1_u32..) {
                add_frames(&mut add, footage, number)?;
            }
            Ok(archive)
        })
        .await?;
        for ((photo, picture), number) in photos.into_iter().zip(1_u32..) {
            let name = format!("{folder}照片/{number:02} {}", archive::plain(&picture.name));
            let what = if photo.note.is_empty() {
                "活动照片".to_owned()
            } else {
                format!("活动照片：{}", photo.note)
            };
            archive = self.put_photo(archive, Entry { name, what, code: None }, picture).await?;
        }
        Ok(archive)
    }

    async fn put_photo(&self, mut archive: Archive, entry: Entry, picture: Attachment) -> Result<Archive, ApiError> {
        if archive.photo_bytes + picture.size > MOST_PHOTO_BYTES {
            archive.leave_out(entry, &picture);
            return Ok(archive);
        }
        let bytes = self.app.blobs.read(&picture.digest).await?;
        blocking(move || {
            archive.photo_bytes += picture.size;
            archive.add(entry, &bytes)?;
            Ok(archive)
        })
        .await
    }

    /// What the record of an Activity is verified by: the lines of its Session, as they are now.
    async fn sealed_record(&self, contents: &Contents) -> Result<Seal, ApiError> {
        let report = &contents.report;
        let issue = NewIssue {
            subject: Subject::Session(report.occasion.session),
            title: format!("活动记录 {}", contents.activity.title),
            parameters: Some(report.parameters.clone()),
            figures: record::figures(contents),
            heads: vec![kept(report.occasion.session, report.head)],
            digest: report.digest(),
            made_at: self.now,
            made_by: self.me.profile.account.id,
        };
        let code = store::report_issue::record(&self.app.store, issue).await?;
        let url = self.site.page(&format!("/verify/{code}"));
        Ok(Seal { code, url, made_at: self.now, made_by: self.me.profile.account.name.clone(), verb: "导出" })
    }

    async fn give(&self, archive: Archive, name: String) -> Result<Response, ApiError> {
        let (file, length) = blocking(move || archive.finish()).await?;
        let name = FileName { plain: "evidence", name: &name, ending: "zip" };
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static("application/zip")),
            (header::CONTENT_DISPOSITION, name.attachment()),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ];
        Ok((headers, Body::new(FileBody::new(file, length))).into_response())
    }
}

fn add_frames(
    add: &mut impl FnMut(&str, &str, Option<String>, &[u8]) -> Result<(), ApiError>,
    footage: &Footage,
    number: u32,
) -> Result<(), ApiError> {
    for frame in &footage.frames {
        let at = book::clock_of(frame.at_ms).replace(':', "-");
        let name = format!("音像资料/{number:02} {}/{at}.jpg", archive::plain(&footage.title));
        add(&name, &format!("录像截图：{}", footage.title), None, &frame.picture)?;
    }
    Ok(())
}

/// On a thread of its own.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ApiError> + Send + 'static,
) -> Result<T, ApiError> {
    tokio::task::spawn_blocking(work).await.map_err(ApiError::inside)?
}
