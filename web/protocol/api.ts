// Generated from the server's shapes; `UPDATE_TYPES=1 cargo test --test it types` writes it again.
// Times are ISO 8601 with an offset, days are YYYY-MM-DD, ids are 16 characters.

/** admin 平台管理员，office 工作站管理员，teacher 教师 */
export type AccountRole = "admin" | "office" | "teacher";

/** province 省，city 市，county 县 */
export type RegionKind = "province" | "city" | "county";

/** studio 名师工作室，network 名师网络工作室，alliance 联盟 */
export type StudioKind = "studio" | "network" | "alliance";

/** province 省级，city 市级，county 县级 */
export type Tier = "province" | "city" | "county";

/** new_teacher 新入职教师，backbone 县级骨干教师或学科带头人 */
export type MemberMark = "new_teacher" | "backbone";

/** host 主持人，core 学科带头人，trainee 骨干学员，follower 网络学员，adviser 导师 */
export type MemberRole = "host" | "core" | "trainee" | "follower" | "adviser";

/** broadcast 直播，seminar 研修，lecture 讲座，open_lesson 公开课，lesson_review 评课，outreach 送教，report 汇报，showcase 展示 */
export type ActivityKind = "broadcast" | "seminar" | "lecture" | "open_lesson" | "lesson_review" | "outreach" | "report" | "showcase";

/** online 线上，onsite 线下，mixed 线上+线下 */
export type Mode = "online" | "onsite" | "mixed";

/** school 校级，county 县级，city 市级，province 省级，national 国家级 */
export type Level = "school" | "county" | "city" | "province" | "national";

/** planned 未开始，live 直播中，ended 已结束，cancelled 已取消 */
export type ActivityState = "planned" | "live" | "ended" | "cancelled";

/** host 主持人，presenter 主讲人，viewer 观众 */
export type ActivityRole = "host" | "presenter" | "viewer";

/** present 出席，absent 缺席，excused 请假，unknown 待核 */
export type AttendanceStatus = "present" | "absent" | "excused" | "unknown";

/** bridged 短时断线，hidden 页面在后台，unproven 没有收到画面和声音，lost 线路中断，away 离开 */
export type GapKind = "bridged" | "hidden" | "unproven" | "lost" | "away";

/** open 等待审批，granted 已同意，refused 未同意，withdrawn 已撤回 */
export type CaseState = "open" | "granted" | "refused" | "withdrawn";

/** online 在线，classroom 集体观看，site 现场 */
export type Way = "online" | "classroom" | "site";

/** A 自动统计，H 现场签到，M 统计后确认，E 佐证材料，C 名单，R 项目规定 */
export type Class = "A" | "H" | "M" | "E" | "C" | "R";

/** calendar 年度，school 学年 */
export type YearKind = "calendar" | "school";

/** met 已达标，waiting 等确认，not_yet 进行中，impossible 已不可能 */
export type ScoreState = "met" | "waiting" | "not_yet" | "impossible";

/** passing 可合格，on_track 正常，at_risk 有风险，lost 已不可能 */
export type Outlook = "passing" | "on_track" | "at_risk" | "lost";

/** draft 草稿，waiting 审核中，publicised 公示中，returned 退回修改，accepted 已录用，refused 未录用，withdrawn 已撤回 */
export type ApplicationState = "draft" | "waiting" | "publicised" | "returned" | "accepted" | "refused" | "withdrawn";

/** met 符合，look 待核，missing 未填，unmet 不符合 */
export type ConditionState = "met" | "look" | "missing" | "unmet";

/** granted 同意，returned 退回修改，refused 不同意 */
export type ReviewVerdict = "granted" | "returned" | "refused";

/** preschool 学前，primary 小学，junior 初中，senior 高中，vocational 中职，special 特殊教育 */
export type SchoolStage = "preschool" | "primary" | "junior" | "senior" | "vocational" | "special";

/** female 女，male 男 */
export type Sex = "female" | "male";

/** host 主持人选择，school 学校意见，recommendation 逐级推荐，office 工作站审定 */
export type Step = "host" | "school" | "recommendation" | "office";

/** departed 调离，quit 退出，replaced 更换，promoted 晋级，demoted 降级 */
export type TransferKind = "departed" | "quit" | "replaced" | "promoted" | "demoted";

/** waiting 等待决定，granted 已同意，refused 未同意，withdrawn 已撤回 */
export type TransferState = "waiting" | "granted" | "refused" | "withdrawn";

/** send_application 申报快截止，mend_application 申报要修改，recruitment_closes 招募快截止，review_applications 申报等审核，answer_application_objections 对公示的异议等答复，name_applicants 公示期满等命名，decide_transfers 变动等决定，decide_cases 请假和申诉等审批，decide_evidence 佐证等审核，decide_levels 活动级别等确认，decide_choices 特色项目等确认，decide_resources 资源等发布，decide_selections 精品等评选，decide_notices 通知等审批，mend_notice 通知被退回，may_appeal 考勤可以申诉，may_object 公示期可提异议，answer_objections 异议等答复，publication_ends 公示快结束，settle_year 公示已结束，criterion_due 指标快到期 */
export type ReminderKind = "send_application" | "mend_application" | "recruitment_closes" | "review_applications" | "answer_application_objections" | "name_applicants" | "decide_transfers" | "decide_cases" | "decide_evidence" | "decide_levels" | "decide_choices" | "decide_resources" | "decide_selections" | "decide_notices" | "mend_notice" | "may_appeal" | "may_object" | "answer_objections" | "publication_ends" | "settle_year" | "criterion_due";

/**
 * What somebody has to do or to decide.
 */
export type ReminderView = { kind: ReminderKind, title: string, 
/**
 * A Studio or a person; empty where the title says it.
 */
who: string, count: number, 
/**
 * The last day on which it can be done.
 */
until: string | null, 
/**
 * Since when it waits.
 */
since: string | null, 
/**
 * The id of what is to be opened; none of several.
 */
about: string | null, };

/**
 * The body of every refusal.
 */
export type Refused = { 
/**
 * Stable; for programs.
 */
code: string, 
/**
 * For people: what happened, what it means, what to do next.
 */
sentence: string, 
/**
 * What is wrong with which field of the request, by the field's name.
 */
fields?: { [key in string]: string }, };

/**
 * A list; an object, so that it can say more about itself one day.
 */
export type Rows<T> = { rows: Array<T>, };

/**
 * One page of a long list.
 */
export type PageOf<T> = { rows: Array<T>, 
/**
 * How many there are on all pages.
 */
total: number, 
/**
 * Counts from 1.
 */
page: number, size: number, };

/**
 * A noun that something else refers to: enough to show it and to link to it.
 */
export type Named = { id: string, name: string, };

export type RegionView = { id: string, name: string, kind: RegionKind, parent: string | null, 
/**
 * From the top down to this one: `浙江省 / 杭州市 / 淳安县`.
 */
path: string, };

export type RegionForm = { name: string, kind: RegionKind, 
/**
 * The Region above; none for a province.
 */
parent: string | null, };

export type RegionChange = { name: string, };

export type RegionName = { id: string, name: string, 
/**
 * From the top down to this one.
 */
path: string, };

export type SchoolView = { id: string, name: string, region: string, 
/**
 * Names of the Regions above, from the top down.
 */
region_path: string, rural: boolean, };

export type SchoolForm = { name: string, region: string, rural: boolean, };

/**
 * Fields that are absent stay as they are.
 */
export type SchoolChange = { name?: string, 
/**
 * Moves the School, with its people; the person who asks must supervise both Regions.
 */
region?: string, rural?: boolean, 
/**
 * The first day on which it is rural, or no more so; today where it is absent.
 */
since?: string, };

export type SchoolName = { id: string, name: string, rural: boolean, };

export type LoginForm = { account_name: string, password: string, };

export type LoginAnswer = { account: AccountView, };

export type AccountView = { id: string, 
/**
 * Real name.
 */
name: string, login_name: string, role: AccountRole, school: SchoolName | null, 
/**
 * The Region of the School.
 */
region: RegionName | null, 
/**
 * The Region that an office supervises.
 */
region_scope: RegionName | null, title: string, subject: string, phone: string | null, disabled: boolean, };

export type AccountForm = { name: string, login_name: string, password: string, role: AccountRole, 
/**
 * For an office: the Region that it supervises.
 */
region_scope?: string, school?: string, title?: string, subject?: string, 
/**
 * A mobile number of eleven digits.
 */
phone?: string, };

/**
 * Fields that are absent stay as they are.
 */
export type AccountChange = { name?: string, role?: AccountRole, 
/**
 * For an office: the Region that it supervises. Goes away by itself when the role becomes another.
 */
region_scope?: string, 
/**
 * `null` takes the School away, which a teacher can't be without.
 */
school?: string | null, 
/**
 * The first day on which they teach at this School; today where it is absent. With the School that is known already it puts
 * that day right.
 */
since?: string, title?: string, subject?: string, 
/**
 * `null` takes the phone away.
 */
phone?: string | null, 
/**
 * A disabled Account can't sign in, and is signed out everywhere at once; what it did stays.
 */
disabled?: boolean, 
/**
 * A new password; it signs the Account out everywhere.
 */
password?: string, };

/**
 * One who can be added to a Studio: enough to tell two of the same name apart.
 */
export type PersonView = { id: string, 
/**
 * Real name.
 */
name: string, school: SchoolName | null, };

/**
 * The person who is signed in.
 */
export type Me = { account: AccountView, memberships: Array<MyMembership>, 
/**
 * To be sent as `x-csrf-token` with every request that changes something.
 */
csrf: string, };

export type MyMembership = { studio: Named, role: MemberRole, };

export type MemberView = { membership: string, account: MemberAccount, role: MemberRole, from: string, 
/**
 * The last day, which still counts; none while it goes on.
 */
to: string | null, 
/**
 * 新入职教师
 */
new_teacher: boolean, 
/**
 * 县级骨干教师或学科带头人
 */
backbone: boolean, };

export type MemberAccount = { id: string, name: string, title: string, school: SchoolName | null, };

export type MembershipForm = { account: string, role: MemberRole, from: string, to?: string, new_teacher?: boolean, backbone?: boolean, };

/**
 * Fields that are absent stay as they are.
 */
export type MembershipChange = { 
/**
 * The last day, which still counts; `null` lets the Membership go on.
 */
to?: string | null, 
/**
 * The first day, where it was entered wrongly.
 */
from?: string, 
/**
 * Why; needed where days that have passed are changed.
 */
reason?: string, new_teacher?: boolean, backbone?: boolean, };

