//! The integration tests: one binary, a module per story.

#![expect(clippy::unwrap_used, reason = "a surprised test stops")]

mod admin;
#[path = "support/app.rs"]
mod app;
mod bad_input;
mod captures;
mod demo;
mod disk_faults;
#[path = "support/faulty_disk.rs"]
mod faulty_disk;
#[path = "support/held.rs"]
mod held;
mod house;
mod http_access;
mod http_applications;
mod http_assessment;
mod http_calendars;
mod http_cases;
mod http_closings;
mod http_cycles;
mod http_hls;
mod http_line_checks;
mod http_logins;
mod http_memberships;
mod http_notices;
mod http_nouns;
mod http_packs;
mod http_polls;
mod http_presenters;
mod http_programme_days;
mod http_publicity;
mod http_recruitments;
mod http_reminders;
mod http_replays;
mod http_reports;
mod http_resources;
mod http_roster_sheets;
mod http_scorecards;
mod http_seats;
mod http_sessions;
mod http_sign_in_sheets;
mod http_site;
mod http_socket;
mod http_stations;
mod http_whip;
mod http_year_ends;
mod http_year_files;
mod jobs_finish;
mod killed;
mod ledger_command;
mod one_port;
#[path = "support/plane.rs"]
mod plane;
mod policy_command;
#[path = "support/postgres.rs"]
mod postgres;
#[path = "support/program.rs"]
mod program;
#[path = "support/socket.rs"]
mod socket;
mod spread;
mod storage;
mod store_applications;
mod store_attendance;
mod store_cases;
mod store_closing;
mod store_cycles;
mod store_database;
mod store_facts;
mod store_kill;
mod store_ledger;
mod store_logins;
mod store_notices;
mod store_pages;
mod store_places;
mod store_polls;
mod store_publicity;
mod store_reports;
mod store_resources;
mod store_roster;
mod store_schools_by_day;
mod store_seats;
mod store_writes;
mod store_year_ends;
mod types;
