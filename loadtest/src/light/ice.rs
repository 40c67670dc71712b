//! ICE of a client with one host candidate, towards a lite server or a full agent: checks, nomination, consent, and
//! answers to the other side's checks (RFC 8445, RFC 7675).

use crate::sdp::Answer;
use rand::RngExt;
use rtc::crypto::RTCCrypto;
use rtc::shared::error::Error;
use rtc::stun::attributes::{
    ATTR_ICE_CONTROLLED, ATTR_ICE_CONTROLLING, ATTR_PRIORITY, ATTR_USE_CANDIDATE, ATTR_USERNAME, AttrType, RawAttribute,
};
use rtc::stun::fingerprint::FINGERPRINT;
use rtc::stun::integrity::MessageIntegrity;
use rtc::stun::message::{BINDING_REQUEST, BINDING_SUCCESS, Message, Setter, TransactionId};
use rtc::stun::textattrs::TextAttribute;
use rtc::stun::xoraddr::XorMappedAddress;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// Ta for one pair (RFC 8445 §14.2).
const CHECK_EVERY: Duration = Duration::from_millis(50);
/// RFC 7675 §5.1: every 5 s, and a peer that is silent for 30 s has withdrawn its consent.
const CONSENT_EVERY: Duration = Duration::from_secs(5);
const CONSENT_LOST: Duration = Duration::from_secs(30);
/// A host candidate with the greatest local preference (RFC 8445 §5.1.2.1).
const PRIORITY: u32 = 2_130_706_431;

#[derive(Debug)]
pub(crate) struct Ice {
    pub(crate) ufrag: String,
    pub(crate) pwd: String,
    tie_breaker: u64,
    remote: Option<Remote>,
}

#[derive(Debug)]
struct Remote {
    role: Role,
    username: String,
    pwd: String,
    candidates: Vec<SocketAddr>,
    /// The pair that answered a check of ours, and the one that the other side nominated.
    answered: Option<SocketAddr>,
    nominated: Option<SocketAddr>,
    selected: Option<SocketAddr>,
    /// Ids of the last checks: an answer to any of them will do.
    asked: Vec<TransactionId>,
    next_check: Instant,
    heard: Instant,
    tries: usize,
}

/// Who offers controls (RFC 8445 §6.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Controlling,
    Controlled,
}

/// What a datagram of STUN meant.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Heard {
    pub(crate) reply: Option<Vec<u8>>,
    /// The pair works now and did not before.
    pub(crate) selected: bool,
}

impl Ice {
    pub(crate) fn new() -> Self {
        let mut rng = rand::rng();
        let mut word = |len| (0..len).map(|_| rng.sample(rand::distr::Alphanumeric) as char).collect();
        let (ufrag, pwd) = (word(8), word(24));
        Self { ufrag, pwd, tie_breaker: rng.random(), remote: None }
    }

    pub(crate) fn accept(&mut self, now: Instant, role: Role, answer: &Answer) {
        self.remote = Some(Remote {
            role,
            username: format!("{}:{}", answer.ice_ufrag, self.ufrag),
            pwd: answer.ice_pwd.clone(),
            candidates: answer.candidates.clone(),
            answered: None,
            nominated: None,
            selected: None,
            asked: Vec::new(),
            next_check: now,
            heard: now,
            tries: 0,
        });
    }

    pub(crate) fn selected(&self) -> Option<SocketAddr> {
        self.remote.as_ref()?.selected
    }

    pub(crate) fn due(&self) -> Option<Instant> {
        self.remote.as_ref().map(|remote| remote.next_check)
    }

    pub(crate) fn consent_lost(&self, now: Instant) -> bool {
        self.remote.as_ref().is_some_and(|remote| now.saturating_duration_since(remote.heard) > CONSENT_LOST)
    }