/**
 * A Studio as lists and cards show it.
 */
export type StudioCard = { id: string, name: string, tier: Tier, kind: StudioKind, subject: string, };

export type StudioView = { id: string, name: string, tier: Tier, kind: StudioKind, subject: string, region: string, region_path: string, cycle_start: string, 
/**
 * Key of the Policy that the Studio is assessed under, such as `zhejiang-2019`.
 */
policy: string | null, introduction: string, 
/**
 * On which it works, where it is closed, or is to be.
 */
last_day: string | null, };

export type StudioForm = { name: string, tier: Tier, kind: StudioKind, subject: string, region: string, 
/**
 * First day of the cycle in which the Studio is assessed.
 */
cycle_start: string, policy?: string, introduction?: string, };

/**
 * Fields that are absent stay as they are.
 */
export type StudioChange = { name?: string, subject?: string, introduction?: string, };

/**
 * Everything the page of a Studio shows.
 */
export type StudioPage = { studio: StudioView, 
/**
 * Present and former members, hosts first.
 */
members: Array<MemberView>, 
/**
 * Latest first.
 */
activities: Array<ActivityCard>, series: Array<SeriesView>, 
/**
 * May the person who asks change the Studio, its members and its activities?
 */
may_manage: boolean, 
/**
 * May they also say who hosts it?
 */
may_set_hosts: boolean, 
/**
 * The marks of members that the Policy keeps places for.
 */
marks_asked: Array<MemberMark>, 
/**
 * The tiers that the person who asks may move it to.
 */
may_move_to: Array<Tier>, 
/**
 * Promotions and demotions, the latest first.
 */
tier_moves: Array<TierMoveView>, 
/**
 * May the person who asks put it under another Policy or into another cycle?
 */
may_change_programme: boolean, policy_title: string | null, 
/**
 * The latest first.
 */
programme_changes: Array<ProgrammeChangeView>, 
/**
 * May the person who asks close it, or take that back?
 */
may_close: boolean, 
/**
 * The latest first; that one holds.
 */
closings: Array<ClosingWordView>, };

export type SeriesView = { id: string, studio: string, title: string, theme: string, 
/**
 * How many Activities it has.
 */
activities: number, };

export type SeriesForm = { title: string, theme?: string, };

/**
 * An Activity as lists and cards show it.
 */
export type ActivityCard = { id: string, title: string, kind: ActivityKind, mode: Mode, level: Level, studio: StudioCard, 
/**
 * That it belongs to.
 */
series: string | null, planned_start: string, planned_end: string, presenters: Array<Named>, state: ActivityState, 
/**
 * The live occurrence, once the host has gone live.
 */
session: SessionCard | null, 
/**
 * What the person who asks is in this Activity.
 */
my_role: ActivityRole | null, guests_allowed: boolean, };

export type SessionCard = { id: string, started_at: string, ended_at: string | null, 
/**
 * How many different people have come so far, or came.
 */
people: number, };

/**
 * Everything the page of an Activity shows.
 */
export type ActivityPage = { activity: ActivityCard, 
/**
 * For whom, in words.
 */
audience: string, series: Named | null, summary: string, 
/**
 * Where it takes place, when people meet.
 */
place: string, 
/**
 * Why it was cancelled.
 */
cancel_reason: string | null, may_manage: boolean, cases: ActivityCases, };

/**
 * Where a person's calendar program finds their Activities.
 */
export type CalendarView = { 
/**
 * A path on this server; null until one is asked for.
 */
link: string | null, };

export type ActivityForm = { title: string, kind: ActivityKind, mode: Mode, level: Level, 
/**
 * For whom, in words.
 */
audience?: string, planned_start: string, planned_end: string, presenters?: Array<string>, series?: string, guests_allowed?: boolean, summary?: string, place?: string, };

/**
 * Fields that are absent stay as they are.
 */
export type ActivityChange = { title?: string, kind?: ActivityKind, mode?: Mode, level?: Level, audience?: string, planned_start?: string, planned_end?: string, presenters?: Array<string>, 
/**
 * `null` takes the Activity out of its Series.
 */
series?: string | null, guests_allowed?: boolean, summary?: string, place?: string, };

export type CancelForm = { 
/**
 * For the people who meant to come.
 */
reason: string, };

export type Home = { 
/**
 * Live now.
 */
live: Array<ActivityCard>, 
/**
 * Later today.
 */
today: Array<ActivityCard>, 
/**
 * In the coming days, next first.
 */
next: Array<ActivityCard>, 
/**
 * Ended, latest first.
 */
recent: Array<ActivityCard>, };

export type SessionState = "live" | "ended";

export type SessionPage = { id: string, activity: ActivityCard, state: SessionState, started_at: string, ended_at: string | null, 
/**
 * How many different people have come so far, or came.
 */
people: number, 
/**
 * What is written down about people in this Session, to be shown before they come in.
 */
recording_notice: string, };

export type SessionAnswer = { session: SessionPage, };

export type TicketForm = { 
/**
 * For somebody without an Account, where the Activity allows guests.
 */
guest?: GuestForm, };

export type GuestForm = { name: string, school: string, rural?: boolean, };

export type TicketAnswer = { 
/**
 * For `hello`, the first frame on the socket.
 */
ticket: string, 
/**
 * Path of the websocket on this host.
 */
socket: string, expires_at: string, role: "host" | "presenter" | "viewer", participant_name: string, };

export type EncoderAnswer = { 
/**
 * Where an encoder such as OBS publishes (WHIP), as a path on this host.
 */
whip: string, 
/**
 * The encoder's bearer token.
 */
token: string, expires_at: string, };

/**
 * The numbers that programmes ask for, of one Session.
 */
export type FiguresView = { 
/**
 * Who was present; hosts are people too.
 */
people: number, 
/**
 * All who came or were expected.
 */
listed: number, core_present: number, 
/**
 * Core members on the roster of that day.
 */
core_roster: number, 
/**
 * `54.5%`; none without a core roster.
 */
core_share: string | null, rural_schools: number, rural_people: number, 
/**
 * Of those present.
 */
mean_minutes: number, classrooms: number, classroom_people: number, absent: number, excused: number, unknown: number, late: number, left_early: number, 
/**
 * Of the unknown: those whose line broke off.
 */
unknown_by_line: number, };

export type CurvePointView = { at: string, people: number, };

export type CheckInMarkView = { at: string, 
/**
 * 第 1 次签到
 */
title: string, expected: number, answered: number, };

export type PollOptionView = { text: string, votes: number, 
/**
 * `54.5%` of those who answered; of several choices the shares are more than 100% together. None where nobody answered.
 */
share: string | null, };

/**
 * A poll that is over. Who chose what is not known.
 */
export type PollView = { 
/**
 * 1, 2, 3 … within the Session.
 */
number: number, question: string, 
/**
 * More than one could be chosen.
 */
several: boolean, opened_at: string, closed_at: string, options: Array<PollOptionView>, answered: number, 
/**
 * How many could answer.
 */
present: number, 
/**
 * `84.2%` of those who could.
 */
turnout: string | null, };

export type ClassroomCountView = { name: string, school: string | null, seated: number, 
/**
 * The last count by the person in charge.
 */
headcount: number | null, };

/**
 * One person of a report, as known on the day of the Session.
 */
export type ReportRowView = { 
/**
 * Stable within the report.
 */
key: string, name: string, school: string | null, rural: boolean, 
/**
 * City and county.
 */
region: string | null, role: MemberRole | null, 
/**
 * 主持人, 学科带头人, 主讲人, 访客, 非成员 …
 */
role_word: string, presenter: boolean, guest: boolean, ways: Array<Way>, 
/**
 * The Classrooms where the person sat.
 */
places: Array<string>, 
/**
 * Check-ins that the person was asked for, and answered.
 */
asked: number, answered: number, record: RecordView, };

/**
 * The report on one Session.
 */
export type ReportView = { session: string, activity: string, title: string, kind: ActivityKind, mode: Mode, level: Level, studio: Named, presenters: Array<string>, planned_start: string, planned_end: string, started_at: string, 
/**
 * The end, or the last moment known.
 */
ended_at: string, ongoing: boolean, parameters: ParametersView, figures: FiguresView, 
/**
 * A point for each minute.
 */
curve: Array<CurvePointView>, check_ins: Array<CheckInMarkView>, polls: Array<PollView>, classrooms: Array<ClassroomCountView>, rows: Array<ReportRowView>, 
/**
 * Records that were corrected by hand.
 */
corrections: number, 
/**
 * The line of the ledger up to which this is so, and the fingerprint of the verdicts.
 */
sequence: number, digest: string, };

export type YearSessionView = { session: string, title: string, kind: ActivityKind, mode: Mode, started_at: string, minutes: number, figures: FiguresView, };

export type YearCellView = { status: AttendanceStatus, late: boolean, left_early: boolean, minutes: number, };

export type YearTotalsView = { 
/**
 * Sessions that the person came to or was expected in.
 */
listed: number, present: number, absent: number, excused: number, unknown: number, late: number, left_early: number, minutes: number, };

export type YearPersonView = { key: string, name: string, school: string | null, rural: boolean, region: string | null, role: MemberRole | null, role_word: string, 
/**
 * One for each Session; none where the person neither came nor was expected.
 */
cells: Array<YearCellView | null>, totals: YearTotalsView, };

export type YearFiguresView = { sessions: number, 
/**
 * Different people who were present at least once, and presences in all.
 */
people: number, presences: number, rural_schools: number, rural_people: number, sessions_of_ten: number, sessions_of_half_core: number, minutes: number, };

/**
 * A Studio's Sessions of one calendar year beside its people.
 */
export type YearReportView = { studio: string, studio_name: string, year: number, parameters: ParametersView, figures: YearFiguresView, sessions: Array<YearSessionView>, people: Array<YearPersonView>, digest: string, };

/**
 * What has become of the lines that a report goes back to.
 */
export type LedgerFinding = "intact" | "changed";

/**
 * What the same lines give today.
 */
export type DigestFinding = "same" | "different";

export type FigureView = { label: string, value: string, };

/**
 * What a report on paper said, and whether that still holds.
 */
export type VerificationView = { code: string, title: string, studio: string | null, made_at: string, made_by: string, figures: Array<FigureView>, digest: string, 
/**
 * None where nothing was judged by them.
 */
parameters: ParametersView | null, 
/**
 * None where it goes back to no lines of the ledger.
 */
ledger: LedgerFinding | null, same: DigestFinding, 
/**
 * Records and results that were corrected by hand afterwards.
 */
corrections_since: number, 
/**
 * It was taken back since, and why.
 */
revoked: WordView | null, 
/**
 * Of a notice that holds: its Activity has another day, time, place or presenters now.
 */
outdated: boolean, };

