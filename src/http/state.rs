//! What every handler can reach.

use super::attachments::Uploads;
use super::clock::Clock;
use super::key::SigningKey;
use super::line_checks::LineChecks;
use super::logins::UnknownNames;
use super::observe::RequestCounts;
use super::password::Passwords;
use super::report::Exports;
use super::resources::ResourceUploads;
use super::seats::{Codes, Scanning};
use super::socket::BeforeHello;
use super::whip::Resources;
use crate::archive::{Blobs, Storage};
use crate::domain::recording::CapturesKept;
use crate::live::Registry;
use crate::store::Store;
use bytes::Bytes;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What is published, and how much of it a Studio may have.
#[derive(Debug, Clone)]
pub struct Library {
    pub storage: Storage,
    pub studio_quota: u64,
    pub captures_kept: CapturesKept,
}

/// Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct AppState(Arc<Parts>);

pub struct Parts {
    pub store: Store,
    pub clock: Clock,
    pub key: SigningKey,
    pub live: Registry,
    pub blobs: Blobs,
    pub library: Library,
    pub(super) uploads: Uploads,
    pub(super) resource_uploads: ResourceUploads,
    pub(super) passwords: Passwords,
    pub(super) unknown_names: UnknownNames,
    pub(super) requests: RequestCounts,
    pub(super) resources: Resources,
    pub(super) line_checks: LineChecks,
    pub(super) before_hello: BeforeHello,
    pub exports: Exports,
    pub(super) codes: Codes,
    pub(super) scanning: Scanning,
    /// The OpenAPI document.
    pub(super) document: Bytes,
    draining: AtomicBool,
}

impl AppState {
    #[must_use]
    pub fn new(store: Store, clock: Clock, key: SigningKey, live: Registry, blobs: Blobs, library: Library) -> Self {
        Self(Arc::new(Parts {
            store,
            clock,
            key,
            live,
            blobs,
            library,
            uploads: Uploads::default(),
            resource_uploads: ResourceUploads::default(),
            passwords: Passwords::default(),
            unknown_names: UnknownNames::default(),
            requests: RequestCounts::default(),
            resources: Resources::default(),
            line_checks: LineChecks::default(),
            before_hello: BeforeHello::default(),
            exports: Exports::default(),
            codes: Codes::default(),
            scanning: Scanning::default(),
            document: super::document().into(),
            draining: AtomicBool::new(false),
        }))
    }

    /// From here on nobody new is let in; `/readyz` says so.
    pub fn start_draining(&self) {
        self.0.draining.store(true, Ordering::Relaxed);
    }

    #[must_use]
    pub fn is_draining(&self) -> bool {
        self.0.draining.load(Ordering::Relaxed)
    }
}

impl Deref for AppState {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
