use super::super::id::Id;
use super::*;

fn id<T: Id>(number: u8) -> T {
    T::from_random([number; 10])
}

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

struct World {
    people: Vec<RosterPerson>,
    schools: Vec<RosterSchool>,
    members: Vec<Membership>,
    marks: HashMap<MembershipId, MemberMarks>,
    asks: Vec<MemberMark>,
    keeper: Decider,
    choices: Vec<(u32, RosterChoice)>,
}

fn person(number: u8, name: &str, phone: Option<&str>, school: u8) -> RosterPerson {
    RosterPerson {
        account: id(number),
        name: name.into(),
        phone: phone.map(str::to_owned),
        school: Some(id(school)),
        title: "一级教师".into(),
        subject: String::new(),
        disabled: false,
        may_change: true,
    }
}

fn school(number: u8, name: &str, rural: bool) -> RosterSchool {
    RosterSchool { id: id(number), name: name.into(), region: "青禾县".into(), rural, near: true, may_fill: true }
}

fn member(number: u8, account: u8, role: MemberRole, from: &str, to: Option<&str>) -> Membership {
    Membership { id: id(number), studio: id(1), account: id(account), role, from: day(from), to: to.map(day) }
}

/// 李建国 is a core member since last September, 韩梅 works at the second school and is in no Studio.
fn world() -> World {
    World {
        people: vec![person(1, "李建国", Some("13800000001"), 1), person(2, "韩梅", Some("13800000002"), 2)],
        schools: vec![school(1, "石桥镇中心小学", true), school(2, "青禾县实验小学", false)],
        members: vec![member(1, 1, MemberRole::Core, "2025-09-01", None)],
        marks: HashMap::new(),
        asks: Vec::new(),
        keeper: Decider::Office,
        choices: Vec::new(),
    }
}

fn row(row: u32, [name, phone, school, role, from]: [&str; 5]) -> RosterRow {
    let cell = |text: &str| if text.is_empty() { SheetCell::Empty } else { SheetCell::Text(text.into()) };
    RosterRow {
        row,
        name: cell(name),
        phone: cell(phone),
        school: cell(school),
        role: cell(role),
        from: cell(from),
        ..RosterRow::default()
    }
}

impl World {
    fn read(&self, rows: &[[&str; 5]]) -> RosterRead {
        let rows: Vec<RosterRow> = (2..).zip(rows).map(|(at, cells)| row(at, *cells)).collect();
        read_roster(
            &rows,
            RosterRules {
                today: day("2026-11-20"),
                people: &self.people,
                schools: &self.schools,
                members: &self.members,
                marks: &self.marks,
                asks: &self.asks,
                keeper: self.keeper,
                choices: &self.choices,
            },
        )
    }

    fn plan(&self, row: [&str; 5]) -> RosterPlan {
        let mut read = self.read(&[row]);
        assert_eq!(read.looks, []);
        read.plans.remove(0)
    }

    fn look(&self, row: [&str; 5]) -> RosterLook {
        let mut read = self.read(&[row]);
        assert_eq!(read.plans, []);
        read.looks.remove(0)
    }
}

const KNOWN: [&str; 5] = ["李建国", "13800000001", "石桥镇中心小学", "学科带头人", "2025-09-01"];
const NEW: [&str; 5] = ["彭长林", "13873100226", "石桥镇中心小学", "骨干学员", "2026-09-01"];