/**
 * What is wrong with one row of a sign-in sheet.
 */
export type SheetErrorView = { 
/**
 * As the sheet counts: the first row is 1.
 */
row: number, 
/**
 * The column's header.
 */
column: string, sentence: string, };

/**
 * Who a row of a sign-in sheet is, as it will count.
 */
export type SheetRowView = { row: number, name: string, school: string | null, from: string, to: string, 
/**
 * Came with an account; otherwise by name and school alone.
 */
known: boolean, };

/**
 * What a sign-in sheet says, row by row.
 */
export type SheetAnswer = { 
/**
 * How many rows there are below the header.
 */
rows: number, accepted: Array<SheetRowView>, errors: Array<SheetErrorView>, 
/**
 * Lines that the ledger has now and had not before; 0 when it was only checked.
 */
written: number, 
/**
 * The Session that holds them, once there is one.
 */
session: string | null, };

/** sent 待审，returned 已退回，approved 已发布，withdrawn 已撤回 */
export type NoticeState = "sent" | "returned" | "approved" | "withdrawn";

export type NoticeForm = { content: string, };

export type NoticeDraftForm = { content: string, 
/**
 * The one that was seen; 0 where there was none.
 */
revision: number, };

/**
 * What hosts have written and not sent yet.
 */
export type NoticeDraftView = { content: string, 
/**
 * Counts up with each saving and each notice that is sent; 0 where nothing has been saved.
 */
revision: number, 
/**
 * Who saved it last.
 */
by: string | null, at: string | null, };

export type NoticeDecisionForm = { approved: boolean, 
/**
 * Must be given when it is returned.
 */
reason?: string, };

export type NoticeWithdrawalForm = { 
/**
 * Must be given of an approved one.
 */
reason?: string, };

/**
 * What somebody said, and when.
 */
export type WordView = { reason: string, by: string, at: string, };

export type NoticeView = { id: string, 
/**
 * The Activity's id and title.
 */
activity: Named, state: NoticeState, 
/**
 * Of an approved one, with the Region that it is counted in: 青禾县〔2026〕第12号.
 */
number: string | null, content: string, sent_by: string, sent_at: string, decision: WordView | null, withdrawal: WordView | null, 
/**
 * It holds, and says another day, time, place or presenters than its Activity has now.
 */
outdated: boolean, 
/**
 * Whoever asks may approve or return it.
 */
may_decide: boolean, 
/**
 * Whoever asks may take it back.
 */
may_withdraw: boolean, };

/**
 * What a person answered about a row; the form's `choices` is a JSON list of them.
 */
export type RosterChoiceForm = { 
/**
 * As the sheet counts: the first row is 1.
 */
row: number, } & ({ "choice": "use", column: string, text: string, } | { "choice": "same", person: string, } | { "choice": "other" } | { "choice": "moved" } | { "choice": "not_moved" });

export type RosterChoiceKind = { "choice": "use", column: string, text: string, } | { "choice": "same", person: string, } | { "choice": "other" } | { "choice": "moved" } | { "choice": "not_moved" };

/**
 * A row that is not written as it is.
 */
export type RosterLookView = { row: number, name: string, 
/**
 * Of a complete number only the ends.
 */
phone: string, school: string, role: string, from: string, 
/**
 * The headers of the cells in question.
 */
columns: Array<string>, 
/**
 * A question, not an error.
 */
asks: boolean, sentence: string, 
/**
 * A text that would do in the column.
 */
proposal: string | null, 
/**
 * People who may be meant: id and school.
 */
people: Array<Named>, 
/**
 * Asks whether the person works at the school of the sheet now.
 */
moved: boolean, };

/**
 * An account that was made, with the password that is told only here.
 */
export type NewAccountView = { row: number, name: string, school: string, login_name: string, password: string, };

/**
 * A file that comes with an answer.
 */
export type FileInAnswer = { name: string, 
/**
 * xlsx, in base64.
 */
content: string, };

/**
 * What a roster sheet says, row by row.
 */
export type RosterAnswer = { 
/**
 * The name of the sheet that was read.
 */
sheet: string, 
/**
 * How many rows there are below the header.
 */
rows: number, 
/**
 * How many are good.
 */
good: number, 
/**
 * Of these: people who are on the roster and of whom something changes.
 */
updates: number, 
/**
 * Of these: nothing changes.
 */
idle: number, 
/**
 * Of these: people who get an account.
 */
new_accounts: number, looks: Array<RosterLookView>, 
/**
 * Of these: people whom the Policy has no place for. While there are any, nothing is written.
 */
over_quota: number, 
/**
 * Rows that changed something; 0 when it was only checked.
 */
written: number, 
/**
 * Whoever sent the sheet may add accounts and change them, in some of the schools.
 */
may_change_accounts: boolean, 
/**
 * Once, when they are made.
 */
accounts: Array<NewAccountView>, 
/**
 * When it was only checked, the rows of `looks` with what to do; afterwards the new accounts with their passwords.
 */
file: FileInAnswer | null, };

/**
 * What "attended" means here, to be shown beside every verdict.
 */
export type ParametersView = { version: number, clauses: Array<ClauseView>, };

export type ClauseView = { 
/**
 * What it defines, such as 出席; none for how time is counted.
 */
term: string | null, text: string, };

/**
 * Half-open: `to` is the first moment that does not belong to it.
 */
export type IntervalView = { from: string, to: string, };

export type GapView = { kind: GapKind, from: string, to: string, };

/**
 * How often the person was asked to check in, and did.
 */
export type CheckInsView = { asked: number, answered: number, };

/**
 * The verdict for one person in one Session, all devices together.
 */
export type RecordView = { status: AttendanceStatus, 
/**
 * Marks of somebody present.
 */
late: boolean, left_early: boolean, 
/**
 * The Session goes on; the status may still change.
 */
ongoing: boolean, 
/**
 * The last interval has no end yet, and is closed at the last moment that is known.
 */
open: boolean, 
/**
 * Whole minutes that count as seen.
 */
minutes: number, 
/**
 * Without proof of watching; told apart from both presence and absence.
 */
unverified_minutes: number, required_minutes: number, 
/**
 * Of the Session without its interruptions; so far, while it goes on.
 */
session_minutes: number, first: string | null, last: string | null, 
/**
 * What was seen, in order.
 */
intervals: Array<IntervalView>, 
/**
 * Between coming and going, in order. Those that are `bridged` lie within the intervals.
 */
gaps: Array<GapView>, devices: number, check_ins: CheckInsView, late_after: string, early_before: string | null, 
/**
 * Why, in Chinese sentences.
 */
reason: string, 
/**
 * A person decided otherwise than what was measured; minutes and intervals stay as they were.
 */
correction: CorrectionView | null, };

/**
 * What a Correction replaced, who decided it, when and why.
 */
export type CorrectionView = { status_before: AttendanceStatus, late_before: boolean, left_early_before: boolean, reason_before: string, by_name: string, at: string, reason: string, };

export type PersonKind = "account" | "guest";

/**
 * One person in one Session.
 */
export type PresenceView = { 
/**
 * The person, as corrections name them.
 */
key: string, kind: PersonKind, account: string | null, name: string, school: string | null, rural: boolean, record: RecordView, 
/**
 * Somebody else came from the same device too: no verdict, but worth a look.
 */
shares_device: boolean, };

/**
 * Who was in one Session, and the parameters that the records follow.
 */
export type PresencePage = { parameters: ParametersView, rows: Array<PresenceView>, };

/**
 * One Session of the person who asks.
 */
export type AttendanceView = { session: string, activity: ActivityCard, started_at: string, ended_at: string | null, planned_start: string, planned_end: string, record: RecordView, };

/**
 * One page of one's own attendance, and the parameters that the records follow.
 */
export type AttendancePage = { parameters: ParametersView, rows: Array<AttendanceView>, 
/**
 * How many there are on all pages.
 */
total: number, 
/**
 * Counts from 1.
 */
page: number, size: number, };

/**
 * A file that is a proof.
 */
export type AttachmentView = { id: string, 
/**
 * Safe to show and to save under.
 */
name: string, media_type: string, 
/**
 * In bytes.
 */
size: number, 
/**
 * Can be shown in the page.
 */
image: boolean, };

/**
 * Why leave is asked for, or a record appealed.
 */
export type CaseForm = { reason: string, 
/**
 * One's own upload.
 */
attachment?: string, };

export type LeaveDecisionForm = { granted: boolean, 
/**
 * Must be given for a refusal.
 */
reason?: string, };

/**
 * What a record comes to.
 */
export type VerdictView = { status: AttendanceStatus, late: boolean, left_early: boolean, };

export type AppealDecisionForm = { granted: boolean, 
/**
 * What the record is corrected to; must be given for a consent. Never `unknown`.
 */
status?: AttendanceStatus, late?: boolean, left_early?: boolean, 
/**
 * Must be given for a refusal.
 */
reason?: string, };

/**
 * One decision about one or more people of a Session that is over.
 */
export type CorrectionForm = { 
/**
 * Their keys, at most 200: the id of an Account, or a guest's `guest:name@school`.
 */
people: Array<string>, 
/**
 * Never `unknown`.
 */
status: AttendanceStatus, late?: boolean, left_early?: boolean, reason: string, attachments?: Array<string>, };

export type CorrectionAnswer = { 
/**
 * How many people were corrected.
 */
corrected: number, };

export type CaseKind = "leave" | "appeal";

export type CasePerson = { id: string, name: string, school: string | null, };

export type DecisionView = { granted: boolean, by_name: string, at: string, reason: string, 
/**
 * What a granted appeal corrected the record to.
 */
verdict: VerdictView | null, };

/**
 * A leave or an appeal with all that is shown of it.
 */
export type CaseView = { kind: CaseKind, 
/**
 * Of its kind.
 */
id: string, state: CaseState, person: CasePerson, activity: ActivityCard, 
/**
 * Which Session is appealed.
 */
session: string | null, reason: string, attachment: AttachmentView | null, asked_at: string, decision: DecisionView | null, withdrawn_at: string | null, 
/**
 * The person who asks may decide it now.
 */
may_decide: boolean, 
/**
 * It can still be withdrawn by the person who asked for it.
 */
may_withdraw: boolean, 
/**
 * Of an appeal that is open: what the record says.
 */
record: RecordView | null, };

/**
 * What may be asked for or has to be decided, on the page of an Activity.
 */
