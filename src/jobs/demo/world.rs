//! Who and what there is in the demo world. All names and places are invented.

use crate::domain::{AccountRole, ActivityKind, Level, MemberRole, Mode, RegionKind, StudioKind, Tier, Time};
use std::time::Duration;

pub(super) const REGIONS: &[(&str, RegionKind, Option<&str>)] = &[
    ("江南省", RegionKind::Province, None),
    ("临江市", RegionKind::City, Some("江南省")),
    ("望山市", RegionKind::City, Some("江南省")),
    ("青禾县", RegionKind::County, Some("临江市")),
    ("云岭县", RegionKind::County, Some("临江市")),
    ("南塘县", RegionKind::County, Some("望山市")),
];

/// Name, region, rural.
pub(super) const SCHOOLS: &[(&str, &str, bool)] = &[
    ("青禾县实验小学", "青禾县", false),
    ("青禾县第二小学", "青禾县", false),
    ("石桥镇中心小学", "青禾县", true),
    ("柳溪镇完全小学", "青禾县", true),
    ("云岭县第一小学", "云岭县", false),
    ("上坪小学", "云岭县", true),
    ("白鹭乡小学", "云岭县", true),
    ("临江市育才小学", "临江市", false),
    ("南塘县城关小学", "南塘县", false),
];

#[derive(Clone, Copy)]
pub(super) struct Person {
    pub(super) login_name: &'static str,
    pub(super) name: &'static str,
    pub(super) role: AccountRole,
    pub(super) school: Option<&'static str>,
    pub(super) title: &'static str,
    pub(super) subject: &'static str,
}

const fn teacher(
    login_name: &'static str,
    name: &'static str,
    school: &'static str,
    title: &'static str,
    subject: &'static str,
) -> Person {
    Person { login_name, name, role: AccountRole::Teacher, school: Some(school), title, subject }
}

const fn staff(login_name: &'static str, name: &'static str, role: AccountRole) -> Person {
    Person { login_name, name, role, school: None, title: "", subject: "" }
}

/// Two who run things, and thirty teachers.
pub(super) const PEOPLE: &[Person] = &[
    staff("admin", "韩知行", AccountRole::Admin),
    staff("songyaqin", "宋雅琴", AccountRole::Office),
    teacher("zhouwenlan", "周文澜", "青禾县实验小学", "正高级教师", "小学语文"),
    teacher("lijianguo", "李建国", "青禾县第二小学", "高级教师", "小学语文"),
    teacher("linyutong", "林雨桐", "石桥镇中心小学", "一级教师", "小学语文"),
    teacher("hezhiqiang", "何志强", "上坪小学", "一级教师", "小学语文"),
    teacher("mahaiyan", "马海燕", "白鹭乡小学", "一级教师", "小学语文"),
    teacher("zhengxiaoyun", "郑小云", "柳溪镇完全小学", "二级教师", "小学语文"),
    teacher("sunliqun", "孙立群", "青禾县实验小学", "高级教师", "小学语文"),
    teacher("wangxiuying", "王秀英", "青禾县第二小学", "一级教师", "小学语文"),
    teacher("gaowenbo", "高文博", "云岭县第一小学", "高级教师", "小学语文"),
    teacher("liudeming", "刘德明", "临江市育才小学", "高级教师", "小学语文"),
    teacher("wuguilan", "吴桂兰", "临江市育才小学", "正高级教师", "小学语文"),
    teacher("chenxiaomei", "陈晓梅", "柳溪镇完全小学", "二级教师", "小学语文"),
    teacher("caoxiaoyan", "曹小燕", "石桥镇中心小学", "二级教师", "小学语文"),
    teacher("huangsuzhen", "黄素珍", "上坪小学", "二级教师", "小学语文"),
    teacher("zhaomingyuan", "赵明远", "临江市育才小学", "正高级教师", "小学数学"),
    teacher("fangxiaodong", "方晓东", "临江市育才小学", "高级教师", "小学数学"),
    teacher("shenweihua", "沈卫华", "青禾县实验小学", "高级教师", "小学数学"),
    teacher("luwenbin", "陆文斌", "云岭县第一小学", "一级教师", "小学数学"),
    teacher("dingguoping", "丁国平", "南塘县城关小学", "一级教师", "小学数学"),
    teacher("gongyumei", "龚玉梅", "白鹭乡小学", "二级教师", "小学数学"),
    teacher("shihuifen", "施慧芬", "石桥镇中心小学", "二级教师", "小学数学"),
    teacher("yeqing", "叶青", "云岭县第一小学", "高级教师", "小学美术"),
    teacher("fuchangqing", "傅长青", "云岭县第一小学", "一级教师", "小学美术"),
    teacher("youjia", "尤佳", "上坪小学", "二级教师", "小学美术"),
    teacher("weixiaolan", "魏晓岚", "白鹭乡小学", "二级教师", "小学美术"),
    teacher("jichunsheng", "纪春生", "云岭县第一小学", "一级教师", "小学美术"),
    teacher("luhaitao", "卢海涛", "上坪小学", "二级教师", "小学美术"),
    teacher("xiechunlan", "谢春兰", "白鹭乡小学", "二级教师", "小学语文"),
    teacher("luoyongsheng", "罗永胜", "柳溪镇完全小学", "二级教师", "小学数学"),
    teacher("jianglihua", "蒋丽华", "南塘县城关小学", "一级教师", "小学语文"),
];

