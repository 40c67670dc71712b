//! The integration tests: one binary, a module per story.

#![expect(clippy::unwrap_used, reason = "a surprised test stops")]

mod demo;
mod house;
#[path = "support/postgres.rs"]
mod postgres;
mod store_database;
mod store_kill;
mod store_ledger;
mod store_logins;
mod store_pages;
mod store_places;
mod store_writes;
mod types;