export type ActivityCases = { 
/**
 * The person who looks may ask for leave now.
 */
may_ask_leave: boolean, 
/**
 * The last leave of the person who looks, unless it was withdrawn.
 */
leave: CaseView | null, 
/**
 * Leaves and appeals that wait for the person who looks.
 */
waiting: number, };

export type PhotoForm = { attachment: string, note?: string, };

export type PhotoView = { id: string, picture: AttachmentView, note: string, by_name: string, at: string, };

/**
 * One line of the ledger, or a run of checkpoints of one Participant.
 */
export type AuditRow = { 
/**
 * Of the first and the last line.
 */
first: number, last: number, 
/**
 * How many lines these are.
 */
count: number, 
/**
 * The first eight digits of the last line's hash.
 */
hash: string, 
/**
 * Stable: the kind of line.
 */
kind: string, 
/**
 * The kind as people read it.
 */
word: string, from: string, to: string, 
/**
 * None for what concerns the whole Session.
 */
name: string | null, text: string, correction: AuditCorrectionView | null, };

export type AuditCorrectionView = { before: VerdictView, after: VerdictView, by_name: string, reason: string, appeal: string | null, 
/**
 * For those who keep the Studio.
 */
attachments: Array<AttachmentView>, };

/**
 * Somebody who has lines in a Session.
 */
export type AuditPerson = { 
/**
 * For `?person=`.
 */
key: string, name: string, school: string | null, record: RecordView, };

/**
 * One page of a Session's lines, folded, and everything that was asked for and decided.
 */
export type AuditPage = { activity: ActivityCard, session: string, people: Array<AuditPerson>, cases: Array<CaseView>, 
/**
 * Changes of days of Memberships, made after the Session began, that decide who was in the Studio on its day.
 */
memberships: Array<DaysChangedView>, rows: Array<AuditRow>, 
/**
 * Rows on all pages.
 */
total: number, page: number, size: number, 
/**
 * Lines in the ledger of this Session.
 */
lines: number, 
/**
 * Every line fits the one before.
 */
intact: boolean, };

/**
 * Who set the days of a Membership, and why.
 */
export type DaysChangedView = { name: string, role: MemberRole, 
/**
 * None where the Membership was begun.
 */
before: DaysView | null, after: DaysView, reason: string, by_name: string, at: string, };

/**
 * From when to when; both days count.
 */
export type DaysView = { from: string, to: string | null, };

export type ClassroomForm = { name: string, school: string, 
/**
 * How many people are to come.
 */
expected?: number | null, };

/**
 * A Classroom as the keepers of its Activity see it.
 */
export type ClassroomView = { id: string, name: string, school: SchoolName, expected: number | null, closed: boolean, 
/**
 * Its device is in the Room now.
 */
present: boolean, 
/**
 * The page for its device, as a path on this host; none when it is closed. Whoever has it can stand for the Classroom.
 */
link: string | null, };

export type ClassroomState = "waiting" | "live" | "ended" | "closed";

/**
 * What the device of a Classroom shows before it comes in.
 */
export type ClassroomLink = { id: string, name: string, school: SchoolName, expected: number | null, 
/**
 * Of the Studio's roster that day, those of this School.
 */
people: Array<RosterName>, activity: ActivityCard, session: string | null, state: ClassroomState, 
/**
 * Who signs in after it is late; none before the Session has begun.
 */
late_after: string | null, 
/**
 * What is written down about people in this Session, to be shown before they sit down.
 */
recording_notice: string, };

export type RosterName = { name: string, };

export type CodePoint = "site_in" | "site_out" | "check_in";

export type CodeForm = { point: CodePoint, 
/**
 * Of the check-in.
 */
number?: number, };

/**
 * A code to show now. Another one is given when `next_in_ms` is over.
 */
export type CodeAnswer = { code: string, 
/**
 * The page that a phone opens by scanning, as a path on this host.
 */
path: string, expires_at: string, next_in_ms: number, };

export type PrintedCodeForm = { from: string, to: string, };

export type PrintedCodeView = { id: string, 
/**
 * The page that a phone opens by scanning, as a path on this host.
 */
path: string, from: string, to: string, closed: boolean, };

export type ScanForm = { code: string, 
/**
 * A random text that this browser keeps.
 */
device: string, };

export type ScanPoint = "classroom" | "site_in" | "site_out" | "check_in";

export type PlaceName = { name: string, school: string | null, };

export type ScannedBy = { name: string, school: string | null, };

/**
 * A code was good: who scanned it may now say who it is.
 */
export type ScanAnswer = { 
/**
 * For taking the seat, by the same browser.
 */
pass: string, point: ScanPoint, place: PlaceName | null, activity: ActivityCard, session: string, pass_expires_at: string, 
/**
 * The person who is signed in.
 */
me: ScannedBy | null, 
/**
 * Somebody who is on no roster may come, too.
 */
guests: boolean, 
/**
 * The person who is signed in holds a seat already.
 */
seated: boolean, 
/**
 * What is written down, to be shown before one sits down.
 */
recording_notice: string, };

export type SeatForm = { pass: string, 
/**
 * For somebody who is not signed in.
 */
guest?: SeatGuest, };

export type SeatGuest = { name: string, school: string, };

export type SeatAnswer = { 
/**
 * Names this seat for the page of the person who took it; none for a check-in that was answered without one.
 */
seat: string | null, number: number | null, name: string, school: string | null, place: PlaceName | null, at: string, };

export type SeatState = "seated" | "left" | "struck" | "ended";

/**
 * How a seat stands, for the phone of the person who took it.
 */
export type SeatPage = { state: SeatState, number: number, name: string, place: PlaceName, at: string, left_at: string | null, 
/**
 * Why it is empty, where somebody else is the cause.
 */
reason: string | null, 
/**
 * The open check-in, as it is to this person; none for a seat that is empty.
 */
check_in: import('./signaling').CheckIn | null, 
/**
 * The poll that is open, or whose result is shown; none for a seat that is empty.
 */
poll: SeatPollView | null, };

/**
 * A poll as it is to the person on a seat.
 */
export type SeatPollView = { poll: import('./signaling').Poll, 
/**
 * The places of the options that the person chooses; none once it is closed.
 */
choices: Array<number>, };

/**
 * The person on a seat answers a check-in.
 */
export type SeatCheckInForm = { 
/**
 * Of the check-in.
 */
number: number, 
/**
 * Where it asks for one.
 */
code?: string, };

/**
 * The person on a seat answers a poll.
 */
export type SeatPollForm = { 
/**
 * Of the poll.
 */
number: number, 
/**
 * The places of the options from 0.
 */
choices: Array<number>, };

/**
 * A Policy as lists and headers show it.
 */
export type PolicyName = { key: string, version: number, title: string, issuer: string, };

export type PolicyCard = { policy: PolicyName, effective_from: string, effective_to: string | null, year: YearKind, cycle_years: number, criteria: number, };

/**
 * Where a rule stands in the document.
 */
export type SourceView = { id: string, quote: string, 
/**
 * As the document's headings count: 三(1)3.
 */
part: string, line: number, };

export type SlotView = { key: string, title: string, };

/**
 * A grade that needs a person's word besides the numbers is `reviewed`.
 */
export type GradeRuleView = { id: string, title: string, reviewed: boolean, passes: boolean, };

export type VetoRuleView = { id: string, title: string, quote: string, line: number, };

/**
 * One rule in words, beside the sentences that it was taken from.
 */
export type ArticleView = { 
/**
 * Of a Criterion or a Choice; empty for everything else.
 */
id: string, title: string, text: string, 
/**
 * 自动统计, 佐证材料 … of a Criterion.
 */
class_word: string | null, sources: Array<SourceView>, note: string | null, };

export type ChapterView = { title: string, 
/**
 * 办法第三部分第 3 条; empty where the document has no such part.
 */
part: string, articles: Array<ArticleView>, };

/**
 * A Policy as people read it, and what forms choose from.
 */
export type PolicyPage = { card: PolicyCard, 
/**
 * What it says of itself: who issued it, since when it is in force …
 */
head: Array<ClauseView>, chapters: Array<ChapterView>, slots: Array<SlotView>, grades: Array<GradeRuleView>, vetoes: Array<VetoRuleView>, };

/**
 * Both days count.
 */
export type SpanView = { from: string, to: string, };

/**
 * A Studio's year under its Policy.
 */
export type ScorecardView = { studio: Named, policy: PolicyName, scope: AssessmentScope, 
/**
 * Of a cycle its last one.
 */
year: number, 
/**
 * 2026 年度, 2026—2027 学年; of a cycle 2024-09—2027-08
 */
year_word: string, span: SpanView, 
/**
 * The state at the end of this day, or now when it is today.
 */
on: string, as_of: string, 
/**
 * Until the year is closed; 0 when it is over.
 */
days_left: number, 
/**
 * On which the Studio works, where it is closed, or is to be.
 */
last_day: string | null, 
/**
 * In the last year of a cycle what is asked of the cycle is part of the result.
 */
final_year: boolean, 
/**
 * What the programme calls the assessment of the whole cycle (终结性考核), where the cycle ends with this year.
 */
final_assessment: string | null, 
/**
 * Of a cycle its years, from the first.
 */
cycle_years: Array<CycleYearView>, 
/**
 * Years of the Studio that can be asked for, the latest first.
 */
years: Array<YearName>, 
/**
 * Of this year: the next one, for which counts what is done now.
 */
ahead: YearAheadView | null, result: ResultView, counts: StateCountsView, sections: Array<ScoreSectionView>, choices: Array<ChoiceScoreView>, 
/**
 * What is missing, the most urgent first.
 */
todo: Array<TodoView>, 
/**
 * What an office may find, and what it found.
 */
veto_rules: Array<VetoRuleView>, 
/**
 * May the person who asks hand in Evidence and choose? Decide about it?
 */
may_manage: boolean, may_decide: boolean, };

export type YearName = { year: number, word: string, };

/**
 * A year that has not begun, over periods that have.
 */
export type YearAheadView = { year: number, word: string, 
/**
 * What is counted for it already.
 */
criteria: Array<Named>, };

/**
 * A year of a cycle, with its result once that is final.
 */
export type CycleYearView = { year: number, word: string, result: CycleResultView | null, };

export type CycleResultView = { 
/**
 * In which the Scorecard of the year is frozen.
 */
year_end: string, grade_title: string | null, passes: boolean, 
/**
 * 71.5
 */
points_word: string, };

