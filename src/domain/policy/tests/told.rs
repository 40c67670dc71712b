//! What people are told of the built-in programmes.

use crate::domain::policy::{Policy, PublicityBy, built_in, built_in_files, explain};
use crate::domain::{MemberRole, Tier};

fn programme(key: &str) -> &'static Policy {
    built_in().iter().find(|one| one.key == key).unwrap_or_else(|| panic!("no {key}"))
}

#[test]
fn every_built_in_file_can_be_meant() {
    for (key, text) in built_in_files() {
        let policy = Policy::parse(text).unwrap_or_else(|errors| panic!("{key}: {errors:#?}"));
        assert_eq!(policy.key, *key);
    }
}

#[test]
fn a_rule_is_told_in_a_sentence() {
    for (key, id, told) in [
        ("zhejiang-2019", "S1-12", "工作室每年举办直播、研修、讲座、公开课、汇报或展示，不少于 5 次。"),
        (
            "zhejiang-2019",
            "S1-14",
            "工作室每次直播、研修、讲座、公开课、汇报或展示，当天名单上的学科（专业）带头人出席不少于 50%。",
        ),
        ("zhejiang-2019", "S1-05", "工作室现有学科（专业）带头人 10 至 15 人。"),
        ("zhejiang-2019", "S1-06", "工作室现有来自乡村学校或外市的学科（专业）带头人不少于 5 人。"),
        ("zhejiang-2019", "S1-07", "学科（专业）带头人每人每年主持活动，不少于 1 次。"),
        (
            "zhejiang-2019",
            "S1-10",
            "工作室每年佐证“有品牌特色的专题资源”通过审核不少于 1 个；或者佐证“参加全省征集的微课程”通过审核不少于 1 门。",
        ),
        (
            "zhejiang-2019",
            "S1-21",
            "工作室每年在一个系列里举办线上或线上+线下的活动，不少于 4 次；佐证“系列直播形成的特色课程”通过审核不少于 1 门。",
        ),
        ("hangjin-2024", "S2-09", "主持人和成员每人每学期主讲县级及以上（以确认为准）的公开课，不少于 1 节。"),
        ("changsha-2020", "S3-03", "工作室现有核心名师 10 人左右（8 至 12 人）。"),
        ("county-1", "S4-1-05", "工作室每学年举办当天名单上的工作室成员全部出席的送教，不少于 2 次。"),
        ("district-2", "S4-2-10", "主持人每人每学期听课指导由成员主讲的公开课或评课，不少于 20 节。"),
        ("city-3", "S4-3-03", "主持人每人每学期在公开课或评课活动中评课，不少于 10 节。"),
        ("zhejiang-2019", "S1-09", "学科（专业）带头人每人现指导名单上的骨干学员不少于 10 人。"),
        ("zhejiang-2019", "S1-17", "工作室每年帮扶乡村学校不少于 1 所。"),
        ("zhejiang-2019", "S1-19", "工作室每年举办面向所帮扶学校的送教，不少于 1 次。"),
        (
            "county-4",
            "S4-4-02",
            "工作室现有学员中的新入职教师不少于 1 人；有学员中的县级骨干教师或学科带头人不少于 1 人。",
        ),
        ("county-4", "S4-4-05", "领衔名师每人每学年听课指导由学员主讲的活动，累计不少于 15 课时（1 课时 45 分钟）。"),
        ("city-5", "S4-5-03", "工作室现有学员 4 人左右（3 至 5 人）。"),
    ] {
        let policy = programme(key);
        let criterion = policy.criteria.iter().find(|one| one.id == id).unwrap_or_else(|| panic!("no {id}"));
        assert_eq!(policy.sentence(criterion), told);
    }
}

