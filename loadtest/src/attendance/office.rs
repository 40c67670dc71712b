//! What the host does over HTTP: signs in, plans, goes live, ends, and reads who was there.

use crate::clock;
use crate::join::below;
use anyhow::{Context as _, bail};
use reqwest::{Client, Method, Url};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A host who is signed in.
pub(super) struct Office {
    client: Client,
    url: Url,
    cookies: String,
    csrf: String,
}

/// What an encoder needs.
#[derive(Deserialize)]
pub(super) struct Encoder {
    pub(super) whip: String,
    pub(super) token: String,
}

#[derive(Deserialize)]
pub(super) struct Presence {
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) record: Record,
}

/// The part of a record that lives are compared with.
#[derive(Deserialize)]
pub(super) struct Record {
    pub(super) status: String,
    pub(super) late: bool,
    pub(super) left_early: bool,
    pub(super) open: bool,
    pub(super) minutes: u32,
    pub(super) unverified_minutes: u32,
    pub(super) devices: usize,
    pub(super) check_ins: CheckIns,
    pub(super) intervals: Vec<Interval>,
    pub(super) gaps: Vec<Gap>,
}

#[derive(Deserialize, PartialEq, Eq)]
pub(super) struct CheckIns {
    pub(super) asked: usize,
    pub(super) answered: usize,
}

#[derive(Deserialize)]
pub(super) struct Interval {
    from: String,
    to: String,
}

#[derive(Deserialize)]
pub(super) struct Gap {
    kind: String,
    #[serde(flatten)]
    span: Interval,
}

impl Record {
    /// In tenths of a second, as the intervals say.
    pub(super) fn seen(&self) -> anyhow::Result<u32> {
        self.intervals.iter().map(Interval::tenths).sum()
    }

    pub(super) fn unverified(&self) -> anyhow::Result<u32> {
        let unverified = self.gaps.iter().filter(|gap| ["hidden", "unproven", "lost"].contains(&gap.kind.as_str()));
        unverified.map(|gap| gap.span.tenths()).sum()
    }
}

impl Interval {
    fn tenths(&self) -> anyhow::Result<u32> {
        let at = |text: &str| OffsetDateTime::parse(text, &Rfc3339).context("reading a time");
        let span = at(&self.to)? - at(&self.from)?;
        u32::try_from(span.whole_milliseconds() / 100).context("an interval goes backwards")
    }
}

impl Office {
    pub(super) async fn sign_in(client: Client, url: Url, account: &str, password: &str) -> anyhow::Result<Self> {
        let address = below(&url, "/api/logins")?;
        let form = json!({ "account_name": account, "password": password });
        let answer = client.post(address).json(&form).send().await.context("signing in")?;
        if !answer.status().is_success() {
            bail!("{account} could not sign in: {}", answer.status());
        }
        let set = answer.headers().get_all("set-cookie").iter().filter_map(|value| value.to_str().ok());
        let cookies: Vec<String> = set.filter_map(|value| value.split(';').next()).map(str::to_owned).collect();
        let csrf = cookies.iter().find_map(|cookie| cookie.strip_prefix("lectern_csrf=")).context("no csrf cookie")?;
        Ok(Self { client, url, csrf: csrf.to_owned(), cookies: cookies.join("; ") })
    }

    /// Plans an Activity that began a minute ago and lasts for long, and goes live; returns the Session's id.
    pub(super) async fn go_live(&self) -> anyhow::Result<String> {
        let me: Value = self.call(Method::GET, "/api/me", None).await?;
        let memberships = me["memberships"].as_array().context("no memberships")?;
        let host =
            memberships.iter().find(|one| one["role"] == "host").context("the account is no host of a Studio")?;
        let studio = host["studio"]["id"].as_str().context("no Studio")?;
        let plan = json!({
            "title": "考勤核对", "kind": "seminar", "mode": "online", "level": "county", "presenters": [],
            "planned_start": stamp(-60)?, "planned_end": stamp(6 * 3600)?, "guests_allowed": true,
        });
        let path = format!("/api/studios/{studio}/activities");
        let planned: Value = self.call(Method::POST, &path, Some(plan)).await?;
        let activity = planned["activity"]["id"].as_str().context("no Activity")?;
        let live: Value = self.call(Method::POST, &format!("/api/activities/{activity}/go-live"), None).await?;
        Ok(live["session"]["id"].as_str().context("no Session")?.to_owned())
    }

    pub(super) async fn encoder(&self, session: &str) -> anyhow::Result<Encoder> {
        self.call(Method::POST, &format!("/api/sessions/{session}/encoders"), None).await
    }

    pub(super) async fn ticket(&self, session: &str) -> anyhow::Result<String> {
        let path = format!("/api/sessions/{session}/tickets");
        let answer: Value = self.call(Method::POST, &path, Some(json!({}))).await?;
        Ok(answer["ticket"].as_str().context("no ticket")?.to_owned())
    }

    pub(super) async fn end(&self, session: &str) -> anyhow::Result<()> {
        let _: Value = self.call(Method::POST, &format!("/api/sessions/{session}/end"), None).await?;
        Ok(())
    }

    pub(super) async fn presence(&self, session: &str) -> anyhow::Result<Vec<Presence>> {
        #[derive(Deserialize)]
        struct Page {
            rows: Vec<Presence>,
        }
        let page: Page = self.call(Method::GET, &format!("/api/sessions/{session}/presence"), None).await?;
        Ok(page.rows)
    }

    async fn call<T: DeserializeOwned>(&self, method: Method, path: &str, body: Option<Value>) -> anyhow::Result<T> {
        let mut request = self.client.request(method, below(&self.url, path)?);
        request = request.header("cookie", &self.cookies).header("x-csrf-token", &self.csrf);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.with_context(|| format!("asking {path}"))?;
        let status = answer.status();
        let text = answer.text().await?;
        if !status.is_success() {
            bail!("{path}: {status} {}", text.chars().take(300).collect::<String>());
        }
        serde_json::from_str(&text).with_context(|| format!("reading the answer of {path}"))
    }
}

/// So many seconds from now, as the server reads times.
fn stamp(from_now: i64) -> anyhow::Result<String> {
    let now = i64::try_from(clock::now().unix_us / 1_000_000)?;
    Ok(OffsetDateTime::from_unix_timestamp(now + from_now)?.format(&Rfc3339)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_measured_across_midnight_and_zones() {
        let span = |from: &str, to: &str| Interval { from: from.into(), to: to.into() }.tenths();
        assert_eq!(span("2026-11-20T23:59:58.5+08:00", "2026-11-21T00:00:01+08:00").unwrap(), 25);
        assert_eq!(span("2026-11-20T14:00:00Z", "2026-11-20T22:00:01.25+08:00").unwrap(), 12);
        assert!(span("2026-11-20T14:00:01Z", "2026-11-20T14:00:00Z").is_err());
    }
}