export type ResultView = { 
/**
 * Id of the grade by what is known now.
 */
grade: string | null, grade_title: string | null, passes: boolean, missing: number, lost: boolean, outlook: Outlook, 
/**
 * 按现在的记录：还不合格，差 7 项
 */
sentence: string, vetoes: Array<VetoScoreView>, 
/**
 * Hundredths of points, up to 10 000.
 */
points: number, 
/**
 * 71.5
 */
points_word: string, 
/**
 * What the points are made of; none where that can't be told any more.
 */
shares: Array<ShareView>, 
/**
 * 学分 for each person when the year is passed.
 */
credits: number | null, };

/**
 * What one Criterion or Choice adds to the points.
 */
export type ShareView = { 
/**
 * Of the Criterion or of the Choice.
 */
id: string, title: string, weight: number, 
/**
 * Hundredths of a percent of it that are done.
 */
done: number, 
/**
 * Hundredths of a point that it adds, and that it can add at most.
 */
points: number, of: number, };

export type VetoScoreView = { veto: string, title: string, day: string, reason: string, };

/**
 * Of what counts for the result of this year; each Choice is one.
 */
export type StateCountsView = { total: number, met: number, not_yet: number, 
/**
 * Not met, and apart from `not_yet`.
 */
at_risk: number, waiting: number, impossible: number, };

export type ScoreSectionView = { id: string, title: string, 
/**
 * 办法第三部分第 3 条
 */
part: string, criteria: Array<CriterionView>, };

export type CriterionView = { id: string, title: string, 
/**
 * The sentences that it comes from, put together.
 */
quote: string, sources: Array<SourceView>, class: Class, class_word: string, scope: string, period: string, state: ScoreState, at_risk: boolean, 
/**
 * It counts for the result of this year.
 */
required: boolean, 
/**
 * The Choice that it may be taken on for, and whether it was.
 */
choice: string | null, taken: boolean, note: string | null, sentence: string, 
/**
 * Of the one number, otherwise of the numbers.
 */
done: number, of: number, unit: string, weight: number, slots: Array<SlotView>, parts: Array<PartScoreView>, };

export type PartScoreView = { title: string | null, 
/**
 * 不少于 5 次
 */
rule: string, state: ScoreState, done: number, of: number, unit: string, subjects: Array<SubjectView>, };

/**
 * One number: of the Studio or of a person, over a period.
 */
export type SubjectView = { account: string | null, name: string | null, from: string, to: string, measured: number, of: number, 
/**
 * Would be added by what still waits for a person's decision.
 */
waiting: number, state: ScoreState, grounds: Array<GroundView>, };

/**
 * One thing that a number comes from.
 */
export type GroundView = { "kind": "activity", activity: string, 
/**
 * Of those that are over, in their order: whose reports tell the people. None for those who may not read them.
 */
sessions: Array<string>, title: string, day: string, counts: boolean, present: number | null, of: number | null, note: string | null, } | { "kind": "series", series: string, title: string, activities: number, } | { "kind": "person", account: string | null, name: string, } | { "kind": "evidence", evidence: string, title: string, counts: boolean, note: string | null, } | { "kind": "resource", resource: string, title: string, counts: boolean, note: string | null, } | { "kind": "school", school: string, name: string, };

export type ChoiceScoreView = { id: string, section: string, title: string, quote: string, choose: number, of: Array<Named>, taken: Array<string>, state: ScoreState, confirmed: boolean, sentence: string, 
/**
 * The last choice, for whoever decides about it.
 */
made: string | null, };

export type TodoView = { criterion: string, title: string, sentence: string, people: Array<Named>, 
/**
 * Percent by which the work lags behind time, 100 more when it is at risk; 0 when somebody else decides next.
 */
urgency: number, };

/**
 * An Activity that might be held.
 */
export type PlannedForm = { day: string, kind: ActivityKind, mode: Mode, level: Level, series?: string, presenters?: Array<string>, hosts?: Array<string>, reviewers?: Array<string>, 
/**
 * For which school that the Studio helps.
 */
helped?: string, 
/**
 * Who would come.
 */
present?: Array<string>, 
/**
 * How many more, and how many of them from rural schools.
 */
guests?: number, rural_guests?: number, minutes?: number, };

export type WhatIfForm = { year?: number, 
/**
 * At most 60.
 */
planned: Array<PlannedForm>, };

export type StepView = { state: ScoreState, sentence: string, };

export type ChangeView = { 
/**
 * Of the Criterion or of the Choice.
 */
id: string, title: string, before: StepView, after: StepView, };

/**
 * The last planned day twice: without the plan and with it.
 */
export type WhatIfView = { before: ScorecardView, after: ScorecardView, changes: Array<ChangeView>, };

/**
 * How the rows of the heat table lie.
 */
export type ScorecardSort = "recent" | "points" | "risk" | "name";

export type PolicyCount = { policy: PolicyName, studios: number, };

export type OutlookCounts = { studios: number, passing: number, on_track: number, at_risk: number, lost: number, 
/**
 * Their scorecards are being made.
 */
not_made: number, };

export type HeatColumn = { id: string, title: string, 
/**
 * ≥5 次
 */
rule: string, class: Class, };

export type HeatCell = { state: ScoreState, at_risk: boolean, required: boolean, done: number, of: number, };

export type HeatRow = { studio: StudioCard, region: RegionName | null, hosts: Array<string>, 
/**
 * None while its scorecard is being made, like all that follows.
 */
outlook: Outlook | null, grade_title: string | null, missing: number, points: number, points_word: string, 
/**
 * Among all of the programme and of its tier.
 */
rank: number | null, last_activity: string | null, 
/**
 * One for each column.
 */
cells: Array<HeatCell | null>, };

export type RankRow = { rank: number, studio: Named, points_word: string, };

/**
 * The first ones of the Region's tree, and those beside the cut-off.
 */
export type RankingView = { tier: Tier, 
/**
 * The last rank that is chosen.
 */
cut_off: number, first: Array<RankRow>, around: Array<RankRow>, };

export type ProgressView = { running: boolean, done: number, of: number, };

/**
 * A Region's Studios under one Policy beside its criteria.
 */
export type RegionScorecards = { region: string, region_name: string, 
/**
 * None where no Studio of the Region is assessed.
 */
policy: PolicyName | null, policies: Array<PolicyCount>, year: number, year_word: string, on: string, days_left: number, 
/**
 * When the oldest of the scorecards was made.
 */
as_of: string | null, progress: ProgressView, counts: OutlookCounts, columns: Array<HeatColumn>, rows: Array<HeatRow>, ranking: RankingView | null, 
/**
 * How many rows there are on all pages.
 */
total: number, 
/**
 * Counts from 1.
 */
page: number, size: number, };

export type EvidenceForm = { 
/**
 * A slot of the Studio's Policy.
 */
slot: string, 
/**
 * Whose it is, where each person has to prove something.
 */
account?: string, title: string, 
/**
 * When what it proves happened.
 */
day: string, 
/**
 * Files that the one who hands it in has uploaded.
 */
attachments: Array<string>, };

export type EvidenceStateView = "waiting" | "accepted" | "refused" | "withdrawn";

export type EvidenceView = { id: string, studio: Named, slot: SlotView, 
/**
 * The criteria that count it.
 */
criteria: Array<Named>, account: Named | null, title: string, day: string, attachments: Array<AttachmentView>, 
/**
 * May the person who asks open the files, and not only read their names?
 */
may_open: boolean, given_by: string, given_at: string, state: EvidenceStateView, 
/**
 * For how many it counts.
 */
count: number, 
/**
 * What it is counted in, as in 字; none where nothing counts it.
 */
unit: string | null, 
/**
 * For how many it may count at most.
 */
most_count: number, decision: RulingView | null, 
/**
 * May the person who asks decide about it?
 */
may_decide: boolean, 
/**
 * May the person who asks take it back?
 */
may_withdraw: boolean, withdrawn_at: string | null, };

/**
 * What somebody decided, when and why.
 */
export type RulingView = { granted: boolean, reason: string, by_name: string, at: string, };

export type EvidenceDecisionForm = { accepted: boolean, 
/**
 * How many it counts for.
 */
count?: number, reason?: string, };

export type MentorForm = { mentor: string, 
/**
 * Who is guided: an account, or a name.
 */
mentee_account?: string, mentee?: string, from: string, to?: string, };

export type MentorView = { id: string, mentor: Named, mentee_account: string | null, mentee: string, from: string, to: string | null, };

export type HelpedSchoolForm = { school: string, from: string, to?: string, };

export type HelpedSchoolView = { id: string, school: SchoolName, from: string, to: string | null, };

/**
 * The last day, which still counts; `null` lets it go on.
 */
export type EndForm = { to: string | null, };

export type LessonReviewForm = { 
/**
 * Which lesson of the Activity.
 */
lesson: string, strengths: string, advice: string, };

export type LessonReviewView = { id: string, reviewer: Named, lesson: string, strengths: string, advice: string, at: string, };

export type LevelForm = { 
/**
 * The level that the Activity has, when it is confirmed.
 */
level: Level, confirmed: boolean, reason?: string, };

export type LevelView = { 
/**
 * As the host said.
 */
said: Level, 
/**
 * As an office confirmed it.
 */
confirmed: Level | null, ruling: RulingView | null, 
/**
 * May the person who asks decide about it?
 */
may_decide: boolean, };

export type CountingView = { 
/**
 * None where nobody has said anything, and the Activity counts.
 */
ruling: RulingView | null, 
/**
 * May the person who asks decide about it?
 */
may_decide: boolean, };

export type ProgrammeForm = { 
/**
 * Key of a Policy, such as `zhejiang-2019`.
 */
policy: string, 
/**
 * First day of the cycle; without it that stays.
 */
cycle_start?: string, reason: string, };

export type ProgrammeChangeView = { 
/**
 * Titles of Policies.
 */
from: string | null, to: string, from_cycle_start: string, to_cycle_start: string, reason: string, by_name: string, at: string, };

export type ChoiceForm = { year?: number, choice: string, 
/**
 * As many of its criteria as the Policy asks for.
 */
criteria: Array<string>, };

export type ChoiceView = { id: string, year: number, choice: Named, criteria: Array<Named>, by_name: string, at: string, ruling: RulingView | null, };

export type RulingForm = { granted: boolean, reason?: string, };

export type VetoForm = { 
/**
 * Of the Policy.
 */
veto: string, day: string, reason: string, };

export type VetoView = { id: string, veto: Named, day: string, reason: string, by_name: string, at: string, 
/**
 * Found wrongly, and taken back.
 */
lifted: RulingView | null, };

export type GradeView = { scope: AssessmentScope, year: number, 
/**
 * 2026 年度考核, 2024-09—2027-08 终结性考核
 */
assessment: string, grade: Named, ruling: RulingView, };

