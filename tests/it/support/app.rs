//! A whole server in the test's own process: real HTTP on a free port, SQLite in a folder of its own, a clock that the
//! test turns, and a media plane that answers without media.

use crate::plane::{DeafEvents, PaperCasts, PaperPlane, PaperRecordings};
use lectern::archive::{Blobs, Storage};
use lectern::domain::recording::CapturesKept;
use lectern::domain::*;
use lectern::http::clock::Clock;
use lectern::http::key::SigningKey;
use lectern::http::{self, AppState, Library};
use lectern::live::{LedgerError, Lines, LiveClock, MediaPlane, Pending, PresenceLedger, Registry, RegistryParts};
use lectern::store::{self, Store};
use lectern_signaling::room::RoomLimits;
use reqwest::cookie::Jar;
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde_json::Value;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// Of resources.
pub(crate) const STUDIO_QUOTA: u64 = 1_000_000;
pub(crate) const PASSWORD: &str = "correct horse";

pub(crate) struct TestApp {
    pub url: String,
    pub store: Store,
    pub key: SigningKey,
    pub state: AppState,
    pub blobs: Blobs,
    pub storage: Storage,
    pub world: World,
    /// The live streams that there are.
    pub casts: PaperCasts,
    clock: Arc<AtomicI64>,
    folder: tempfile::TempDir,
}

/// A browser or a program: remembers its cookies and sends the CSRF token as a page does.
pub(crate) struct Person {
    pub client: Client,
    url: String,
    csrf: Option<String>,
}

/// Two counties of one city, a studio in each, and one of everybody.
pub(crate) struct World {
    pub city: RegionId,
    pub county: RegionId,
    pub other_county: RegionId,
    pub school: SchoolId,
    pub studio: StudioId,
    pub other_studio: StudioId,
    pub activity: ActivityId,
    pub closed_activity: ActivityId,
    /// Of the Activity that lets guests in.
    pub classroom: ClassroomId,
    pub printed_code: PrintedCodeId,
    pub core_membership: MembershipId,
    pub teacher: AccountId,
}

struct Ledger(Store);

impl PresenceLedger for Ledger {
    fn append(&self, session: SessionId, lines: Lines) -> Pending<Result<(), LedgerError>> {
        let store = self.0.clone();
        Box::pin(async move {
            let written = store::ledger::append_with(&store, session, lines.events, lines.polls).await;
            written.map(drop).map_err(|e| LedgerError::NotWritten(e.to_string()))
        })
    }

    fn end(&self, session: SessionId, at: Time) -> Pending<Result<(), LedgerError>> {
        let store = self.0.clone();
        Box::pin(async move {
            let ended = store::session::end(&store, session, at).await;
            ended.map(drop).map_err(|e| LedgerError::NotWritten(e.to_string()))
        })
    }
}

/// 2026-03-02 09:00 in China, a Monday.
pub(crate) const START: i64 = 1_772_413_200_000_000;

