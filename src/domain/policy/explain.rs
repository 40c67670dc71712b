//! A Policy as people read it: chapters of articles, each rule in words beside the sentence that it was taken from.

use super::{Capacity, Deadline, Money, Policy, PublicityBy, PublicityRule, Source};
use crate::domain::Day;
use crate::domain::attendance::Clause;
use serde::Serialize;
use std::fmt;

/// For a page or a terminal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explained {
    /// 浙江省名师网络工作室项目（第三轮）
    pub title: String,
    /// What it says of itself: who issued it, since when it is in force …
    pub head: Vec<Clause>,
    pub chapters: Vec<Chapter>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Chapter {
    pub title: String,
    /// 办法第三部分第 3 条; empty where the document has no such part.
    pub part: String,
    pub articles: Vec<Article>,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Article {
    /// The id of the Criterion or Choice; empty for everything else.
    pub id: String,
    pub title: String,
    /// What it asks, in a sentence; empty where the title says all.
    pub text: String,
    /// How it is known to be kept: 自动统计 … Only of criteria.
    pub class: Option<&'static str>,
    pub sources: Vec<Source>,
    pub note: Option<String>,
}

#[must_use]
pub fn explain(policy: &Policy) -> Explained {
    let mut chapters: Vec<Chapter> = policy
        .sections
        .iter()
        .map(|section| Chapter {
            title: section.title.clone(),
            part: section.part.clone(),
            articles: criteria(policy, &section.id).chain(choices(policy, &section.id)).collect(),
        })
        .collect();
    let named = |title: &str, articles| Chapter { title: title.to_owned(), part: String::new(), articles };
    chapters.push(named("考核结果", results(policy)));
    chapters.push(named("经费", policy.money.iter().map(money).collect()));
    chapters.push(named("申报条件", conditions(policy)));
    chapters.push(named("公示", policy.publicity.iter().map(|one| publicity(policy, one)).collect()));
    chapters.push(named("日程", policy.deadlines.iter().map(deadline).collect()));
    chapters.push(named("总量", policy.capacities.iter().map(|one| capacity(policy, one)).collect()));
    chapters.push(named("由系统功能保证", statements(policy)));
    chapters.push(named("出席怎样认定", attendance(policy)));
    chapters.push(named("文件没有写明、由本办法规定的", notes(policy)));
    chapters.retain(|chapter| !chapter.articles.is_empty());
    Explained { title: policy.title.clone(), head: head(policy), chapters }
}

fn head(policy: &Policy) -> Vec<Clause> {
    let clause = |term: &str, text: String| Clause { term: Some(term.to_owned()), text };
    let until = policy.effective_to.map_or_else(|| " 起".to_owned(), |to| format!(" 至 {}", date(to)));
    let words = |words: Vec<&'static str>| if words.is_empty() { "不限".to_owned() } else { words.join("、") };
    let whose = format!(
        "级别{}，类别{}",
        words(policy.tiers.iter().map(|tier| tier.word()).collect()),
        words(policy.kinds.iter().map(|kind| kind.word()).collect())
    );
    vec![
        clause("代号", format!("{}，第 {} 版", policy.key, policy.version)),
        clause("发文", policy.issuer.clone()),
        clause("适用", format!("{}{until}，{whose}", date(policy.effective_from))),
        clause("周期", format!("{} 年，按{}考核", policy.cycle.years, policy.year.word())),
        clause("课时", format!("{} 分钟", policy.class_hour_minutes)),
        clause("左右", format!("上下 {}%，至少 1", policy.about_percent)),
    ]
}

fn date(day: Day) -> String {
    day.to_string()
}

fn criteria<'a>(policy: &'a Policy, section: &'a str) -> impl Iterator<Item = Article> + 'a {
    policy.criteria.iter().filter(move |one| one.section == section).map(|one| Article {
        id: one.id.clone(),
        title: one.title.clone(),
        text: policy.sentence(one),
        class: Some(one.class.word()),
        sources: one.sources.clone(),
        note: one.note.clone(),
    })
}

fn choices<'a>(policy: &'a Policy, section: &'a str) -> impl Iterator<Item = Article> + 'a {
    policy.choices.iter().filter(move |choice| choice.section == section).map(|choice| {
        let titles = policy.criteria.iter().filter(|one| choice.of.contains(&one.id));
        let titles: Vec<&str> = titles.map(|one| one.title.as_str()).collect();
        let text = format!("从{}中选 {} 项，报主管部门确认。", titles.join("、"), choice.choose);
        Article {
            id: choice.id.clone(),
            title: choice.title.clone(),
            text,
            sources: choice.sources.clone(),
            ..Article::default()
        }
    })
}

fn results(policy: &Policy) -> Vec<Article> {
    let mut articles: Vec<Article> = policy
        .grades
        .iter()
        .map(|grade| {
            let reviewed = if grade.reviewed { "，并经评审认定" } else { "" };
            Article {
                title: grade.title.clone(),
                text: format!("{}{reviewed}。", grade.when.word()),
                sources: grade.sources.clone(),
                note: grade.note.clone(),
                ..Article::default()
            }
        })
        .collect();
    articles.extend(policy.vetoes.iter().map(|veto| {
        let follows = veto.consequence.as_ref().map_or_else(String::new, |what| format!("后果：{what}。"));
        Article {
            title: format!("一票否决：{}", veto.title),
            text: format!("原文第 {} 行“{}”，由主管部门认定。{follows}", veto.line, veto.quote),
            ..Article::default()
        }
    }));
    articles.extend(policy.cycle.final_assessment.iter().map(|one| Article {
        title: one.title.clone(),
        text: format!(
            "{} 年周期的最后一年进行：各年度都有通过的最终结果、周期指标全部达标、周期内没有一票否决的为合格，可进入下一周期；否则不再命名。",
            policy.cycle.years
        ),
        sources: one.sources.clone(),
        note: Some("文件没有写明怎样评定，由本办法规定；得分是各年度得分的平均数。".to_owned()),
        ..Article::default()
    }));
    articles.extend(policy.ranking.iter().map(|ranking| Article {
        title: "排名".to_owned(),
        text: format!("{}工作室按得分排名，取前 {} 名。", ranking.tier.word(), ranking.cut_off),
        sources: ranking.sources.clone(),
        ..Article::default()
    }));
    articles.extend(policy.credits.iter().map(|credits| {
        let who = policy.populations.get(&credits.population).map_or("", |one| one.title.as_str());
        let tier = credits.tier.map_or_else(String::new, |tier| format!("{}工作室", tier.word()));
        Article {
            title: "学分".to_owned(),
            text: format!("{tier}年度考核合格的，{who}每人计 {} 学分。", credits.amount),
            sources: credits.sources.clone(),
            ..Article::default()
        }
    }));
    articles
}

fn money(one: &Money) -> Article {
    let amount = one.yuan.map_or_else(|| "金额由主管部门定".to_owned(), |yuan| format!("{yuan} 元"));
    Article {
        title: one.title.clone(),
        text: format!("{}，{amount}，{}。", one.to, one.when.word()),
        sources: one.sources.clone(),
        ..Article::default()
    }
}

fn conditions(policy: &Policy) -> Vec<Article> {
    let article = |one: &super::Condition| Article {
        title: format!("{}：{}", policy.called_as(one.role), one.title),
        text: policy.condition_sentence(one),
        sources: one.sources.clone(),
        note: one.note.clone(),
        ..Article::default()
    };
    policy.conditions.iter().map(article).collect()
}

fn publicity(policy: &Policy, one: &PublicityRule) -> Article {
    let who: Vec<&str> = one.roles.iter().map(|role| policy.called_as(*role)).collect();
    let who = who.join("、");
    let text = match one.by {
        PublicityBy::School => format!("学校推荐{who}前，在校内公示不少于 {} 天。", one.days),
        PublicityBy::Office => format!("{who}审定后公示 {} 天，没有异议的才正式命名。", one.days),
    };
    Article {
        title: one.by.word().to_owned(),
        text,
        sources: one.sources.clone(),
        note: one.note.clone(),
        ..Article::default()
    }
}

fn deadline(one: &Deadline) -> Article {
    let day = one.day.map_or_else(String::new, |day| format!("{day}日"));
    Article {
        title: one.title.clone(),
        text: if one.yearly {
            format!("每年 {}月{day}。", one.month)
        } else {
            format!("{}月{day}，只有一次。", one.month)
        },
        sources: one.sources.clone(),
        ..Article::default()
    }
}

fn capacity(policy: &Policy, one: &Capacity) -> Article {
    Article {
        title: one.title.clone(),
        text: format!("全区域{}{}。", one.count.word(), policy.number(one.is, &one.unit)),
        sources: one.sources.clone(),
        note: one.note.clone(),
        ..Article::default()
    }
}

fn statements(policy: &Policy) -> Vec<Article> {
    let article = |one: &super::Statement| Article {
        title: one.title.clone(),
        text: format!("由“{}”保证。", one.kept_by.word()),
        sources: one.sources.clone(),
        ..Article::default()
    };
    policy.statements.iter().map(article).collect()
}

fn attendance(policy: &Policy) -> Vec<Article> {
    let clauses = policy.attendance.clauses().into_iter();
    clauses
        .map(|clause| match clause.term {
            Some(term) => Article { title: term, text: clause.text, ..Article::default() },
            None => Article { title: clause.text, ..Article::default() },
        })
        .collect()
}

fn notes(policy: &Policy) -> Vec<Article> {
    policy.notes.iter().map(|note| Article { title: note.clone(), ..Article::default() }).collect()
}

/// For a terminal.
impl fmt::Display for Explained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n", self.title)?;
        for clause in &self.head {
            writeln!(f, "  {}  {}", clause.term.as_deref().unwrap_or_default(), clause.text)?;
        }
        for chapter in &self.chapters {
            let part = if chapter.part.is_empty() { String::new() } else { format!("（{}）", chapter.part) };
            writeln!(f, "\n{}{part}", chapter.title)?;
            for article in &chapter.articles {
                write!(f, "{article}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Article {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = if self.id.is_empty() { String::new() } else { format!("{}  ", self.id) };
        let class = self.class.map_or_else(String::new, |class| format!("  [{class}]"));
        writeln!(f, "  {id}{}{class}", self.title)?;
        if !self.text.is_empty() {
            writeln!(f, "      {}", self.text)?;
        }
        for source in &self.sources {
            writeln!(f, "      “{}”（{}，第 {} 行）", source.quote, source.part, source.line)?;
        }
        match &self.note {
            Some(note) => writeln!(f, "      注：{note}"),
            None => Ok(()),
        }
    }
}
