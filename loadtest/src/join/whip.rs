//! WHIP and WHEP: one POST with the offer, one DELETE to leave (RFC 9725 §4).

use anyhow::{Context as _, bail};
use reqwest::header::{CONTENT_TYPE, LOCATION};
use reqwest::{Client, StatusCode, Url};

/// The longest part of a server's refusal that is shown.
const SHOWN: usize = 300;

/// What the server opened for one peer.
pub(crate) struct Resource {
    pub(crate) answer: String,
    address: Option<Url>,
    token: String,
}

impl Resource {
    pub(crate) async fn open(client: &Client, endpoint: Url, token: &str, offer: String) -> anyhow::Result<Self> {
        let request =
            client.post(endpoint.clone()).bearer_auth(token).header(CONTENT_TYPE, "application/sdp").body(offer);
        let response = request.send().await.with_context(|| format!("sending the offer to {endpoint}"))?;
        let status = response.status();
        // The address may be relative (RFC 9725 §4.2).
        let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
        let address = location.and_then(|location| endpoint.join(location).ok());
        let body = response.text().await.context("reading the answer")?;
        if status != StatusCode::CREATED {
            bail!("{endpoint} answered {status}: {}", body.chars().take(SHOWN).collect::<String>());
        }
        Ok(Self { answer: body, address, token: token.to_owned() })
    }

    /// Leaves. A server that is gone needs no goodbye.
    pub(crate) async fn close(self, client: &Client) {
        if let Some(address) = self.address
            && let Err(error) = client.delete(address).bearer_auth(self.token).send().await
        {
            tracing::debug!(%error, "the goodbye was not heard");
        }
    }
}