export type LiftingForm = { reason: string, };

export type GradeForm = { 
/**
 * A year when it is left out.
 */
scope?: AssessmentScope, year?: number, 
/**
 * A grade of the Policy that a person gives.
 */
grade: string, granted: boolean, reason?: string, };

/** year 年度考核，cycle 终结性考核 */
export type AssessmentScope = "year" | "cycle";

/** frozen 已冻结，published 公示，final 最终结果，withdrawn 已作废 */
export type YearEndStage = "frozen" | "published" | "final" | "withdrawn";

/** open 等待答复，recomputed 已重新核算，graded 已改定等次，rejected 不予采纳 */
export type ObjectionState = "open" | "recomputed" | "graded" | "rejected";

/** grade 考核证书，credits 学分证明 */
export type CertificateKind = "grade" | "credits";

export type YearEndForm = { 
/**
 * The programme's key.
 */
policy: string, 
/**
 * A year when it is left out.
 */
scope?: AssessmentScope, 
/**
 * Of a cycle its last one.
 */
year: number, reason?: string, };

export type PublicationForm = { 
/**
 * The last day; today is the first.
 */
until: string, reason?: string, };

export type RemarkForm = { reason?: string, };

export type ReasonForm = { reason: string, };

export type ObjectionForm = { studio: string, reason: string, attachment?: string, };

export type AnswerForm = { 
/**
 * Not `open`.
 */
state: ObjectionState, 
/**
 * Where the grade is set.
 */
grade?: string, reason: string, };

export type ResultCorrectionForm = { studio: string, grade: string, reason: string, };

export type YearEndCard = { id: string, region: string, region_name: string, policy: PolicyName, scope: AssessmentScope, 
/**
 * Of a cycle its last one.
 */
year: number, 
/**
 * 2026 年度; of a cycle 2024-09—2027-08
 */
year_word: string, 
/**
 * 2026 年度考核, 2024-09—2027-08 终结性考核
 */
assessment: string, stage: YearEndStage, 
/**
 * The Scorecards are those of the end of this day.
 */
on: string, studios: number, 
/**
 * Objections that nobody has answered.
 */
open: number, published: SpanView | null, 
/**
 * The publication is over.
 */
over: boolean, 
/**
 * Whoever asks settles it.
 */
may_decide: boolean, };

/**
 * Studios that are not settled with the others.
 */
export type LeftOutView = { 
/**
 * 由上级工作站评定; 周期内还有年度没有最终结果：2025 年度
 */
reason: string, studios: Array<Named>, };

/**
 * A year or a cycle that may be frozen, or will be.
 */
export type YearEndCandidate = { policy: PolicyName, scope: AssessmentScope, year: number, year_word: string, assessment: string, 
/**
 * None of a cycle whose years are not all final yet.
 */
studios: number, 
/**
 * Studios of the Region that would be left out, and why.
 */
left_out: Array<LeftOutView>, 
/**
 * The first day on which it may be frozen.
 */
from: string, ready: boolean, };

export type YearEndsView = { region: string, region_name: string, rows: Array<YearEndCard>, candidates: Array<YearEndCandidate>, 
/**
 * How many days a publication has to last, and may.
 */
least_days: number, most_days: number, today: string, };

export type OutcomeView = { grade: string | null, grade_title: string | null, passes: boolean, 
/**
 * 71.5
 */
points_word: string, };

/**
 * Stands beside a final result.
 */
export type ResultCorrectionView = { grade_title: string, passes: boolean, word: WordView, };

export type CriterionChangeView = { criterion: Named, 
/**
 * 已达标，5 / 5
 */
before: string, now: string, };

/**
 * A year of a cycle whose result is another one today.
 */
export type YearChangeView = { 
/**
 * 2026 年度
 */
word: string, 
/**
 * None where it had no final result.
 */
before: OutcomeView | null, now: OutcomeView | null, };

/**
 * Where the Scorecard of today is not what was frozen.
 */
export type DifferenceView = { 
/**
 * None where grade and points are the same.
 */
now: OutcomeView | null, changes: Array<CriterionChangeView>, years: Array<YearChangeView>, };

export type YearEndRow = { studio: Named, hosts: Array<string>, region: string, tier: Tier, outcome: OutcomeView, 
/**
 * Among those of its tier.
 */
rank: number, tied: boolean, 
/**
 * Within the cut-off; none where there is none for its tier.
 */
within: boolean | null, 
/**
 * As it was frozen, where an answer changed it.
 */
frozen: OutcomeView | null, 
/**
 * The latest last.
 */
corrections: Array<ResultCorrectionView>, 
/**
 * What follows from the final result of a cycle, corrections included: 可进入下一周期（继续命名）
 */
follows: string | null, 
/**
 * Told to the office only.
 */
difference: DifferenceView | null, 
/**
 * Whoever asks hosts it.
 */
own: boolean, 
/**
 * SHA-256 of all that the Scorecard followed from.
 */
digest: string, };

export type CutOffView = { tier: Tier, cut_off: number, 
/**
 * Who shares the last rank is within, so there may be more.
 */
within: number, 
/**
 * How many share the last rank.
 */
sharing: number, };

export type GradeCountView = { title: string, passes: boolean, studios: number, };

export type ObjectionView = { id: string, studio: Named, given: WordView, attachment: AttachmentView | null, state: ObjectionState, answer: WordView | null, 
/**
 * What stands since, where it was upheld.
 */
outcome: OutcomeView | null, may_answer: boolean, };

export type CertificateView = { id: string, kind: CertificateKind, title: string, 
/**
 * 青禾县评证〔2027〕第1号
 */
number: string, studio: Named, 
/**
 * Whose credits they are.
 */
person: Named | null, given: WordView, revoked: WordView | null, };

export type YearEndView = { card: YearEndCard, frozen: WordView, published: WordView | null, settled: WordView | null, withdrawn: WordView | null, 
/**
 * By tier and rank.
 */
rows: Array<YearEndRow>, 
/**
 * Told to the office alone.
 */
left_out: Array<LeftOutView>, counts: Array<GradeCountView>, cut_off: CutOffView | null, grades: Array<GradeRuleView>, 
/**
 * Of a host those about their own Studios.
 */
objections: Array<ObjectionView>, certificates: Array<CertificateView>, 
/**
 * The Studios about which whoever asks may object now.
 */
may_object: Array<Named>, 
/**
 * Since when the Scorecards that it is compared with are known.
 */
compared_at: string | null, least_days: number, most_days: number, today: string, };

/**
 * What a year came to for one Studio, for its own people.
 */
export type StudioYearEndView = { card: YearEndCard, row: YearEndRow, objections: Array<ObjectionView>, certificates: Array<CertificateView>, may_object: boolean, };

/**
 * A Studio's Scorecard as it stands for a year that was frozen, beside what the year came to.
 */
export type FrozenScorecardView = { card: YearEndCard, row: YearEndRow, frozen: WordView, 
/**
 * The answer to an objection whose count this is; none where it is as frozen.
 */
counted_anew: WordView | null, 
/**
 * Nothing is managed or decided on it, and nothing is left to do.
 */
scorecard: ScorecardView, };

export type PublicRow = { studio: string, hosts: Array<string>, region: string, tier: Tier, grade_title: string | null, rank: number, tied: boolean, within: boolean | null, 
/**
 * What follows from the final result of a cycle, corrections included.
 */
follows: string | null, 
/**
 * What the last correction says, and its day.
 */
corrected: CorrectedView | null, };

export type CorrectedView = { grade_title: string, on: string, };

export type PublicationView = { card: PublicationCard, 
/**
 * None of one that was withdrawn.
 */
rows: Array<PublicRow>, counts: Array<GradeCountView>, cut_off: CutOffView | null, };

export type PublicationCard = { id: string, 
/**
 * 青禾县 2026 年度考核, 青禾县 2024-09—2027-08 终结性考核
 */
title: string, policy_title: string, region_name: string, scope: AssessmentScope, year_word: string, stage: YearEndStage, span: SpanView, over: boolean, settled_on: string | null, studios: number, };

export type RecruitmentForm = { 
/**
 * Key of the Policy; of a Studio's own Recruitment always the Studio's.
 */
policy?: string, role: MemberRole, title: string, content?: string, 
/**
 * New Studios in all; otherwise for each Studio.
 */
places: number, 
/**
 * How many Studios an applicant may name, in order; 1 where a Studio recruits for itself.
 */
most_choices?: number, school_consents?: boolean, office_approves?: boolean, opens: string, closes: string, 
/**
 * Of the Studios that hosts get.
 */
tier?: Tier, kind?: StudioKind, };

export type RecruitmentChangeForm = { 
/**
 * The last day; yesterday ends it at once.
 */
closes: string, reason: string, };

export type RecruitmentState = "coming" | "open" | "closed";

export type RecruitmentCard = { id: string, title: string, role: MemberRole, 
/**
 * What the programme calls them: 学科（专业）带头人.
 */
role_title: string, 
/**
 * The Policy's key and title.
 */
policy: Named, 
/**
 * For which alone it is.
 */
studio: Named | null, region: RegionName | null, tier: Tier | null, kind: StudioKind | null, places: number, 
/**
 * How many have been taken in.
 */
taken: number, 
/**
 * How many wait to be named.
 */
publicised: number, most_choices: number, opens: string, closes: string, state: RecruitmentState, 
/**
 * Whoever asks opened it or supervises who did.
 */
keeps: boolean, 
/**
 * What became of the asker's own Application, when there is one.
 */
mine: ApplicationState | null, };

export type RecruitmentChangeView = { closes: string, reason: string, by: string, at: string, };

/**
 * What the Policy asks of an applicant.
 */
export type ConditionView = { id: string, title: string, 
/**
 * A reviewer may pass somebody who does not meet it.
 */
waivable: boolean, 
/**
 * Only for applicants from rural schools, or only for all others.
 */
rural: boolean | null, quote: string, };

export type RecruitmentPage = { card: RecruitmentCard, content: string, opened_by: string, changes: Array<RecruitmentChangeView>, conditions: Array<ConditionView>, 
/**
 * What papers may be handed in for.
 */
slots: Array<SlotView>, 
/**
 * Which Studios may be wished for.
 */
studios: Array<Named>, 
/**
 * Who speaks about an Application, in order.
 */
steps: Array<Step>, 
/**
 * Whoever all consent to is public for so many days before they are named.
 */
publicity_days: number | null, 
/**
 * The asker's School, which an Application is sent from.
 */
school: SchoolName | null, 
/**
 * What the asker has written; empty fields with what is known of them where they have not begun.
 */
draft: ApplicationDraftForm, application: ApplicationView | null, 
/**
 * The conditions held against the asker's draft.
 */
findings: Array<FindingView>, 
/**
 * Papers of the draft.
 */
attachments: Array<AttachmentView>, may_write: boolean, };