fn with(mut row: [&'static str; 5], at: usize, text: &'static str) -> [&'static str; 5] {
    row[at] = text;
    row
}

#[test]
fn who_is_on_the_roster_as_the_sheet_says_is_left_alone() {
    assert!(world().plan(KNOWN).is_idle());
}

#[test]
fn somebody_unknown_gets_an_account_and_a_membership() {
    let plan = world().plan(NEW);
    let Who::New(new) = &plan.who else { panic!("{plan:?}") };
    assert_eq!((new.phone.as_str(), new.school, plan.step), ("13873100226", id(1), Step::Begin));
    assert_eq!((plan.role, plan.from.to_string().as_str()), (MemberRole::Trainee, "2026-09-01"));
}

#[test]
fn each_mistake_is_told_with_its_cell_and_what_to_do() {
    let world = world();
    let told = |at, text| {
        let look = world.look(with(NEW, at, text));
        (look.columns, look.sentence)
    };
    assert_eq!(told(1, "1387310"), (vec![PHONE], "手机号少 4 位，应为 11 位。".into()));
    assert_eq!(told(2, "石桥中心校"), (vec![SCHOOL], "没有这所学校。是“石桥镇中心小学”吗？".into()));
    assert_eq!(told(3, "带头人"), (vec![ROLE], "身份请填“学科带头人”。".into()));
    assert_eq!(told(0, ""), (vec![NAME], "姓名不能为空。".into()));
    assert_eq!(told(4, "2026-13-01"), (vec![FROM], "日期不对：没有 13 月。".into()));
    assert_eq!(told(1, ""), (vec![PHONE], "请填写手机号。".into()));
    assert_eq!(told(1, "13800000001").1, "这个手机号登记的是另一个名字，请核对姓名和手机号。");
}

#[test]
fn what_is_proposed_can_be_put_in_place() {
    let mut world = world();
    assert_eq!(world.look(with(NEW, 3, "带头人")).remedy, Remedy::Use("学科带头人".into()));
    world.choices = vec![(2, RosterChoice::Use { column: ROLE.into(), text: "学科带头人".into() })];
    assert_eq!(world.plan(with(NEW, 3, "带头人")).role, MemberRole::Core);
}

#[test]
fn the_same_person_twice_is_pointed_out_with_the_row() {
    let read = world().read(&[NEW, with(NEW, 0, "彭长林"), KNOWN, KNOWN]);
    let told: Vec<(u32, &str)> = read.looks.iter().map(|look| (look.row, look.sentence.as_str())).collect();
    assert_eq!(told, [(3, "与第 2 行是同一个人，请只留一行。"), (5, "与第 4 行是同一个人，请只留一行。")]);
}

#[test]
fn a_namesake_with_another_phone_is_asked_about() {
    let mut world = world();
    let row = ["韩梅", "13900000514", "青禾县实验小学", "骨干学员", "2026-09-01"];
    let look = world.look(row);
    assert_eq!(look.sentence, "系统里有“韩梅”，手机号不同。是同一人吗？");
    assert_eq!(look.remedy, Remedy::Whom(vec![(id(2), Some("青禾县实验小学".into()))]));
    world.choices = vec![(2, RosterChoice::Same(id(2)))];
    let fill = AccountFill { phone: Some("13900000514".into()), ..AccountFill::default() };
    assert_eq!(world.plan(row).who, Who::Known(id(2), fill));
    world.choices = vec![(2, RosterChoice::Other)];
    assert!(matches!(world.plan(row).who, Who::New(_)));
}

#[test]
fn an_account_without_a_phone_is_known_by_name_and_school() {
    let mut world = world();
    world.people[1].phone = None;
    let row = ["韩梅", "13900000514", "青禾县实验小学", "骨干学员", "2026-09-01"];
    let Who::Known(account, fill) = world.plan(row).who else { panic!("known") };
    assert_eq!((account, fill.phone.as_deref()), (id(2), Some("13900000514")));
    let elsewhere = world.look(with(row, 2, "石桥镇中心小学"));
    assert_eq!(elsewhere.sentence, "系统里有“韩梅”，没有登记手机号。是同一人吗？");
}

#[test]
fn another_school_is_asked_about_before_the_account_gets_it() {
    let mut world = world();
    let row = with(KNOWN, 2, "青禾县实验小学");
    let look = world.look(row);
    assert_eq!((look.sentence.as_str(), look.remedy), ("原单位是“石桥镇中心小学”，已经调动了吗？", Remedy::Moved));
    world.choices = vec![(2, RosterChoice::NotMoved)];
    assert!(world.plan(row).is_idle());
    world.choices = vec![(2, RosterChoice::Moved)];
    let Who::Known(_, fill) = world.plan(row).who else { panic!("known") };
    assert_eq!(fill.school, Some(id(2)));
}

#[test]
fn who_may_not_change_accounts_adds_known_people_only() {
    let mut world = world();
    for person in &mut world.people {
        person.may_change = false;
    }
    for school in &mut world.schools {
        school.may_fill = false;
    }
    assert_eq!(world.look(NEW).sentence, "系统里没有这位老师的账号。请学校所在的工作站先添加账号。");
    assert!(world.look(with(KNOWN, 2, "青禾县实验小学")).sentence.contains("单位由工作站修改"));
    let plan = world.plan(["韩梅", "13800000002", "", "骨干学员", "2026-09-01"]);
    assert_eq!((plan.who, plan.step), (Who::Known(id(2), AccountFill::default()), Step::Begin));
}

#[test]
fn another_role_ends_the_one_before() {
    let mut world = world();
    let plan = world.plan(with(with(KNOWN, 3, "主持人"), 4, "2026-09-01"));
    assert_eq!(plan.step, Step::Change { ends: id(1) });
    assert!(plan.updates());
    assert_eq!(world.look(with(KNOWN, 4, "2026-09-01")).sentence, "系统里从 2025-09-01 起就是学科带头人，请按它填写。");
    assert!(world.look(with(KNOWN, 3, "主持人")).sentence.contains("换身份的日期要在它之后"));
    world.members[0].to = Some(day("2026-06-30"));
    assert!(world.look(KNOWN).sentence.contains("到 2026-06-30 已经结束"));
    assert!(world.look(with(KNOWN, 4, "2026-06-30")).sentence.contains("才结束"));
    assert_eq!(world.plan(with(KNOWN, 4, "2026-07-01")).step, Step::Begin);
}

#[test]
fn who_began_before_the_earliest_day_is_for_the_office() {
    let mut world = world();
    world.keeper = Decider::Host;
    assert!(world.look(with(NEW, 4, "2026-11-12")).sentence.contains("更早的请工作站导入"));
    assert_eq!(world.plan(with(NEW, 4, "2026-11-13")).step, Step::Begin);
    assert_eq!(world.plan(KNOWN).step, Step::Keep, "what the roster says already is no change");
}

#[test]
fn whose_phone_it_is_is_told_to_those_who_keep_the_account() {
    let mut world = world();
    let of_han = with(NEW, 1, "13800000002");
    assert!(world.look(of_han).sentence.contains("登记的是另一个名字"));
    for person in &mut world.people {
        person.may_change = false;
    }
    for school in &mut world.schools {
        school.may_fill = false;
    }
    let nobodys = world.look(NEW).sentence;
    assert_eq!(world.look(of_han).sentence, nobodys, "like a phone that nobody has");
    let li = world.look(with(with(KNOWN, 1, "13900000009"), 2, "青禾县实验小学"));
    assert_eq!(li.sentence, "系统里有“李建国”。是同一人吗？");
}

#[test]
fn schools_of_one_name_are_told_apart_by_their_region() {
    let mut world = world();
    let mut other = school(3, "石桥镇中心小学", true);
    other.region = "云岭县".into();
    world.schools.push(other);
    assert!(world.look(NEW).sentence.contains("有 2 所同名的学校"));
    let Who::New(new) = world.plan(with(NEW, 2, "云岭县石桥镇中心小学")).who else { panic!("new") };
    assert_eq!(new.school, id(3));
    world.schools[2].near = false;
    let Who::New(new) = world.plan(NEW).who else { panic!("new") };
    assert_eq!(new.school, id(1), "the near one is meant");
}

#[test]
fn a_mark_of_town_or_country_has_to_fit_the_school() {
    let world = world();
    let read = |rural: &str| {
        let row = RosterRow { rural: SheetCell::Text(rural.into()), ..row(2, NEW) };
        let rules = RosterRules {
            today: day("2026-11-20"),
            people: &world.people,
            schools: &world.schools,
            members: &world.members,
            marks: &world.marks,
            asks: &[],
            keeper: Decider::Office,
            choices: &[],
        };
        read_roster(&[row], rules).looks.pop().map(|look| look.sentence)
    };
    assert_eq!(read("乡"), None);
    assert_eq!(read("城").unwrap(), "系统里这是乡村学校。请填“乡”，或请工作站修改学校资料。");
}

#[test]
fn a_phone_is_shown_by_its_ends() {
    assert_eq!(row(2, NEW).told()[1], "138****0226");
    assert_eq!(row(2, with(NEW, 1, "1387310")).told()[1], "1387310");
}

#[test]
fn who_hosts_is_for_the_office_to_say() {
    let mut world = world();
    let host = with(NEW, 3, "主持人");
    assert_eq!(world.plan(host).role, MemberRole::Host);
    world.members = vec![member(1, 1, MemberRole::Host, "2025-09-01", None)];
    world.keeper = Decider::Host;
    assert_eq!(world.look(with(host, 4, "2026-11-20")).columns, [ROLE]);
    let steps_back = with(with(KNOWN, 3, "骨干学员"), 4, "2026-11-20");
    assert!(world.look(steps_back).sentence.contains("请工作站导入"));
    assert!(world.plan(with(KNOWN, 3, "主持人")).is_idle(), "what the roster says already is no change");
}

#[test]
fn marks_are_read_where_the_policy_keeps_places_for_them() {
    let mut world = world();
    let read = |world: &World, new_teacher: &str, backbone: &str| {
        let mut written = row(2, with(KNOWN, 4, "2025-09-01"));
        written.new_teacher = SheetCell::Text(new_teacher.into());
        written.backbone = SheetCell::Text(backbone.into());
        let rules = RosterRules {
            today: day("2026-11-20"),
            people: &world.people,
            schools: &world.schools,
            members: &world.members,
            marks: &world.marks,
            asks: &world.asks,
            keeper: Decider::Office,
            choices: &[],
        };
        read_roster(&[written], rules)
    };
    assert!(read(&world, "是", "是").plans[0].is_idle(), "nobody asks");
    world.asks = MemberMark::ALL.to_vec();
    world.marks.insert(id(1), MemberMarks { new_teacher: false, backbone: true });
    let plan = read(&world, "是", "").plans.remove(0);
    assert_eq!((plan.step, plan.marks.new_teacher, plan.marks.backbone), (Step::Mark { of: id(1) }, true, true));
    assert!(read(&world, "否", "是").plans[0].is_idle(), "it says so already");
    assert_eq!(read(&world, "也许", "").looks[0].columns, [NEW_TEACHER]);
}