    /// The next check, when it is due.
    pub(crate) fn poll_check(
        &mut self,
        now: Instant,
        crypto: &dyn RTCCrypto,
    ) -> Result<Option<(SocketAddr, Vec<u8>)>, Error> {
        let tie_breaker = self.tie_breaker;
        let Some(remote) = self.remote.as_mut().filter(|remote| remote.next_check <= now) else { return Ok(None) };
        let to = remote.selected.unwrap_or(remote.candidates[remote.tries % remote.candidates.len()]);
        remote.tries += 1;
        remote.next_check = now + if remote.selected.is_some() { CONSENT_EVERY } else { CHECK_EVERY };
        let id = TransactionId::new();
        if remote.asked.len() == 8 {
            remote.asked.remove(0);
        }
        remote.asked.push(id);
        let mut attributes: Vec<Box<dyn Setter>> = vec![
            Box::new(BINDING_REQUEST),
            Box::new(id),
            Box::new(TextAttribute::new(ATTR_USERNAME, remote.username.clone())),
            Box::new(raw(ATTR_PRIORITY, &PRIORITY.to_be_bytes())),
        ];
        match remote.role {
            // With one pair there is nothing to compare: the first that works is the one.
            Role::Controlling => attributes.extend([
                Box::new(raw(ATTR_ICE_CONTROLLING, &tie_breaker.to_be_bytes())) as Box<dyn Setter>,
                Box::new(raw(ATTR_USE_CANDIDATE, &[])),
            ]),
            Role::Controlled => attributes.push(Box::new(raw(ATTR_ICE_CONTROLLED, &tie_breaker.to_be_bytes()))),
        }
        let integrity = MessageIntegrity::new_short_term_integrity_with_provider(remote.pwd.clone(), crypto);
        attributes.push(Box::new(integrity));
        attributes.push(Box::new(FINGERPRINT));
        let mut message = Message::new();
        message.build(&attributes)?;
        Ok(Some((to, message.raw)))
    }

    pub(crate) fn handle(
        &mut self,
        now: Instant,
        from: SocketAddr,
        datagram: &[u8],
        crypto: &dyn RTCCrypto,
    ) -> Result<Heard, Error> {
        let Some(remote) = self.remote.as_mut() else { return Ok(Heard::default()) };
        let mut heard = Heard::default();
        let mut message = Message::new();
        message.unmarshal_binary(datagram)?;
        if message.typ == BINDING_SUCCESS {
            MessageIntegrity::check(&mut message, remote.pwd.as_bytes(), crypto)?;
            if remote.asked.contains(&message.transaction_id) {
                remote.heard = now;
                remote.answered = Some(from);
                heard.selected = remote.select(now);
            }
        } else if message.typ == BINDING_REQUEST {
            MessageIntegrity::check(&mut message, self.pwd.as_bytes(), crypto)?;
            let mut reply = Message::new();
            reply.build(&[
                Box::new(message.clone()),
                Box::new(BINDING_SUCCESS),
                Box::new(XorMappedAddress { ip: from.ip(), port: from.port() }),
                Box::new(MessageIntegrity::new_short_term_integrity_with_provider(self.pwd.clone(), crypto)),
                Box::new(FINGERPRINT),
            ])?;
            heard.reply = Some(reply.raw);
            if message.contains(ATTR_USE_CANDIDATE) {
                remote.nominated = Some(from);
                heard.selected = remote.select(now);
            }
        }
        Ok(heard)
    }
}

impl Remote {
    /// True when the pair works from now on.
    fn select(&mut self, now: Instant) -> bool {
        let ready = match self.role {
            Role::Controlling => self.answered,
            Role::Controlled => self.answered.filter(|_| self.answered == self.nominated),
        };
        if self.selected.is_some() || ready.is_none() {
            return false;
        }
        self.selected = ready;
        self.next_check = now + CONSENT_EVERY;
        true
    }
}

fn raw(typ: AttrType, value: &[u8]) -> RawAttribute {
    RawAttribute { typ, length: value.len() as u16, value: value.to_vec() }
}