export type ApplicationFields = { sex: Sex | null, born: string | null, phone: string, education: string, stage: SchoolStage | null, subject: string, 
/**
 * 职称
 */
title: string, 
/**
 * 职务
 */
post: string, teaching_years: number | null, honours: string, summary: string, plan: string, 
/**
 * Of a host's new Studio.
 */
studio_name: string, items: Array<ApplicationItemForm>, };

export type ApplicationItemForm = { slot: string, title: string, attachment: string | null, };

export type ApplicationDraftForm = { fields: ApplicationFields, 
/**
 * Studios in the order in which they are wished for.
 */
choices: Array<string>, };

/**
 * A draft was kept.
 */
export type ApplicationSaved = { id: string, saved_at: string, findings: Array<FindingView>, };

export type FindingView = { condition: string, title: string, state: ConditionState, waivable: boolean, sentence: string, };

/**
 * Somebody who has to say yes.
 */
export type StopView = { step: Step, 
/**
 * Which Studio or Region speaks.
 */
who: string, };

export type ReviewView = { step: Step, who: string, verdict: ReviewVerdict, reason: string, attachment: string | null, 
/**
 * An office spoke for a Studio that had no host.
 */
in_place: boolean, 
/**
 * When the School had its own publicity, where its consent says so.
 */
notice: SpanView | null, by: string, at: string, };

export type ApplicantView = { name: string, school: SchoolName | null, region: string, };

/**
 * An Application as lists show it.
 */
export type ApplicationRow = { id: string, 
/**
 * The Recruitment's id and title.
 */
recruitment: Named, role_title: string, applicant: ApplicantView, state: ApplicationState, choices: Array<Named>, 
/**
 * The Studio whose host took them.
 */
taken_by: Named | null, sent_at: string | null, waits_for: StopView | null, 
/**
 * Conditions that a person has to look at, and those that are not met.
 */
to_look: number, unmet: number, may_decide: boolean, 
/**
 * Once everybody has consented, where the Policy asks for it.
 */
publicity: PublicityView | null, 
/**
 * The days are over, nothing is open, and it is for the asker to name them.
 */
may_name: boolean, 
/**
 * An objection waits for the asker's answer.
 */
may_answer: boolean, };

/**
 * An Application whole.
 */
export type ApplicationView = { row: ApplicationRow, fields: ApplicationFields, attachments: Array<AttachmentView>, findings: Array<FindingView>, reviews: Array<ReviewView>, 
/**
 * Words about what was sent before.
 */
earlier: Array<ReviewView>, 
/**
 * Who speaks after what was said so far, in order.
 */
ahead: Array<StopView>, may_withdraw: boolean, 
/**
 * Name these when deciding, so that two reviewers at once notice each other.
 */
sending: number, seen: number, 
/**
 * The next consent is the last one: a first day can be named.
 */
last_step: boolean, 
/**
 * The marks that can be set with it, because the Policy keeps places for such people.
 */
marks_asked: Array<MemberMark>, 
/**
 * The last consent begins a publicity of so many days, and no Membership.
 */
publicity_days: number | null, 
/**
 * The School's consent names when it had a publicity of so many days in its own house.
 */
notice_days: number | null, 
/**
 * For the office that answers them.
 */
objections: Array<ApplicationObjectionView>, 
/**
 * Why it was refused, where an objection was upheld.
 */
upheld: WordView | null, 
/**
 * Who named them after the publicity.
 */
naming: WordView | null, 
/**
 * 不予命名: why the office did not.
 */
denial: WordView | null, 
/**
 * It is for the asker to say that they are not named.
 */
may_deny: boolean, };

export type ReviewForm = { verdict: ReviewVerdict, reason?: string, attachment?: string, 
/**
 * The first and the last day of the School's own publicity, with its consent.
 */
notice_from?: string, notice_to?: string, 
/**
 * The first day of the Membership; today where none is named.
 */
from?: string, 
/**
 * With the last consent: 新入职教师
 */
new_teacher?: boolean, 
/**
 * With the last consent: 县级骨干教师或学科带头人
 */
backbone?: boolean, sending: number, seen: number, };

/** open 等待答复，upheld 采纳，dismissed 不采纳，lapsed 不再处理 */
export type ApplicationObjectionState = "open" | "upheld" | "dismissed" | "lapsed";

/**
 * 公示: both days count.
 */
export type PublicityView = { from: string, to: string, 
/**
 * The last day is past.
 */
over: boolean, 
/**
 * Objections that nobody has answered.
 */
open: number, };

export type ApplicationObjectionView = { id: string, state: ApplicationObjectionState, given: WordView, attachment: AttachmentView | null, answer: WordView | null, may_answer: boolean, };

/**
 * The asker's own, with what it is about.
 */
export type OwnObjectionView = { applicant: string, recruitment: string, 
/**
 * Empty of a host, who gets a new one.
 */
studio: string, objection: ApplicationObjectionView, };

/**
 * Who is to be named, as everybody reads it.
 */
export type PublicityCard = { id: string, recruitment: string, role_title: string, name: string, school: SchoolName | null, studio: string, 
/**
 * The Studio is made for them.
 */
new_studio: boolean, subject: string, 
/**
 * The Region whose office decided.
 */
office: string, from: string, to: string, };

export type ApplicationObjectionForm = { reason: string, attachment?: string, };

export type ApplicationAnswerForm = { 
/**
 * The Application is refused for it.
 */
upheld: boolean, reason: string, };

export type NamingForm = { 
/**
 * The first day of the Membership, after the publicity.
 */
from: string, sending: number, };

export type DenialForm = { sending: number, reason: string, };

export type RecruitmentNamingForm = { from: string, };

export type NamingAnswer = { named: number, left: Array<NotNamed>, };

/**
 * Somebody whom a rule keeps from being named.
 */
export type NotNamed = { 
/**
 * The Application's id and the applicant's name.
 */
application: Named, sentence: string, };

/**
 * What a sheet of Applications came to; with an error nothing was written.
 */
export type SummaryAnswer = { 
/**
 * Rows that can become drafts.
 */
good: number, 
/**
 * Drafts that were made; 0 when it was only checked.
 */
written: number, errors: Array<SheetErrorView>, };

export type TransferForm = { kind: TransferKind, 
/**
 * The first day on which it holds.
 */
day: string, 
/**
 * What the person is from then on; for promotion and demotion.
 */
role?: MemberRole, 
/**
 * Where, when it is another Studio.
 */
studio?: string, reason: string, attachment?: string, };

export type TransferDecisionForm = { granted: boolean, reason?: string, };

export type TransferView = { id: string, membership: string, person: Named, studio: Named, 
/**
 * What the person was.
 */
was: MemberRole, kind: TransferKind, day: string, role: MemberRole | null, to_studio: Named | null, reason: string, attachment: string | null, asked_by: string, asked_at: string, state: TransferState, decision: TransferWordView | null, may_decide: boolean, 
/**
 * Whoever asks asked for it, and it waits.
 */
may_withdraw: boolean, };

export type TransferWordView = { granted: boolean, reason: string, by: string, at: string, };

export type CapacityState = "met" | "under" | "over" | "unknown";

export type CapacityRow = { id: string, title: string, have: number | null, unit: string, 
/**
 * ≥600
 */
wanted: string, state: CapacityState, sources: Array<SourceView>, 
/**
 * It counts 名师工作站.
 */
of_stations: boolean, 
/**
 * What the number is of, by name.
 */
behind: Array<CapacityPart>, };

/**
 * A Studio, or the Region of an office, that a number of a Region is of.
 */
export type CapacityPart = { 
/**
 * None of an office.
 */
studio: string | null, name: string, 
/**
 * Itself, or its people. Who is in two Studios is one of the Region's.
 */
count: number, };

/**
 * How many of one role a Studio has.
 */
export type StudioCapacity = { studio: Named, counts: Array<RoleCount>, };

export type RoleCount = { role: MemberRole, title: string, have: number, 
/**
 * 10–15; empty where the Policy says nothing.
 */
wanted: string, state: CapacityState, };

export type CapacityPage = { region: Named, policy: Named | null, 
/**
 * Those that Studios of the Region are under, with how many.
 */
policies: Array<Named>, rows: Array<CapacityRow>, studios: Array<StudioCapacity>, };

export type AnnouncementForm = { title: string, content: string, 
/**
 * Whose accepted people it names.
 */
recruitment?: string, };

export type AnnouncementWithdrawalForm = { reason: string, };

export type AnnouncementView = { id: string, 
/**
 * Whose office says it.
 */
region: Named, title: string, content: string, recruitment: string | null, by: string, at: string, 
/**
 * Why it was taken back; told only to offices.
 */
withdrawn: string | null, may_withdraw: boolean, };

/** county 县级工作站，city 市级工作站，province 省级工作站，platform 平台 */
export type OfficeTier = "county" | "city" | "province" | "platform";

/** gaps 有一段没有录到，skew 声音和画面可能没有对上，silence 很久没有声音，clipped 声音有破音，no_sound 没有录到声音 */
export type RecordingDoubt = "gaps" | "skew" | "silence" | "clipped" | "no_sound";

/** recording 正在录制，closed 等待整理，finishing 正在整理，finished 已整理，failed 整理没有完成，empty 没有画面和声音 */
export type RecordingState = "recording" | "closed" | "finishing" | "finished" | "failed" | "empty";

/** recording 课堂实录，micro_lesson 微课，case_study 案例，courseware 课件，other 其他 */
export type ResourceKind = "recording" | "micro_lesson" | "case_study" | "courseware" | "other";

/** draft 草稿，in_review 审核中，published 已发布，withdrawn 已撤回 */
export type ResourceState = "draft" | "in_review" | "published" | "withdrawn";

/** submitted 送审，returned 退回，published 发布，withdrawn 撤回，nominated 推荐为精品，selected 选为精品，not_selected 没有选为精品，held 封存，released 解除封存 */
export type ResourceStep = "submitted" | "returned" | "published" | "withdrawn" | "nominated" | "selected" | "not_selected" | "held" | "released";

/** studio 工作室，region 本区域，public 公开 */
export type Visibility = "studio" | "region" | "public";

/** none 未推荐，nominated 已推荐，selected 精品 */
export type Selection = "none" | "nominated" | "selected";

export type ResourceActivity = { id: string, title: string, starts_at: string, };

export type ResourceSeries = { id: string, title: string, };