impl TestApp {
    pub(crate) async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&format!("sqlite:{}", folder.path().join("test.db").display())).await.unwrap();
        let turned = Arc::new(AtomicI64::new(START));
        let clock = {
            let turned = turned.clone();
            Clock::new(move || Time::from_micros(turned.load(Ordering::SeqCst)))
        };
        let world = World::make(&store, clock.now()).await;
        let key = SigningKey::new(&[9; 32]);
        let wall = clock.clone();
        let casts = PaperCasts::default();
        let parts = RegistryParts {
            clock: LiveClock::new(move || wall.now()),
            ledger: Arc::new(Ledger(store.clone())),
            recordings: Arc::new(PaperRecordings),
            casts: Arc::new(casts.clone()),
            limits: RoomLimits::default(),
            sessions: 3,
        };
        let plane: Arc<dyn MediaPlane> = Arc::new(PaperPlane);
        let live = Registry::start(parts, vec![(plane, DeafEvents)]);
        let blobs = Blobs::open(&folder.path().join("files")).unwrap();
        let storage = Storage::folder(folder.path().join("objects")).unwrap();
        let library =
            Library { storage: storage.clone(), studio_quota: STUDIO_QUOTA, captures_kept: CapturesKept::Days(30) };
        let app = AppState::new(store.clone(), clock, key.clone(), live, blobs.clone(), library);

        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let site = http::site(&app, false).into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, site).await });
        Self { url, store, key, state: app, blobs, storage, world, casts, clock: turned, folder }
    }

    pub(crate) fn now(&self) -> Time {
        Time::from_micros(self.clock.load(Ordering::SeqCst))
    }

    pub(crate) fn turn_clock(&self, by: Duration) {
        self.clock.fetch_add(i64::try_from(by.as_micros()).unwrap(), Ordering::SeqCst);
    }

    /// How many files the archive holds, half-written ones too.
    pub(crate) fn files(&self) -> usize {
        let mut open = vec![self.folder.path().join("files")];
        let mut files = 0;
        while let Some(path) = open.pop() {
            if path.is_dir() {
                open.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
            } else {
                files += 1;
            }
        }
        files
    }

    /// A folder of this test's own.
    pub(crate) fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Where the database is, for somebody who comes beside the store.
    pub(crate) fn database(&self) -> String {
        format!("sqlite:{}", self.folder.path().join("test.db").display())
    }

    pub(crate) fn nobody(&self) -> Person {
        Person::nobody(&self.url)
    }

    /// Signed in under this login name. Straight in the store: passwords cost time, and have tests of their own.
    pub(crate) async fn person(&self, login_name: &str) -> Person {
        Person::signed_in(&self.store, &self.url, login_name, self.now()).await
    }

    /// The Session of the world's Activity, live.
    pub(crate) async fn live_session(&self, activity: ActivityId) -> String {
        let host = self.person("host").await;
        let answer = host.post(&format!("/api/activities/{activity}/go-live"), &Value::Null).await;
        assert_eq!(answer.status(), StatusCode::CREATED);
        let body: Value = answer.json().await.unwrap();
        body["session"]["id"].as_str().unwrap().to_owned()
    }
}

impl Person {
    pub(crate) fn nobody(url: &str) -> Self {
        let client = Client::builder().cookie_store(true).no_proxy().build().unwrap();
        Self { client, url: url.to_owned(), csrf: None }
    }

    pub(crate) async fn signed_in(store: &Store, url: &str, login_name: &str, now: Time) -> Self {
        let known = store::login::credentials(store, login_name).await.unwrap().unwrap();
        let issued = store::login::begin(store, known.account.id, now).await.unwrap();
        let jar = Arc::new(Jar::default());
        jar.add_cookie_str(&format!("lectern_login={}; Path=/", issued.token), &url.parse().unwrap());
        let client = Client::builder().cookie_provider(jar).no_proxy().build().unwrap();
        Self { client, url: url.to_owned(), csrf: Some(issued.login.csrf) }
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.url));
        match &self.csrf {
            Some(csrf) => request.header("x-csrf-token", csrf),
            None => request,
        }
    }

    /// As a page of ours reads it from its cookie.
    pub(crate) fn csrf(&self) -> &str {
        self.csrf.as_deref().unwrap_or_default()
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.request(Method::GET, path).send().await.unwrap()
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Response {
        self.request(Method::POST, path).json(body).send().await.unwrap()
    }

    /// Sends a form with one file, as a browser does.
    pub(crate) async fn upload(&self, name: &str, bytes: &[u8]) -> Response {
        let disposition = format!("content-disposition: form-data; name=\"file\"; filename=\"{name}\"");
        let head = format!("--edge\r\n{disposition}\r\ncontent-type: image/jpeg\r\n\r\n");
        let body = [head.as_bytes(), bytes, b"\r\n--edge--\r\n"].concat();
        let request = self.request(Method::POST, "/api/attachments");
        request
            .header(reqwest::header::CONTENT_TYPE, "multipart/form-data; boundary=edge")
            .body(body)
            .send()
            .await
            .unwrap()
    }

    pub(crate) async fn patch(&self, path: &str, body: &Value) -> Response {
        self.request(Method::PATCH, path).json(body).send().await.unwrap()
    }
}

