//! What the server tells about its own requests: one log line each at debug, and counters for `/metrics`.

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Arc, Mutex, PoisonError};

use super::state::AppState;

/// Requests by method, route and status. Routes are patterns, so there are as many keys as routes and statuses.
#[derive(Clone, Default)]
pub(super) struct RequestCounts(Arc<Mutex<BTreeMap<Kind, u64>>>);

/// Method, route and status.
type Kind = (String, String, u16);

impl RequestCounts {
    fn count(&self, method: &str, route: &str, status: u16) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry((method.to_owned(), route.to_owned(), status)).or_insert(0) += 1;
    }

    /// In the text format of Prometheus.
    pub(super) fn write_metrics(&self, out: &mut String) {
        out.push_str(
            "# HELP lectern_http_requests_total Requests answered.\n# TYPE lectern_http_requests_total counter\n",
        );
        for ((method, route, status), count) in self.0.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            let _infallible = writeln!(
                out,
                "lectern_http_requests_total{{method=\"{method}\",route=\"{route}\",status=\"{status}\"}} {count}"
            );
        }
    }
}

pub(super) async fn observe(State(app): State<AppState>, request: Request, next: Next) -> Response {
    // Any method may come in; only the known ones become labels.
    let method = match request.method().as_str() {
        known @ ("GET" | "HEAD" | "POST" | "PATCH" | "DELETE" | "OPTIONS" | "PUT") => known.to_owned(),
        _ => "OTHER".to_owned(),
    };
    let route = request.extensions().get::<MatchedPath>().map_or("(page)", MatchedPath::as_str).to_owned();
    let started = app.clock.now();
    let response = next.run(request).await;
    let status = response.status().as_u16();
    app.requests.count(&method, &route, status);
    let duration_ms = app.clock.now().since(started).as_millis();
    tracing::debug!(method, route, status, duration_ms, "answered");
    response
}