export type ResourcePresenter = { id: string | null, name: string, };

/**
 * What docs/resources.md defines.
 */
export type ResourceFigures = { 
/**
 * 点击: one for each person and day that watched 10 s or more.
 */
clicks: number, viewers: number, watched_ms: number, 
/**
 * 使用: teachers of other Studios who have it in a lesson plan.
 */
used: number, 
/**
 * 满意度: ten times the average of 1 to 5 stars; null before the first.
 */
rating_average: number | null, ratings: number, };

export type ResourceMay = { edit: boolean, submit: boolean, 
/**
 * Also: return what is in review.
 */
publish: boolean, withdraw: boolean, nominate: boolean, select: boolean, hold: boolean, download: boolean, };

/**
 * A Resource as lists, cards and its own page show it.
 */
export type ResourceView = { id: string, studio: Named, kind: ResourceKind, title: string, summary: string, subject: string | null, stage: SchoolStage | null, activity: ResourceActivity | null, series: ResourceSeries | null, presenters: Array<ResourcePresenter>, state: ResourceState, visibility: Visibility, 
/**
 * 精品
 */
selection: Selection, selection_reason: string | null, downloadable: boolean, 
/**
 * Of what is shown; null of documents.
 */
duration_ms: number | null, bytes: number, created_at: string, published_at: string | null, withdrawn_reason: string | null, legal_hold: boolean, keep_until: string | null, poster_url: string | null, figures: ResourceFigures, 
/**
 * What the person who asks may do.
 */
may: ResourceMay, };

/**
 * A Resource that was found, with the line of a chapter or of what was said that matched.
 */
export type ResourceHit = { hit: string | null, hit_ms: number | null, id: string, studio: Named, kind: ResourceKind, title: string, summary: string, subject: string | null, stage: SchoolStage | null, activity: ResourceActivity | null, series: ResourceSeries | null, presenters: Array<ResourcePresenter>, state: ResourceState, visibility: Visibility, 
/**
 * 精品
 */
selection: Selection, selection_reason: string | null, downloadable: boolean, 
/**
 * Of what is shown; null of documents.
 */
duration_ms: number | null, bytes: number, created_at: string, published_at: string | null, withdrawn_reason: string | null, legal_hold: boolean, keep_until: string | null, poster_url: string | null, figures: ResourceFigures, 
/**
 * What the person who asks may do.
 */
may: ResourceMay, };

/**
 * From a millisecond to another one that is left out.
 */
export type PartView = { from_ms: number, to_ms: number, };

/**
 * Fields that are absent stay as they are; `null` empties one that may be empty. `from_ms`, `to_ms` and `hidden` are times of the whole
 * recording, and go together: one of them that is named replaces all three.
 */
export type ResourceChange = { title?: string, summary?: string, subject: string | null, stage: SchoolStage | null, series: string | null, presenters?: Array<ResourcePresenter>, visibility?: Visibility, downloadable?: boolean, 
/**
 * Where the replay begins.
 */
from_ms: number, 
/**
 * Where it ends.
 */
to_ms: number, hidden?: Array<PartView>, keep_until: string | null, };

/**
 * A step with its reason, where it needs one.
 */
export type ResourceStepForm = { reason?: string, };

/**
 * What was done with a Resource, once.
 */
export type ResourceStepView = { step: ResourceStep, 
/**
 * Empty where none is asked for.
 */
reason: string, by: Named, at: string, 
/**
 * Of the office for which it was done.
 */
tier: OfficeTier | null, };

/**
 * Who publishes may say for whom.
 */
export type PublishForm = { visibility?: Visibility, };

export type SelectForm = { selected: boolean, reason?: string, };

export type HoldForm = { held: boolean, reason: string, };

export type ReplayChapter = { ms: number, title: string, };

export type ReplayChatLine = { ms: number, name: string, text: string, };

/**
 * 课件, 教案 beside a Resource.
 */
export type ResourceAttachment = { id: string, name: string, size: number, url: string, };

/**
 * A file that the one who adds it has uploaded.
 */
export type ResourceAttachmentForm = { attachment: string, };

export type RatingForm = { 
/**
 * 1 to 5.
 */
stars: number, text?: string | null, };

export type RatingView = { stars: number, text: string | null, };

/**
 * Everything the replay page needs. All times are of what is shown.
 */
export type ReplayView = { resource: ResourceView, hls_url: string | null, mp4_url: string | null, download_url: string | null, 
/**
 * A document or picture.
 */
file_url: string | null, 
/**
 * What `file_url` is, such as `application/pdf`.
 */
file_type: string | null, subtitles_url: string | null, sprites_url: string | null, 
/**
 * All of these URLs end then.
 */
expires_at: string, duration_ms: number | null, chapters: Array<ReplayChapter>, chat: Array<ReplayChatLine>, 
/**
 * Where the person who asks stopped.
 */
resume_ms: number | null, seen: Array<PartView>, my_rating: RatingView | null, attachments: Array<ResourceAttachment>, related: Array<ResourceView>, 
/**
 * For keepers: what is hidden, in times of the whole recording; and how long that is.
 */
hidden: Array<PartView>, whole_ms: number | null, };

/**
 * What was watched since the last report. Sent every 15 s and when the page goes.
 */
export type ViewForm = { 
/**
 * Made up by the page; one watching.
 */
view: string, intervals: Array<PartView>, position_ms: number, 
/**
 * 1 as recorded.
 */
speed?: number, 
/**
 * The CSRF token, where no header can carry it (sendBeacon).
 */
csrf?: string, };

export type ViewAnswer = { 
/**
 * All that the person has watched by now.
 */
seen: Array<PartView>, watched_ms: number, };

export type CommentForm = { 
/**
 * Where it belongs; none of one about all of it.
 */
ms?: number | null, text: string, };

export type CommentView = { id: string, ms: number | null, text: string, by: Named, at: string, may_delete: boolean, };

export type LessonPlanForm = { title: string, };

/**
 * 备课单
 */
export type LessonPlanView = { id: string, title: string, created_at: string, resources: Array<ResourceView>, };

/**
 * The order in which a plan is taught.
 */
export type LessonPlanOrder = { resources: Array<string>, };

/**
 * A Resource that the one who asks has begun to watch.
 */
export type MyReplayView = { resource: ResourceView, 
/**
 * Of what is shown, each moment once.
 */
seen_ms: number, 
/**
 * Where they stopped; null where that is not shown any more.
 */
resume_ms: number | null, at: string, };

/**
 * A Series as the library shows it: its Resources in the order of their Activities.
 */
export type CourseView = { id: string, title: string, theme: string, studio: Named, 
/**
 * Four or more on one theme (同一主题).
 */
course: boolean, resources: Array<ResourceView>, };

/**
 * What a file of subtitles became.
 */
export type SubtitlesAnswer = { cues: number, };

export type RecordingView = { id: string, state: RecordingState, 
/**
 * What is being done with it.
 */
step: string | null, 
/**
 * Of all steps.
 */
permille: number, started_at: string, ended_at: string | null, bytes: number, failure: string | null, resource: string | null, 
/**
 * Does it wait until the server's disk has room for what finishing makes?
 */
waits_for_room: boolean, 
/**
 * Did finishing look at all of it, and keep what it found?
 */
checked: boolean, 
/**
 * What of that somebody should look at.
 */
doubts: Array<RecordingDoubt>, 
/**
 * Of picture or sound, all gaps together.
 */
lost_ms: number, 
/**
 * The last day on which what was captured lies on the server; none while nobody has set an end to it.
 */
capture_until: string | null, capture_gone_at: string | null, };

/**
 * Bytes of a Studio in the library. Recordings are taken in beyond the quota.
 */
export type StudioStorage = { used: number, quota: number, };

export type TierMoveForm = { tier: Tier, reason: string, };

export type TierMoveView = { from: Tier, to: Tier, reason: string, by_name: string, at: string, };

/**
 * 调动: from a day on somebody teaches at another School.
 */
export type SchoolMoveView = { 
/**
 * Names of Schools.
 */
from: string | null, to: string | null, 
/**
 * The first day at the new one.
 */
day: string, by_name: string, at: string, };

/**
 * What was corrected about who presented, the latest first.
 */
export type PresentersView = { 
/**
 * By the asker, now.
 */
may_correct: boolean, corrections: Array<PresenterCorrectionView>, };

export type PresenterCorrectionView = { 
/**
 * Names.
 */
before: Array<string>, after: Array<string>, reason: string, by_name: string, at: string, };

/**
 * Everybody who presented, in order.
 */
export type PresentersForm = { presenters: Array<string>, reason: string, };

/**
 * A 名师工作站 that an office has set up.
 */
export type StationView = { id: string, 
/**
 * Whose office set it up.
 */
region: RegionName | null, name: string, 
/**
 * The institution that it is at (依托单位).
 */
seat: string, from: string, reason: string, by_name: string, closing: StationClosingView | null, };

export type StationClosingView = { last_day: string, reason: string, by_name: string, };

export type StationForm = { name: string, seat: string, 
/**
 * Today where it is absent.
 */
from?: string, 
/**
 * How it was chosen.
 */
reason: string, };

export type StationClosingForm = { 
/**
 * Today where it is absent.
 */
last_day?: string, reason: string, };

/** shut 关停，revoked 取消资格，expired 周期届满不再命名，quit 自行退出 */
export type ClosingKind = "shut" | "revoked" | "expired" | "quit";

export type ClosingForm = { kind: ClosingKind, 
/**
 * On which it still works.
 */
last_day: string, reason: string, };

export type ClosingWordView = { 
/**
 * None where it takes the closing before it back.
 */
kind: ClosingKind | null, last_day: string | null, reason: string, by_name: string, at: string, };

export type LineCheckForm = { 
/**
 * An offer that only receives.
 */
sdp: string, };

export type LineCheckAnswer = { id: string, 
/**
 * The answer. Its candidates are UDP and TCP; leave some out to try one way alone.
 */
sdp: string, };

/**
 * What filling the line with test packets has shown so far. What is not known yet is null.
 */
export type LineCheckState = { 
/**
 * Test packets flow, or have flowed. A client that takes none leaves it false.
 */
begun: boolean, 
/**
 * All that were to be sent are sent; the figures are final.
 */
over: boolean, 
/**
 * What a lesson would make of this line: kbit/s from the server to the client.
 */
estimate_kbps: number | null, 
/**
 * The line was seen to be full. Otherwise it carries more than was tried.
 */
limited: boolean, loss_percent: number | null, jitter_ms: number | null, 
/**
 * Of the line as it was filled.
 */
round_trip_ms: number | null, };
