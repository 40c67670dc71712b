//! What the HTTP API says and is told, as JSON. The TypeScript types of the pages are generated from these.

mod activity;
mod application;
mod attendance;
mod case;
mod evidence;
mod line_check;
mod notice;
mod people;
mod places;
mod policy;
mod reminder;
mod report;
mod resource;
mod roster;
mod ruling;
mod scorecard;
mod seats;
mod session;
mod studio;
mod transfer;
mod typescript;
mod vocabulary;
mod year_end;

pub use activity::*;
pub use application::*;
pub use attendance::*;
pub use case::*;
pub use evidence::*;
pub use line_check::*;
pub use notice::*;
pub use people::*;
pub use places::*;
pub use policy::*;
pub use reminder::*;
pub use report::*;
pub use resource::*;
pub use roster::*;
pub use ruling::*;
pub use scorecard::*;
pub use seats::*;
pub use session::*;
pub use studio::*;
pub use transfer::*;
pub use typescript::typescript;
pub use year_end::*;

use crate::store::Paged;
use serde::{Deserialize, Deserializer, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

/// A list; an object, so that it can say more about itself one day.
#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct Rows<T> {
    pub rows: Vec<T>,
}

/// One page of a long list.
#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct PageOf<T> {
    pub rows: Vec<T>,
    /// How many there are on all pages.
    #[ts(type = "number")]
    pub total: u64,
    /// Counts from 1.
    pub page: u32,
    pub size: u32,
}

impl<T> From<Paged<T>> for PageOf<T> {
    fn from(paged: Paged<T>) -> Self {
        Self { rows: paged.rows, total: paged.total, page: paged.page.number, size: paged.page.size }
    }
}

/// A noun that something else refers to: enough to show it and to link to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct Named {
    pub id: String,
    pub name: String,
}

impl Named {
    pub fn new(id: impl ToString, name: impl Into<String>) -> Self {
        Self { id: id.to_string(), name: name.into() }
    }
}

/// For fields of a PATCH that can be emptied: absent is `None` (leave it), `null` is `Some(None)` (empty it).
pub(crate) fn present<'de, T, D>(from: D) -> Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::deserialize(from).map(Some)
}
