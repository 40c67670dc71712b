//! What people handed in, chose and decided about the demo's Studios, so that their scorecards show every state.

use super::{DemoError, Made};
use crate::domain::participation::year_of;
use crate::domain::policy::YearKind;
use crate::domain::{
    AccountId, EvidenceVerdict, MediaType, NewChoice, NewEvidence, NewHelpedSchool, NewMentor, OfficeTier, Officer,
    SchoolId, StudioId, Time,
};
use crate::store::attachment::NewAttachment;
use crate::store::fact::RESOURCE_SLOT;
use crate::store::{self, Store};
use std::collections::HashMap;

const POLICY: &str = "zhejiang-2019";
/// Who decides for the Region.
const OFFICE: &str = "宋雅琴";

/// Slot, title, so many days ago, and for how many it was accepted; none while it waits.
type Paper = (&'static str, &'static str, i32, Option<u32>);
const PAPERS: &[Paper] = &[
    ("activity_case", "习作单元集体备课案例", 6, Some(1)),
    ("activity_case", "批注式阅读研修案例", 3, None),
    (RESOURCE_SLOT, "名师微课：会观察的眼睛", 40, Some(6)),
    ("themed_resource", "习作支架专题资源", 2, None),
    ("research_result", "《习作教学的支架》省级论文二等奖", 90, Some(1)),
];

/// Who guides whom, by the names of those who have accounts.
const MENTORS: &[(&str, &str)] =
    &[("李建国", "陈晓梅"), ("林雨桐", "曹小燕"), ("何志强", "黄素珍"), ("马海燕", "谢春兰")];

/// The one who decides about them.
pub(super) fn office(accounts: &HashMap<&'static str, AccountId>) -> Officer {
    officer(accounts[OFFICE])
}

pub(super) fn officer(account: AccountId) -> Officer {
    Officer { account, tier: OfficeTier::Province }
}

/// What is known without a file.
pub(super) async fn rule(
    store: &Store,
    studios: &[Made],
    schools: &HashMap<&'static str, SchoolId>,
    accounts: &HashMap<&'static str, AccountId>,
    now: Time,
) -> Result<(), DemoError> {
    let today = now.day();
    let office = office(accounts);
    let first = &studios[0];
    let host = accounts["周文澜"];
    for (school, days) in [("上坪小学", 200), ("柳溪镇完全小学", 90)] {
        let from = today.plus(-days);
        let new = NewHelpedSchool { studio: first.id, school: schools[school], from, to: None };
        store::helped_school::create(store, new, host, now).await?;
    }
    for (mentor, mentee) in MENTORS {
        let new = NewMentor {
            studio: first.id,
            mentor: accounts[mentor],
            mentee_account: Some(accounts[mentee]),
            mentee: String::new(),
            from: today.plus(-60),
            to: None,
        };
        store::mentor::create(store, new, host, now).await?;
    }
    // The first one waits for its office; of the other it is confirmed.
    for (studio, by, confirmed) in [(first, host, false), (&studios[3], accounts["吴桂兰"], true)] {
        let new = NewChoice {
            studio: studio.id,
            policy: POLICY.to_owned(),
            year: year_of(YearKind::Calendar, today),
            choice: "S1-20".to_owned(),
            criteria: vec!["S1-21".to_owned()],
        };
        let made = store::ruling::choose(store, new, by, now).await?.id;
        if confirmed {
            store::ruling::decide_choice(store, made, (true, String::new()), office, now).await?;
        }
    }
    Ok(())
}

/// A file that lies in the archive, to be shown for all that was handed in.
#[derive(Debug, Clone)]
pub struct Shown {
    pub digest: [u8; 32],
    pub size: u64,
}

/// Hands in the Evidence of the first Studio.
pub(super) async fn hand_in(
    store: &Store,
    studio: StudioId,
    host: AccountId,
    office: Officer,
    shown: &Shown,
    now: Time,
) -> Result<(), DemoError> {
    for (slot, title, days, accepted) in PAPERS {
        let file = NewAttachment {
            digest: shown.digest,
            name: format!("{title}.pdf"),
            media_type: MediaType::Pdf,
            size: shown.size,
            author: host,
        };
        let file = store::attachment::create(store, file, now).await?.id;
        let new = NewEvidence {
            studio,
            policy: POLICY.to_owned(),
            slot: (*slot).to_owned(),
            account: None,
            title: (*title).to_owned(),
            day: now.day().plus(-days),
            attachments: vec![file],
        };
        let made = store::evidence::create(store, new, host, now).await?.id;
        if let Some(count) = *accepted {
            let verdict = EvidenceVerdict { accepted: true, count, reason: String::new() };
            store::evidence::decide(store, made, verdict, office, now).await?;
        }
    }
    Ok(())
}

/// One page that says what it is, as small as a PDF can be.
#[must_use]
pub fn paper() -> Vec<u8> {
    const TEXT: &str = "BT /F1 20 Tf 72 760 Td (Lectern demo: a paper that proves what was done) Tj ET";
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>".to_owned(),
        format!("<</Length {}>>stream\n{TEXT}\nendstream", TEXT.len()),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>".to_owned(),
    ];
    let mut text = "%PDF-1.4\n".to_owned();
    let mut places = Vec::new();
    for (number, object) in (1..).zip(&objects) {
        places.push(text.len());
        text += &format!("{number} 0 obj{object}endobj\n");
    }
    let table = text.len();
    text += &format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for place in &places {
        text += &format!("{place:010} 00000 n \n");
    }
    text += &format!("trailer<</Size {}/Root 1 0 R>>\nstartxref\n{table}\n%%EOF\n", objects.len() + 1);
    text.into_bytes()
}
