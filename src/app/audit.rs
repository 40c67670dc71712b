//! The audit of the presence ledger: whether the chains hold, where they ended when they were last looked at, and the lines
//! themselves, for people and for programs.

use crate::domain::SessionId;
use crate::domain::presence::{Hash, Head, Person, PresenceEvent, PresenceKind, hex};
use crate::store::{self, Store};
use anyhow::{Context, bail};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;
use std::io::Write;
use std::path::Path;

/// The ends of chains, kept outside the database: one line `SESSION SEQUENCE HASH` each.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeptHeads(BTreeMap<SessionId, Head>);

/// What `verify` found.
#[derive(Debug, Default)]
pub struct Checked {
    pub intact: KeptHeads,
    pub lines: i64,
    /// Sessions whose lines do not fit.
    pub broken: usize,
}

/// How lines are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lines {
    Words,
    Json,
}

/// Checks one Session or all, also against heads that were kept elsewhere, and says of each broken one where.
pub async fn verify(
    store: &Store,
    only: Option<SessionId>,
    kept: &KeptHeads,
    out: &mut dyn Write,
) -> anyhow::Result<Checked> {
    let sessions = match only {
        Some(session) => {
            // Refuses a Session that nobody knows.
            store::ledger::head(store, session).await?;
            BTreeSet::from([session])
        }
        None => store::ledger::sessions(store).await?.into_iter().chain(kept.0.keys().copied()).collect(),
    };
    let mut checked = Checked::default();
    for session in sessions {
        let mut found = store::ledger::verify(store, session).await?;
        if let (Ok(_), Some(&before)) = (&found, kept.0.get(&session))
            && let Err(broken) = store::ledger::goes_through(store, session, before).await?
        {
            found = Err(broken);
        }
        match found {
            Ok(head) => {
                checked.lines += head.sequence;
                checked.intact.0.insert(session, head);
                if store::ledger::lacks_its_end(store, session).await? {
                    writeln!(
                        out,
                        "直播 {session}：已经结束，明细里没有结束的一行。可能是末尾被截掉，也可能是服务器当时中断。"
                    )?;
                }
            }
            Err(broken) => {
                checked.broken += 1;
                writeln!(out, "直播 {session}：{broken}。")?;
            }
        }
    }
    Ok(checked)
}

impl Checked {
    /// What to tell whoever asked: a sentence, or why it is not well.
    pub fn verdict(&self) -> anyhow::Result<String> {
        let whole = self.intact.0.len();
        match self.broken {
            0 => Ok(format!("考勤明细完整：{whole} 场直播，共 {} 行。", self.lines)),
            broken => bail!("{broken} 场直播的考勤明细对不上，{whole} 场完整，共 {} 行。", self.lines),
        }
    }
}

/// Prints every line of the Session.
pub async fn show(store: &Store, session: SessionId, lines: Lines, out: &mut dyn Write) -> anyhow::Result<()> {
    store::ledger::head(store, session).await?;
    let mut names = HashMap::new();
    let mut after = 0;
    loop {
        let events = store::ledger::events_after(store, session, after).await?;
        let Some(last) = events.last() else { return Ok(()) };
        after = last.sequence;
        for event in &events {
            match lines {
                Lines::Words => writeln!(out, "{}", in_words(event, &mut names))?,
                Lines::Json => writeln!(out, "{}", in_json(event))?,
            }
        }
    }
}

/// A mistyped number must not be found intact.
/// `names` remembers how the Participants were called when they came in.
fn in_words(event: &PresenceEvent, names: &mut HashMap<u32, String>) -> String {
    let detail: Value = serde_json::from_str(&event.detail).unwrap_or_default();
    if let (PresenceKind::Joined, Some(number), Some(name)) = (event.kind, event.participant, detail["name"].as_str()) {
        names.insert(number, name.to_owned());
    }
    let mut text = format!("{:>6}  {}  {}", event.sequence, event.wall, event.kind.word());
    if let Some(number) = event.participant {
        let person = event.person.as_deref().and_then(Person::from_key);
        let name = match (person, names.get(&number)) {
            (Some(Person::Guest { name, school }), _) => format!("{name}（{school}）"),
            (_, Some(name)) => name.clone(),
            (Some(Person::Account(account)), None) => account.to_string(),
            (Some(Person::Classroom(id)), None) => format!("教室 {id}"),
            (None, None) => String::new(),
        };
        let _infallible = write!(text, "  {number} 号 {name}");
    }
    let _infallible = write!(text, "  {}", event.detail);
    text
}

/// Exactly what the hash covers, the detail as the text that it is.
fn in_json(event: &PresenceEvent) -> Value {
    json!({
        "session": event.session,
        "sequence": event.sequence,
        "id": event.id,
        "kind": event.kind,
        "participant": event.participant,
        "person": event.person,
        "detail": event.detail,
        "monotonic_us": event.monotonic_us,
        "wall_us": event.wall.micros(),
        "previous_hash": hex(&event.previous_hash),
        "hash": hex(&event.hash),
    })
}

impl KeptHeads {
    pub fn read(file: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(file).with_context(|| format!("文件 {} 读不出来", file.display()))?;
        let heads = text.lines().zip(1..).map(|(line, number): (&str, usize)| {
            kept_head(line).with_context(|| format!("文件 {} 的第 {number} 行不是“编号 行数 指纹”", file.display()))
        });
        heads.collect::<anyhow::Result<_>>().map(Self)
    }

    /// Whole or not at all: what was kept before is worth more than a part of what is.
    pub fn write(&self, file: &Path) -> anyhow::Result<()> {
        let mut text = String::new();
        for (session, Head { sequence, hash }) in &self.0 {
            let _infallible = writeln!(text, "{session} {sequence} {}", hex(hash));
        }
        let draft = file.with_extension("draft");
        let write = || {
            std::fs::write(&draft, &text)?;
            std::fs::File::open(&draft)?.sync_all()?;
            std::fs::rename(&draft, file)
        };
        write().with_context(|| format!("文件 {} 写不下来", file.display()))
    }
}

fn kept_head(line: &str) -> Option<(SessionId, Head)> {
    let mut words = line.split_whitespace();
    let (session, sequence, hash) = (words.next()?, words.next()?, words.next()?);
    let head = Head { sequence: sequence.parse().ok().filter(|n| *n >= 0)?, hash: unhex(hash)? };
    words.next().is_none().then_some((SessionId::parse(session).ok()?, head))
}

fn unhex(text: &str) -> Option<Hash> {
    let mut hash = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (byte, at) in hash.iter_mut().zip((0..64).step_by(2)) {
        *byte = u8::from_str_radix(&text[at..at + 2], 16).ok()?;
    }
    Some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_come_back_as_they_were_kept() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("heads.txt");
        let head = |n: u8| (SessionId::from_random([n; 10]), Head { sequence: n.into(), hash: [n ^ 0xa5; 32] });
        let heads = KeptHeads((1..5).map(head).collect());
        heads.write(&file).unwrap();
        assert_eq!(KeptHeads::read(&file).unwrap(), heads);
    }

    #[test]
    fn a_kept_line_that_is_damaged_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("heads.txt");
        let good = format!("{} 3 {}", SessionId::from_random([7; 10]), "ab".repeat(32));
        for bad in ["", "x 3 00", &good[..good.len() - 1], &format!("{good} more"), &good.replace(" 3 ", " -3 ")] {
            std::fs::write(&file, format!("{good}\n{bad}\n{good}\n")).unwrap();
            assert!(format!("{:#}", KeptHeads::read(&file).unwrap_err()).contains("第 2 行"), "{bad}");
        }
    }
}
