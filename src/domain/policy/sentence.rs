//! A rule as one sentence for people: who, over which time, what, how many.

use super::{
    Comparison, Condition, ConditionCheck, Criterion, Filter, Logic, Measure, Origin, Part, PeriodKind, Policy, Scope,
    Taking,
};
use crate::domain::{ActivityKind, Level, MemberRole};

impl Policy {
    /// 学科（专业）带头人每人每年主持活动，不少于 1 次。
    #[must_use]
    pub fn sentence(&self, criterion: &Criterion) -> String {
        let whose = match &criterion.scope {
            Scope::Studio => "工作室".to_owned(),
            Scope::Each(population) => format!("{}每人", self.called(population)),
        };
        let parts: Vec<String> = criterion.parts.iter().map(|part| self.part(part, &criterion.scope)).collect();
        let joined = match criterion.logic {
            Logic::All => parts.join("；"),
            Logic::Any => parts.join("；或者"),
        };
        format!("{whose}{}{joined}。", over(criterion.period))
    }

    /// What an applicant must show.
    #[must_use]
    pub fn condition_sentence(&self, condition: &Condition) -> String {
        let any: Vec<String> = condition.any.iter().map(|check| self.check(check)).collect();
        let waived = if condition.waivable { "；特别优秀的，评审人可以放宽" } else { "" };
        format!("{}{waived}。", any.join("，或者"))
    }

    /// The programme's word for these people.
    fn called(&self, population: &str) -> &str {
        self.populations.get(population).map_or("", |one| one.title.as_str())
    }

    /// The programme's word for the role alone: 首席网络教研名师; the general one where it has none.
    pub(super) fn called_as(&self, role: MemberRole) -> &str {
        let alone = self.populations.values().find(|one| one.roles == [role]);
        alone.map_or(role.word(), |one| one.title.as_str())
    }

    fn slot(&self, slot: &str) -> &str {
        self.slots.get(slot).map_or("", String::as_str)
    }

    fn part(&self, part: &Part, scope: &Scope) -> String {
        let number = self.number(part.is, &part.unit);
        match &part.measure {
            Measure::Activities(filter) => {
                format!("{}{}，{number}", doing(filter, scope), self.activities(filter))
            }
            Measure::PeopleEachTime(filter) => format!("每次{}，出席{number}", self.activities(filter)),
            Measure::RateEachTime { population, filter } => {
                format!("每次{}，当天名单上的{}出席{number}", self.activities(filter), self.called(population))
            }
            Measure::Series(filter) => format!("在一个系列里举办{}，{number}", self.activities(filter)),
            Measure::People(filter) => format!("{}的不同出席者{number}", self.activities(filter)),
            Measure::ClassHours(filter) => {
                let minutes = self.class_hour_minutes;
                format!("{}{}，累计{number}（1 课时 {minutes} 分钟）", doing(filter, scope), self.activities(filter))
            }
            Measure::Members { population, origin } => {
                let from = if *origin == Origin::Any { "" } else { origin.word() };
                let of = if from.is_empty() { "" } else { "的" };
                format!("有{from}{of}{}{number}", self.called(population))
            }
            Measure::Mentees => format!("指导学员或青年教师{number}"),
            Measure::Helped => format!("帮扶学校或教研组{number}"),
            Measure::Evidence { slot } => format!("佐证“{}”通过审核{number}", self.slot(slot)),
            Measure::SelectedResources => format!("入选精品的资源{number}"),
        }
    }

    /// 不少于 5 次, 8 至 12 人
    pub(super) fn number(&self, is: Comparison, unit: &str) -> String {
        let gap = if unit == "%" { "" } else { " " };
        match is {
            Comparison::AtLeast(least) => format!("不少于 {least}{gap}{unit}"),
            Comparison::AtMost(most) => format!("不多于 {most}{gap}{unit}"),
            Comparison::Exactly(number) => format!("正好 {number}{gap}{unit}"),
            Comparison::Between(least, most) => format!(" {least} 至 {most}{gap}{unit}"),
            Comparison::About(number) => {
                let (least, most) = is.about(self.about_percent).unwrap_or((number, number));
                format!(" {number}{gap}{unit}左右（{least} 至 {most}{gap}{unit}）")
            }
        }
    }