/// Role, name, came so many days ago (none: with the cycle), left so many days ago.
type Member = (MemberRole, &'static str, Option<i32>, Option<i32>);

pub(super) struct DemoStudio {
    pub(super) name: &'static str,
    pub(super) tier: Tier,
    pub(super) kind: StudioKind,
    pub(super) subject: &'static str,
    pub(super) region: &'static str,
    pub(super) policy: &'static str,
    pub(super) introduction: &'static str,
    pub(super) cycle_began_days_ago: i32,
    /// Title and theme.
    pub(super) series: (&'static str, &'static str),
    pub(super) members: &'static [Member],
}

use MemberRole::{Adviser, Core, Follower, Host, Trainee};

pub(super) const STUDIOS: &[DemoStudio] = &[
    DemoStudio {
        name: "周文澜小学语文名师工作室",
        tier: Tier::Province,
        kind: StudioKind::Network,
        subject: "小学语文",
        region: "青禾县",
        policy: "zhejiang-2019",
        introduction: "以习作和阅读教学为主题，带着乡村学校的语文老师一起备课、上课、评课。",
        cycle_began_days_ago: 320,
        series: ("习作单元整体教学", "从“会观察”到“会表达”：一个习作单元怎样整体设计"),
        members: &[
            (Host, "周文澜", None, None),
            (Core, "李建国", None, None),
            (Core, "林雨桐", None, None),
            (Core, "何志强", None, None),
            (Core, "马海燕", None, None),
            (Core, "郑小云", None, None),
            (Core, "孙立群", None, None),
            (Core, "王秀英", None, None),
            (Core, "刘德明", Some(150), None),
            (Core, "高文博", None, Some(151)),
            (Adviser, "吴桂兰", None, None),
            (Trainee, "陈晓梅", None, None),
            (Trainee, "曹小燕", None, None),
            (Trainee, "黄素珍", None, None),
            (Trainee, "谢春兰", Some(60), None),
            (Follower, "蒋丽华", Some(40), None),
        ],
    },
    DemoStudio {
        name: "赵明远小学数学名师工作室",
        tier: Tier::City,
        kind: StudioKind::Studio,
        subject: "小学数学",
        region: "临江市",
        policy: "city-3",
        introduction: "研究小学数学里学生最容易想错的地方，用图和模型把道理讲清楚。",
        cycle_began_days_ago: 500,
        series: ("分数的意义", "从“分”到“数”"),
        members: &[
            (Host, "赵明远", None, None),
            (Core, "方晓东", None, None),
            (Core, "沈卫华", None, None),
            (Core, "陆文斌", None, None),
            (Core, "丁国平", None, None),
            (Trainee, "龚玉梅", None, None),
            (Trainee, "施慧芬", None, None),
            (Trainee, "罗永胜", Some(90), None),
            (Follower, "陈晓梅", Some(90), None),
        ],
    },
    DemoStudio {
        name: "叶青小学美术名师工作室",
        tier: Tier::County,
        kind: StudioKind::Studio,
        subject: "小学美术",
        region: "云岭县",
        policy: "county-1",
        introduction: "把民间剪纸、泥塑和印染带进乡村小学的美术课堂。",
        cycle_began_days_ago: 240,
        series: ("民间剪纸进课堂", "对称与连续：剪纸里的美术课"),
        members: &[
            (Host, "叶青", None, None),
            (Core, "傅长青", None, None),
            (Core, "纪春生", None, None),
            (Core, "尤佳", None, None),
            (Trainee, "魏晓岚", None, None),
            (Trainee, "卢海涛", None, None),
        ],
    },
    DemoStudio {
        name: "吴桂兰综合实践名师网络工作室",
        tier: Tier::Province,
        kind: StudioKind::Network,
        subject: "综合实践",
        region: "临江市",
        policy: "zhejiang-2019",
        introduction: "带着孩子走进田野和河流，用项目学习把各科连起来。",
        cycle_began_days_ago: 320,
        series: ("田野里的项目", "从一个真问题开始：综合实践怎样做项目"),
        members: &[
            (Host, "吴桂兰", None, None),
            (Core, "傅长青", None, None),
            (Core, "尤佳", None, None),
            (Core, "纪春生", None, None),
            (Core, "魏晓岚", None, None),
            (Core, "丁国平", None, None),
            (Core, "龚玉梅", None, None),
            (Core, "施慧芬", None, None),
            (Core, "罗永胜", None, None),
            (Core, "卢海涛", None, None),
            (Core, "蒋丽华", None, None),
            (Trainee, "王秀英", None, None),
            (Trainee, "黄素珍", None, None),
            (Trainee, "曹小燕", None, None),
        ],
    },
    DemoStudio {
        name: "沈卫华小学科学名师网络工作室",
        tier: Tier::City,
        kind: StudioKind::Network,
        subject: "小学科学",
        region: "青禾县",
        policy: "zhejiang-2019",
        introduction: "从身边的材料出发，让乡村学校也能开齐科学实验。",
        cycle_began_days_ago: 320,
        series: ("身边的实验", "一粒种子、一杯水能做多少实验"),
        members: &[
            (Host, "沈卫华", None, None),
            (Core, "方晓东", None, None),
            (Core, "陆文斌", None, None),
            (Core, "高文博", None, None),
            (Trainee, "谢春兰", None, None),
            (Trainee, "卢海涛", None, None),
        ],
    },
];

/// When an Activity of the demo begins, seen from the first start.
#[derive(Clone, Copy)]
pub(super) enum When {
    /// So many days from today (negative: ago), at this hour and minute.
    Day(i32, u64, u64),
    /// So many minutes from now, rounded up to the half hour.
    Soon(u64),
}

#[derive(Clone, Copy)]
pub(super) struct Planned {
    /// Place in `STUDIOS`.
    pub(super) studio: usize,
    pub(super) in_series: bool,
    pub(super) title: &'static str,
    pub(super) summary: &'static str,
    pub(super) kind: ActivityKind,
    pub(super) mode: Mode,
    pub(super) level: Level,
    pub(super) audience: &'static str,
    pub(super) place: &'static str,
    pub(super) when: When,
    pub(super) minutes: u64,
    pub(super) presenters: &'static [&'static str],
    pub(super) guests_allowed: bool,
    pub(super) cancelled: Option<&'static str>,
    /// An office confirmed the level.
    pub(super) confirmed: bool,
}

