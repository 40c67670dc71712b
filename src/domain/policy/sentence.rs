//! A rule as one sentence for people: who, over which time, what, how many.

use super::{
    Comparison, Condition, ConditionCheck, Criterion, Filter, Logic, Measure, Origin, Part, PeriodKind, Policy, Scope,
    Taking, TeacherTitle,
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
        // What is held against every single Activity is so over any time.
        let each_time = |part: &Part| matches!(part.measure, Measure::PeopleEachTime(_) | Measure::RateEachTime { .. });
        let over = if criterion.parts.iter().all(each_time) { "" } else { over(criterion.period) };
        format!("{whose}{over}{joined}。")
    }

    /// What an applicant must show.
    #[must_use]
    pub fn condition_sentence(&self, condition: &Condition) -> String {
        let whose = match (condition.tier, condition.rural) {
            (None, None) => String::new(),
            (tier, rural) => {
                let tier = tier.map_or_else(String::new, |tier| format!("{}工作室", tier.word()));
                let from =
                    rural.map_or("", |rural| if rural { "乡村学校的申报人" } else { "其他学校的申报人" });
                format!(
                    "{}：",
                    [tier.as_str(), from].into_iter().filter(|one| !one.is_empty()).collect::<Vec<_>>().join("，")
                )
            }
        };
        let any: Vec<String> = condition.any.iter().map(|check| self.check(check)).collect();
        let waived = if condition.waivable { "；特别优秀的，评审人可以放宽" } else { "" };
        format!("{whose}{}{waived}。", any.join("，或者"))
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
                format!("{}，{number}", self.doing(filter, scope))
            }
            Measure::PeopleEachTime(filter) => format!("每次{}，出席{number}", self.activities(filter)),
            Measure::RateEachTime { population, filter } => {
                format!("每次{}，当天名单上的{}出席{number}", self.activities(filter), self.called(population))
            }
            Measure::Series(filter) => format!("在一个系列里举办{}，{number}", self.activities(filter)),
            Measure::People(filter) => format!("{}的不同出席者{number}", self.activities(filter)),
            Measure::ClassHours(filter) => {
                let minutes = self.class_hour_minutes;
                format!("{}，累计{number}（1 课时 {minutes} 分钟）", self.doing(filter, scope))
            }
            Measure::Members { population, origin } => {
                let called = self.called(population);
                match origin {
                    Origin::Any => format!("有{called}{number}"),
                    Origin::NewTeacher | Origin::Backbone => format!("有{called}中的{}{number}", origin.word()),
                    from => format!("有来自{}的{called}{number}", from.word()),
                }
            }
            Measure::Mentees { population: Some(key) } => format!("指导名单上的{}{number}", self.called(key)),
            Measure::Mentees { population: None } => format!("指导学员或青年教师{number}"),
            Measure::Helped { rural: true } => format!("帮扶乡村学校{number}"),
            Measure::Helped { rural: false } => format!("帮扶学校或教研组{number}"),
            Measure::Evidence { slot } => format!("佐证“{}”通过审核{number}", self.slot(slot)),
            Measure::SelectedResources => format!("入选精品的资源{number}"),
        }
    }

    /// 不少于 5 次, 8 至 12 人
    #[must_use]
    pub fn number(&self, is: Comparison, unit: &str) -> String {
        let gap = if unit == "%" { "" } else { " " };
        match is {
            Comparison::AtLeast(least) => format!("不少于 {least}{gap}{unit}"),
            Comparison::AtMost(most) => format!("不多于 {most}{gap}{unit}"),
            Comparison::Exactly(number) => format!("正好 {number}{gap}{unit}"),
            Comparison::Between(least, most) => format!(" {least} 至 {most}{gap}{unit}"),
            Comparison::About(number) => {
                let (least, most) = is.bounds(self.about_percent);
                format!(" {number}{gap}{unit}左右（{least} 至 {most}{gap}{unit}）")
            }
        }
    }

    /// 举办讲座 by a Studio, 主讲讲座 by a person.
    fn doing(&self, filter: &Filter, scope: &Scope) -> String {
        let what = self.activities(filter);
        match (scope, filter.taking.unwrap_or(Taking::Attending)) {
            (Scope::Studio, _) => format!("举办{what}"),
            (Scope::Each(_), Taking::Reviewing) => format!("在{what}活动中评课"),
            (Scope::Each(_), taking) => format!("{}{what}", taking.word()),
        }
    }

    /// 县级及以上（以确认为准）、由顾问主讲的讲座
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
            marks.push("有带头人以外的乡村学校教师出席".to_owned());
        }
        if filter.helped {
            marks.push("面向所帮扶学校".to_owned());
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
            ConditionCheck::TitleAtLeast(TeacherTitle::FullSenior) => {
                format!("{}职称", TeacherTitle::FullSenior.word())
            }
            ConditionCheck::TitleAtLeast(title) => format!("{}及以上职称", title.word()),
            ConditionCheck::EducationAtLeast(education) => format!("{}及以上学历", education.word()),
            ConditionCheck::Honour { level, of } if of.is_empty() => format!("{}及以上荣誉或表彰", level.word()),
            ConditionCheck::Honour { level, of } => {
                format!("{}及以上的{}称号", level.word(), either(of.iter().map(String::as_str)))
            }
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

const fn over(period: PeriodKind) -> &'static str {
    match period {
        PeriodKind::Now => "现",
        PeriodKind::Cycle => "在一个周期内",
        other => other.word(),
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