    /// 县级及以上（经确认）、由顾问主讲的讲座
    fn activities(&self, filter: &Filter) -> String {
        let mut marks = Vec::new();
        if !filter.modes.is_empty() {
            marks.push(either(filter.modes.iter().map(|mode| mode.word())));
        }
        if let Some(level) = filter.level {
            marks.push(Self::at_or_above(level));
        }
        if let Some(population) = &filter.presented_by {
            marks.push(format!("由{}主讲", self.called(population)));
        }
        if let Some(people) = filter.people {
            marks.push(format!("出席不少于 {people} 人"));
        }
        if let Some(rate) = &filter.rate {
            let who = self.called(&rate.population);
            marks.push(match rate.percent {
                100 => format!("当天名单上的{who}全部出席"),
                percent => format!("当天名单上的{who}出席不少于 {percent}%"),
            });
        }
        if filter.rural {
            marks.push("有乡村学校教师出席".to_owned());
        }
        if filter.helped {
            marks.push("为所帮扶的学校举办".to_owned());
        }
        let kinds = match filter.kinds.len() {
            0 => "活动".to_owned(),
            _ => either(filter.kinds.iter().map(|kind: &ActivityKind| kind.word())),
        };
        if marks.is_empty() { kinds } else { format!("{}的{kinds}", marks.join("、")) }
    }

    fn at_or_above(level: Level) -> String {
        if level == Level::National {
            format!("{}（以确认为准）", level.word())
        } else {
            format!("{}及以上（以确认为准）", level.word())
        }
    }

    fn check(&self, check: &ConditionCheck) -> String {
        match check {
            ConditionCheck::AgeAtMost(age) => format!("年龄不超过 {age} 周岁"),
            ConditionCheck::TeachingYearsAtLeast(years) => format!("任教不少于 {years} 年"),
            ConditionCheck::Items(items) => {
                let items = items.iter().map(|one| format!("“{}”不少于 {} 件", self.slot(&one.slot), one.at_least));
                items.collect::<Vec<_>>().join("，并有")
            }
            ConditionCheck::OpenLessons { at_least, level } => {
                format!("近五年{}公开课或讲座不少于 {at_least} 次", Self::at_or_above(*level))
            }
        }
    }
}

impl Comparison {
    /// How far 左右 reaches: `percent` of the number, and at least one.
    #[must_use]
    pub fn about(self, percent: u32) -> Option<(u32, u32)> {
        let Self::About(number) = self else { return None };
        let reach = u64::from(number) * u64::from(percent) / 100;
        let reach = u32::try_from(reach).unwrap_or(u32::MAX).max(1);
        Some((number.saturating_sub(reach), number.saturating_add(reach)))
    }
}

const fn over(period: PeriodKind) -> &'static str {
    match period {
        PeriodKind::Now => "现",
        PeriodKind::Cycle => "在一个周期内",
        other => other.word(),
    }
}

/// What is done: 举办 by a Studio, 主讲 by a person.
fn doing(filter: &Filter, scope: &Scope) -> String {
    match (scope, filter.taking) {
        (Scope::Studio, _) => "举办".to_owned(),
        (Scope::Each(_), None) => Taking::Attending.word().to_owned(),
        // 评课 is itself a kind of Activity.
        (Scope::Each(_), Some(Taking::Reviewing)) => "评议".to_owned(),
        (Scope::Each(_), Some(taking)) => taking.word().to_owned(),
    }
}

/// 公开课、评课或汇报
fn either<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let words: Vec<&str> = words.collect();
    match words.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, rest)) => format!("{}或{last}", rest.join("、")),
        None => String::new(),
    }
}