impl Planned {
    pub(super) fn start(&self, now: Time) -> Time {
        match self.when {
            When::Day(days, hour, minute) => {
                now.day().plus(days).start() + Duration::from_secs(hour * 3600 + minute * 60)
            }
            When::Soon(minutes) => {
                const HALF_HOUR: i64 = 1_800_000_000;
                let at = (now + Duration::from_secs(minutes * 60)).micros();
                Time::from_micros(at + (-at).rem_euclid(HALF_HOUR))
            }
        }
    }
}

/// An online seminar of 90 minutes; each line below says what is different.
const SEMINAR: Planned = Planned {
    studio: 0,
    in_series: false,
    title: "",
    summary: "",
    kind: ActivityKind::Seminar,
    mode: Mode::Online,
    level: Level::County,
    audience: "工作室成员和乡村语文教师",
    place: "",
    when: When::Soon(0),
    minutes: 90,
    presenters: &["周文澜"],
    guests_allowed: false,
    cancelled: None,
    confirmed: false,
};

#[rustfmt::skip]
pub(super) const ACTIVITIES: &[Planned] = &[
    Planned { title: "群文阅读：怎样选文", when: When::Day(-35, 14, 30), kind: ActivityKind::Lecture,
        summary: "选文的三个角度：同一主题、同一写法、同一作者。", ..SEMINAR },
    Planned { title: "批注式阅读怎么教", when: When::Day(-21, 14, 30), kind: ActivityKind::Lecture, presenters: &["李建国"], ..SEMINAR },
    Planned { title: "古诗教学的“留白”", when: When::Day(-14, 14, 30), kind: ActivityKind::OpenLesson, level: Level::City,
        presenters: &["孙立群"], confirmed: true, ..SEMINAR },
    Planned { title: "习作单元集体备课（第 3 次研修）", when: When::Day(-7, 19, 0), in_series: true, presenters: &["周文澜", "林雨桐"],
        summary: "五年级下册第五单元：把一个人的特点写具体。", ..SEMINAR },
    Planned { title: "低年级识字课例研讨", when: When::Day(-1, 9, 0), kind: ActivityKind::LessonReview, minutes: 80,
        presenters: &["郑小云"], ..SEMINAR },
    Planned { studio: 1, in_series: true, title: "分数教学中的三个常见误区", when: When::Day(-10, 15, 0), kind: ActivityKind::Lecture,
        level: Level::City, audience: "全市小学数学教师", minutes: 60, presenters: &["赵明远"], ..SEMINAR },
    Planned { studio: 2, in_series: true, title: "民间剪纸进课堂：对称与连续", when: When::Day(-5, 10, 0), kind: ActivityKind::Showcase,
        audience: "全县小学美术教师", minutes: 70, presenters: &["叶青", "尤佳"], ..SEMINAR },
    Planned { studio: 1, title: "数形结合研讨", when: When::Day(-3, 15, 0), audience: "工作室成员", presenters: &["方晓东"],
        cancelled: Some("主讲人参加市教研会，改期举行"), ..SEMINAR },
    Planned { title: "评课：《威尼斯的小艇》", when: When::Soon(45), kind: ActivityKind::LessonReview, minutes: 60,
        presenters: &["林雨桐"], guests_allowed: true, ..SEMINAR },
    Planned { title: "乡村教师读书会（第 4 期）", when: When::Soon(200), presenters: &["何志强", "马海燕"], guests_allowed: true,
        audience: "所有乡村教师", summary: "这一期读《给教师的建议》前十条，可以用手机参加。", ..SEMINAR },
    Planned { studio: 1, in_series: true, title: "用面积模型讲乘法分配律", when: When::Day(1, 14, 0), kind: ActivityKind::OpenLesson,
        level: Level::City, mode: Mode::Mixed, place: "临江市育才小学录播教室", audience: "全市小学数学教师", minutes: 80,
        presenters: &["陆文斌"], guests_allowed: true, ..SEMINAR },
    Planned { studio: 2, title: "送教上坪小学：一张纸的变化", when: When::Day(3, 9, 30), kind: ActivityKind::Outreach, mode: Mode::Onsite,
        place: "上坪小学美术教室", audience: "上坪小学和白鹭乡小学教师", presenters: &["叶青"], ..SEMINAR },
    Planned { in_series: true, title: "习作单元整体教学：从“会观察”到“会表达”", when: When::Day(6, 14, 30), kind: ActivityKind::OpenLesson,
        level: Level::Province, audience: "全省小学语文教师", guests_allowed: true, ..SEMINAR },
    Planned { title: "工作室年度工作汇报", when: When::Day(12, 15, 0), kind: ActivityKind::Report, minutes: 60,
        audience: "工作站和工作室成员", ..SEMINAR },
    Planned { title: "习作单元：观察与记录（第 2 次研修）", when: When::Day(-58, 14, 30), in_series: true, presenters: &["何志强", "马海燕"], ..SEMINAR },
    Planned { title: "习作单元：从素材到提纲", when: When::Day(-95, 14, 30), in_series: true, kind: ActivityKind::Lecture, level: Level::City,
        audience: "全市小学语文教师", presenters: &["林雨桐"], ..SEMINAR },
    Planned { title: "习作单元：开学第一课", when: When::Day(-130, 9, 0), in_series: true, kind: ActivityKind::OpenLesson, level: Level::City,
        audience: "全市小学语文教师", presenters: &["李建国", "郑小云"], confirmed: true, ..SEMINAR },
    Planned { title: "送教上坪小学：一节习作课", when: When::Day(-72, 9, 30), kind: ActivityKind::Outreach, mode: Mode::Mixed,
        place: "上坪小学多媒体教室", audience: "上坪小学和周边教学点教师", presenters: &["何志强"], ..SEMINAR },
    Planned { studio: 3, in_series: true, title: "田野里的项目：节气与作物", when: When::Day(-190, 14, 0), presenters: &["吴桂兰"], ..PRACTICE },
    Planned { studio: 3, in_series: true, title: "田野里的项目：河流调查", when: When::Day(-140, 14, 0), presenters: &["傅长青", "尤佳"], ..PRACTICE },
    Planned { studio: 3, in_series: true, title: "田野里的项目：家乡的桥", when: When::Day(-105, 14, 0), presenters: &["纪春生", "魏晓岚"], ..PRACTICE },
    Planned { studio: 3, in_series: true, title: "田野里的项目：成果怎样评", when: When::Day(-50, 14, 0), kind: ActivityKind::Lecture,
        presenters: &["丁国平", "龚玉梅"], ..PRACTICE },
    Planned { studio: 3, title: "项目学习公开课：一座桥的测量", when: When::Day(-28, 14, 0), kind: ActivityKind::OpenLesson, level: Level::City,
        presenters: &["施慧芬", "罗永胜"], confirmed: true, ..PRACTICE },
    Planned { studio: 4, title: "科学探究记录单怎么用", when: When::Day(-45, 15, 0), presenters: &["沈卫华"], audience: "工作室成员", minutes: 60, ..SEMINAR },
    Planned { studio: 4, title: "种子发芽实验研讨", when: When::Day(-16, 15, 0), presenters: &["方晓东"], audience: "工作室成员", minutes: 60, ..SEMINAR },
];

const PRACTICE: Planned = Planned { audience: "全省综合实践活动教师", minutes: 80, ..SEMINAR };