/// The stable code of a refusal, and its fields.
pub(crate) async fn refusal(answer: Response) -> (StatusCode, String, Value) {
    let status = answer.status();
    let body: Value = answer.json().await.unwrap();
    let sentence = body["sentence"].as_str().unwrap_or_default();
    assert!(sentence.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "a sentence for people: {body}");
    (status, body["code"].as_str().unwrap().to_owned(), body["fields"].clone())
}

impl World {
    pub(crate) async fn make(store: &Store, now: Time) -> Self {
        let region = |name: &str, kind, parent| {
            let new = NewRegion { name: name.to_owned(), kind, parent };
            async move { store::region::create(store, new).await.unwrap().id }
        };
        let province = region("浙江省", RegionKind::Province, None).await;
        let city = region("杭州市", RegionKind::City, Some(province)).await;
        let county = region("淳安县", RegionKind::County, Some(city)).await;
        let other_county = region("建德县", RegionKind::County, Some(city)).await;
        let school = NewSchool { name: "石桥小学".into(), region: county, rural: true };
        let school = store::school::create(store, school).await.unwrap().id;

        let hash = password::hash(PASSWORD, &[1; 16]).unwrap();
        let account = |login: &str, role, scope: Option<RegionId>| {
            let new = NewAccount {
                login_name: login.to_owned(),
                name: format!("老师{login}"),
                role,
                scope,
                school: (role == AccountRole::Teacher).then_some(school),
                title: String::new(),
                subject: String::new(),
                phone: None,
                password_hash: hash.clone(),
            };
            async move { store::account::create(store, new, now).await.unwrap().id }
        };
        account("admin", AccountRole::Admin, None).await;
        account("office", AccountRole::Office, Some(county)).await;
        account("other-office", AccountRole::Office, Some(other_county)).await;
        let teacher = account("teacher", AccountRole::Teacher, None).await;
        let core = account("core", AccountRole::Teacher, None).await;
        let host = account("host", AccountRole::Teacher, None).await;
        let other_host = account("other-host", AccountRole::Teacher, None).await;

        let studio = |name: &str, region| {
            let new = NewStudio {
                name: name.to_owned(),
                tier: Tier::County,
                kind: StudioKind::Studio,
                subject: "小学语文".into(),
                region,
                cycle_start: Day::parse("2026-01-01").unwrap(),
                policy: None,
                introduction: String::new(),
            };
            async move { store::studio::create(store, new, now).await.unwrap().id }
        };
        let own = studio("王老师名师工作室", county).await;
        let other_studio = studio("李老师名师工作室", other_county).await;
        let member = |studio, account, role| {
            let new = NewMembership { studio, account, role, from: Day::parse("2026-01-01").unwrap(), to: None };
            async move { crate::store_database::begin(store, new).await.unwrap().id }
        };
        member(own, host, MemberRole::Host).await;
        let core_membership = member(own, core, MemberRole::Core).await;
        member(other_studio, other_host, MemberRole::Host).await;

        let activity = |title: &str, guests_allowed| {
            let new = NewActivity {
                studio: own,
                series: None,
                title: title.to_owned(),
                summary: String::new(),
                kind: ActivityKind::Broadcast,
                mode: Mode::Mixed,
                level: Level::County,
                audience: String::new(),
                place: "实验小学报告厅".into(),
                planned_start: now + Duration::from_secs(3600),
                planned_end: now + Duration::from_secs(7200),
                presenters: vec![core],
                guests_allowed,
            };
            async move { store::activity::create(store, new, now).await.unwrap().id }
        };
        let (open, closed) = (activity("公开的一课", true).await, activity("内部研修", false).await);
        let room = NewClassroom { activity: open, school, name: "多媒体教室".into(), expected: Some(12) };
        let printed = NewPrintedCode { activity: open, from: now, to: now + Duration::from_secs(3600) };
        Self {
            classroom: store::classroom::create(store, room, now).await.unwrap().classroom.id,
            printed_code: store::printed_code::create(store, printed, now).await.unwrap().id,
            city,
            county,
            other_county,
            school,
            studio: own,
            other_studio,
            activity: open,
            closed_activity: closed,
            core_membership,
            teacher,
        }
    }
}
