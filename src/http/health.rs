//! Is the server alive, is it ready, and how is it doing: for load balancers and for Prometheus.

use super::error::ApiError;
use super::state::AppState;
use crate::live::{Distribution, LineTally, MediaTotals};
use crate::store::WriteTotals;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use std::fmt::Write;

/// The process answers.
#[utoipa::path(get, path = "/healthz", tag = "health", responses((status = 200, body = String)))]
pub(super) async fn live() -> &'static str {
    "ok\n"
}

/// The server can take people in: the database reads and commits, and no shutdown has begun.
#[utoipa::path(get, path = "/readyz", tag = "health",
    responses((status = 200, body = String), (status = 503, body = super::error::Refused)))]
pub(super) async fn ready(State(app): State<AppState>) -> Result<&'static str, ApiError> {
    if app.is_draining() {
        return Err(ApiError::Draining);
    }
    app.store.ready().await.map_err(|e| {
        tracing::error!(error = %e, "the database is not ready");
        ApiError::Busy
    })?;
    Ok(if app.exports.has_font() { "ready\n" } else { "ready\nno Chinese font: PDF files are refused\n" })
}

/// Counters in the text format of Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "health", responses((status = 200, body = String)))]
pub(super) async fn metrics(State(app): State<AppState>) -> impl IntoResponse {
    let mut out = String::new();
    app.requests.write_metrics(&mut out);
    live_totals(&app, &mut out);
    media_totals(&app.live.media_totals().await, &mut out);
    lines(&app.live.lines(), &mut out);
    disk(&app, &mut out);
    writers(app.store.write_totals(), &mut out);
    process(&mut out);
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], out)
}

/// The live Sessions and who is in them.
fn live_totals(app: &AppState, out: &mut String) {
    let totals = app.live.totals();
    let gauges = [
        ("lectern_live_sessions", "gauge", totals.sessions as u64),
        ("lectern_live_people", "gauge", totals.people as u64),
        ("lectern_live_connections", "gauge", totals.connections as u64),
        ("lectern_slow_consumers_total", "counter", totals.slow_consumers),
        ("lectern_media_events_lost_total", "counter", totals.media_events_lost),
        ("lectern_freezes_total", "counter", totals.freezes),
        ("lectern_freeze_milliseconds_total", "counter", totals.freeze_ms),
    ];
    plain(&gauges, out);
}

/// What is free where the database, recordings and uploads are; nothing where the system does not say.
fn disk(app: &AppState, out: &mut String) {
    if let Some(free) = app.blobs.free_bytes() {
        plain(&[("lectern_disk_free_bytes", "gauge", free)], out);
    }
}

/// What the writers of the database did.
fn writers(totals: WriteTotals, out: &mut String) {
    let counters = [
        ("lectern_store_writes_total", "counter", totals.writes),
        ("lectern_store_commits_total", "counter", totals.commits),
        ("lectern_store_lost_groups_total", "counter", totals.lost_groups),
    ];
    plain(&counters, out);
}

fn plain(series: &[(&str, &str, u64)], out: &mut String) {
    for (name, kind, value) in series {
        let _infallible = writeln!(out, "# TYPE {name} {kind}\n{name} {value}");
    }
}

/// How the lines of all Peers fare: never one person's. One observation per connected Peer and 15 s.
fn lines(tally: &LineTally, out: &mut String) {
    let distributions = [
        ("lectern_line_loss_permille", &tally.loss_permille),
        ("lectern_line_uplink_loss_permille", &tally.uplink_loss_permille),
        ("lectern_line_round_trip_milliseconds", &tally.round_trip_ms),
        ("lectern_line_estimate_kbps", &tally.estimate_kbps),
        ("lectern_line_sent_kbps", &tally.sent_kbps),
        ("lectern_line_received_kbps", &tally.received_kbps),
    ];
    for (name, distribution) in distributions {
        histogram(name, distribution, out);
    }
    out.push_str("# TYPE lectern_line_receivers gauge\n");
    for (step, receivers) in ["full", "reduced", "screen_only", "sound_only"].iter().zip(tally.steps) {
        let _infallible = writeln!(out, "lectern_line_receivers{{step=\"{step}\"}} {receivers}");
    }
    let bitrates = [
        ("lectern_media_sent_bits_per_second", "gauge", tally.sent_bps),
        ("lectern_media_received_bits_per_second", "gauge", tally.received_bps),
    ];
    plain(&bitrates, out);
}