#[test]
fn a_condition_is_told_in_a_sentence() {
    for (key, id, told) in [
        (
            "zhejiang-2019",
            "S1-L35",
            "省级工作室：正高级教师职称，或者省级及以上的特级教师称号，或者“浙江省中小学班主任工作室领衔人”不少于 1 件，\
             或者“技师以上职业资格，并有高级职称”不少于 1 件，\
             或者“第二轮考核合格的省级名师网络工作室负责人”不少于 1 件；特别优秀的，评审人可以放宽。",
        ),
        ("zhejiang-2019", "S1-29", "省级工作室，乡村学校的申报人：一级教师及以上职称，或者市级及以上荣誉或表彰。"),
        ("zhejiang-2019", "S1-29.3", "省级工作室，其他学校的申报人：市级及以上荣誉或表彰。"),
        ("hangjin-2024", "S2-L111", "本科及以上学历。"),
        ("hangjin-2024", "S2-L111.2", "市级及以上的学科带头人或教学能手称号。"),
        ("hangjin-2024", "S2-15", "“国家核心期刊或市级以上主管部门刊物上的专业论文”不少于 2 件。"),
        ("hangjin-2024", "S2-L121", "一级教师及以上职称；特别优秀的，评审人可以放宽。"),
        ("county-1", "S4-1-L23", "县级及以上的名教师称号，或者市级及以上的功勋教师称号。"),
        ("district-2", "S4-2-09.2", "“校内公示一周的证明”不少于 1 件。"),
        ("city-5", "S4-5-02", "任教不少于 5 年。"),
        ("changsha-2020", "S3-L59.3", "校级及以上的骨干教师称号；特别优秀的，评审人可以放宽。"),
    ] {
        let policy = programme(key);
        let condition = policy.conditions.iter().find(|one| one.id == id).unwrap_or_else(|| panic!("no {id}"));
        assert_eq!(policy.condition_sentence(condition), told);
    }
}

#[test]
fn two_programmes_make_applicants_public_before_they_are_named() {
    use PublicityBy::{Office, School};
    let days = |key: &str, by, role| programme(key).publicity_days(by, role);
    assert_eq!([Office, School].map(|by| days("hangjin-2024", by, MemberRole::Host)), [Some(7), None]);
    assert_eq!(days("hangjin-2024", Office, MemberRole::Core), None);
    for role in [MemberRole::Host, MemberRole::Core] {
        assert_eq!([Office, School].map(|by| days("district-2", by, role)), [Some(7), Some(7)]);
    }
    let asking: Vec<&str> =
        built_in().iter().filter(|one| !one.publicity.is_empty()).map(|one| one.key.as_str()).collect();
    assert_eq!(asking.len(), 2, "{asking:?}");
    let told = explain(programme("district-2")).to_string();
    assert!(told.contains("      学校推荐主持人、成员前，在校内公示不少于 7 天。\n"), "{told}");
    assert!(told.contains("      主持人、成员审定后公示 7 天，没有异议的才正式命名。\n"), "{told}");
}

#[test]
fn what_follows_from_a_veto_or_a_pass_is_told() {
    let told = |key: &str| explain(programme(key)).to_string();
    let hangjin = told("hangjin-2024");
    assert_eq!(hangjin.matches("由主管部门认定。后果：取消名师工作室及挂牌名师资格。").count(), 3);
    assert_eq!(hangjin.matches("后果：不得参加各种先进、荣誉称号的评选，并追究相关责任人的责任。").count(), 2);
    assert!(told("zhejiang-2019").contains("省级工作室年度考核合格的，负责人和学科（专业）带头人每人计 30 学分。"));
    let credits = |tier| programme("zhejiang-2019").credits_of(tier).map(|one| one.amount);
    assert_eq!((credits(Tier::Province), credits(Tier::City)), (Some(30), None));
    assert!(told("city-3").contains("      1月25日，只有一次。\n") && hangjin.contains("      每年 12月。\n"));
    assert!(hangjin.contains("3 年周期的最后一年进行") && hangjin.contains("“三年期满进行终结性考核”"));
    assert!(told("county-1").contains("  终结性评价\n") && !told("zhejiang-2019").contains("终结性"));
    assert!(told("city-3").contains("“考核不合格的,取消名师工作室资格”"));
}

#[test]
fn a_programme_is_explained_whole() {
    for policy in built_in() {
        let told = explain(policy);
        let text = told.to_string();
        for criterion in &policy.criteria {
            assert!(text.contains(&criterion.title) && text.contains(&policy.sentence(criterion)), "{}", criterion.id);
        }
        let quotes = told.chapters.iter().flat_map(|chapter| &chapter.articles).flat_map(|article| &article.sources);
        assert!(quotes.clone().count() > 5 && quotes.into_iter().all(|source| text.contains(&source.quote)));
        assert!(text.contains("看满全场的 60% 或 30 分钟，取少的"), "{text}");
        assert!(!text.contains("“”"), "a name is missing in {}", policy.key);
    }
}
