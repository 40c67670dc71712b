//! What the server tells about its own requests: one log line each at debug, and counters for `/metrics`.

use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Arc, Mutex, PoisonError};

use super::state::AppState;

/// Requests by route, and there by method and status. Routes are patterns, so there are as many keys as routes and statuses.
#[derive(Clone, Default)]
pub(super) struct RequestCounts(Arc<Mutex<BTreeMap<String, Counts>>>);

type Counts = BTreeMap<(&'static str, u16), u64>;

impl RequestCounts {
    fn count(&self, method: &'static str, route: &str, status: u16) {
        let mut routes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Looked for first: nothing is allocated but for the first request of a route.
        if !routes.contains_key(route) {
            routes.insert(route.to_owned(), Counts::new());
        }
        if let Some(counts) = routes.get_mut(route) {
            *counts.entry((method, status)).or_insert(0) += 1;
        }
    }

    /// In the text format of Prometheus.
    pub(super) fn write_metrics(&self, out: &mut String) {
        out.push_str(
            "# HELP lectern_http_requests_total Requests answered.\n# TYPE lectern_http_requests_total counter\n",
        );
        for (route, counts) in self.0.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            for ((method, status), count) in counts {
                let _infallible = writeln!(
                    out,
                    "lectern_http_requests_total{{method=\"{method}\",route=\"{route}\",status=\"{status}\"}} {count}"
                );
            }
        }
    }
}

/// Any method may come in; only the known ones become labels.
fn label(method: &Method) -> &'static str {
    const KNOWN: [Method; 7] =
        [Method::GET, Method::HEAD, Method::POST, Method::PATCH, Method::DELETE, Method::OPTIONS, Method::PUT];
    const LABELS: [&str; 7] = ["GET", "HEAD", "POST", "PATCH", "DELETE", "OPTIONS", "PUT"];
    KNOWN.iter().position(|known| known == method).map_or("OTHER", |at| LABELS[at])
}

pub(super) async fn observe(State(app): State<AppState>, request: Request, next: Next) -> Response {
    let method = label(request.method());
    let route = request.extensions().get::<MatchedPath>().cloned();
    let route = route.as_ref().map_or("(page)", MatchedPath::as_str);
    let started = app.clock.now();
    let response = next.run(request).await;
    let status = response.status().as_u16();
    app.requests.count(method, route, status);
    let duration_ms = app.clock.now().since(started).as_millis();
    tracing::debug!(method, route, status, duration_ms, "answered");
    response
}