fn histogram(name: &str, values: &Distribution, out: &mut String) {
    let _infallible = writeln!(out, "# TYPE {name} histogram");
    let mut so_far = 0;
    for (mark, count) in &values.parts {
        so_far += count;
        let _infallible = writeln!(out, "{name}_bucket{{le=\"{mark}\"}} {so_far}");
    }
    let Distribution { count, sum, .. } = values;
    let _infallible = writeln!(out, "{name}_bucket{{le=\"+Inf\"}} {count}\n{name}_sum {sum}\n{name}_count {count}");
}

/// What the media shards counted. A series without a value is one whose shard was too busy to tell.
fn media_totals(shards: &[Option<MediaTotals>], out: &mut String) {
    type Read = fn(&MediaTotals) -> u64;
    const COUNTERS: &[(&str, &str, Read)] = &[
        ("lectern_media_peers", "gauge", |t| t.peers),
        ("lectern_media_peers_connected", "gauge", |t| t.peers_connected),
        ("lectern_media_peers_over_tcp", "gauge", |t| t.peers_over_tcp),
        ("lectern_media_datagrams_received_total", "counter", |t| t.datagrams_received),
        ("lectern_media_bytes_received_total", "counter", |t| t.bytes_received),
        ("lectern_media_packets_sent_total", "counter", |t| t.packets_sent),
        ("lectern_media_bytes_sent_total", "counter", |t| t.bytes_sent),
        ("lectern_media_rtp_packets_received_total", "counter", |t| t.media_packets_received),
        ("lectern_media_rtp_bytes_received_total", "counter", |t| t.media_bytes_received),
        ("lectern_media_rtp_packets_sent_total", "counter", |t| t.media_packets_sent),
        ("lectern_media_rtp_bytes_sent_total", "counter", |t| t.media_bytes_sent),
        ("lectern_media_repairs_sent_total", "counter", |t| t.repairs_sent),
        ("lectern_media_repairs_received_total", "counter", |t| t.repairs_received),
        ("lectern_media_nacks_received_total", "counter", |t| t.nacks_received),
        ("lectern_media_nacks_sent_total", "counter", |t| t.nacks_sent),
        ("lectern_media_plis_received_total", "counter", |t| t.plis_received),
        ("lectern_media_plis_sent_total", "counter", |t| t.plis_sent),
        ("lectern_media_relayed_out_total", "counter", |t| t.relayed_out),
        ("lectern_media_relayed_in_total", "counter", |t| t.relayed_in),
        ("lectern_media_busy_permille", "gauge", |t| t.busy_permille),
        ("lectern_media_shard_events_lost_total", "counter", |t| t.events_lost),
    ];
    let told = || shards.iter().enumerate().filter_map(|(number, totals)| Some((number, totals.as_ref()?)));
    for (name, kind, read) in COUNTERS {
        let _infallible = writeln!(out, "# TYPE {name} {kind}");
        for (shard, totals) in told() {
            let _infallible = writeln!(out, "{name}{{shard=\"{shard}\"}} {}", read(totals));
        }
    }
    out.push_str("# TYPE lectern_media_dropped_total counter\n");
    for (shard, totals) in told() {
        for (reason, count) in &totals.drops {
            let _infallible =
                writeln!(out, "lectern_media_dropped_total{{shard=\"{shard}\",reason=\"{reason}\"}} {count}");
        }
    }
}

/// Memory and CPU of this process, where the system tells.
fn process(out: &mut String) {
    let page_bytes = 4096_u64;
    let resident = std::fs::read_to_string("/proc/self/statm").ok();
    let resident = resident.and_then(|s| s.split_whitespace().nth(1)?.parse::<u64>().ok());
    if let Some(pages) = resident {
        let _infallible = writeln!(
            out,
            "# TYPE process_resident_memory_bytes gauge\nprocess_resident_memory_bytes {}",
            pages * page_bytes
        );
    }
}
