//! The client of a bucket: HTTP/1.1 over the TLS of this house.
//!
//! `object_store`'s own client would bring a second TLS library into the server.

use http_body_util::BodyExt as _;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector as TcpConnector;
use hyper_util::rt::TokioExecutor;
use object_store::ClientOptions;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpRequestBody, HttpResponse, HttpResponseBody,
    HttpService,
};
use std::error::Error;
use std::io;
use std::time::Duration;

/// One request up to its answer; 8 MiB at 1 Mbit/s take 67 s.
const PATIENCE: Duration = Duration::from_secs(180);

#[derive(Debug)]
pub(super) struct HouseConnector;

#[derive(Debug)]
struct HouseClient(Client<HttpsConnector<TcpConnector>, HttpRequestBody>);

impl HttpConnector for HouseConnector {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        let failed = |source: io::Error| object_store::Error::Generic { store: "S3", source: Box::new(source) };
        let provider = rustls::crypto::ring::default_provider();
        let tls = HttpsConnectorBuilder::new().with_provider_and_native_roots(provider).map_err(failed)?;
        let connector = tls.https_or_http().enable_http1().build();
        Ok(HttpClient::new(HouseClient(Client::builder(TokioExecutor::new()).build(connector))))
    }
}

#[async_trait::async_trait]
impl HttpService for HouseClient {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let answered = tokio::time::timeout(PATIENCE, self.0.request(request)).await;
        let answered = answered.map_err(|late| HttpError::new(HttpErrorKind::Timeout, late))?;
        let answered = answered.map_err(|error| {
            let kind = if error.is_connect() { HttpErrorKind::Connect } else { kind_of(&error) };
            HttpError::new(kind, error)
        })?;
        let (parts, body) = answered.into_parts();
        let body = HttpResponseBody::new(body.map_err(|error| HttpError::new(kind_of(&error), error)));
        Ok(HttpResponse::from_parts(parts, body))
    }
}

/// Which of them may be asked again: a line that broke may, what can't be understood may not.
fn kind_of(error: &(dyn Error + 'static)) -> HttpErrorKind {
    let mut cause = Some(error);
    while let Some(one) = cause {
        if let Some(broken) = one.downcast_ref::<hyper::Error>()
            && (broken.is_closed() || broken.is_incomplete_message() || broken.is_body_write_aborted())
        {
            return HttpErrorKind::Request;
        }
        if let Some(broken) = one.downcast_ref::<io::Error>() {
            return match broken.kind() {
                io::ErrorKind::TimedOut => HttpErrorKind::Timeout,
                _ => HttpErrorKind::Interrupted,
            };
        }
        cause = one.source();
    }
    HttpErrorKind::Unknown
}
