// A small believable world for looking at the desk's pages without a server. The clock is fixed, so that pictures compare.

export const NOW = new Date('2026-11-20T15:12:00+08:00')
const at = (day, clock) => new Date(`2026-${day}T${clock}:00+08:00`).toISOString()

const studios = {
  zhou: { id: 'studiozhou234567', name: '周文澜小学语文名师工作室', tier: 'county', kind: 'studio', subject: '小学语文' },
  zhao: { id: 'studiozhao234567', name: '赵明远小学数学名师工作室', tier: 'city', kind: 'studio', subject: '小学数学' },
  lin: { id: 'studiolinx234567', name: '林晚秋初中科学名师网络工作室', tier: 'province', kind: 'network', subject: '初中科学' },
}
const region = '浙江省 / 杭州市 / 淳安县'
const view = (s, more = {}) => ({ ...s, region: 'regioncounty2345', region_path: region, cycle_start: '2026-09-01', policy: null, introduction: '', ...more })
const studioViews = [
  view(studios.zhou, { introduction: '以习作教学为主线，每月一次同课异构、一次送教下乡，带动全县乡村小学语文教师一起备课、上课、评课。' }),
  view(studios.zhao, { region_path: '浙江省 / 杭州市', introduction: '用面积模型、数形结合讲清小学数学的难点。' }),
  view(studios.lin, { region_path: '浙江省', introduction: '面向山区海岛学校，在网上做实验、在网上教研。' }),
]

const person = (id, name, school, rural) => ({ id: `account${id}`.padEnd(16, '2').slice(0, 16), name, school: { id: `school${id}`, name: school, rural } })
const people = {
  zhou: person('zhou', '周文澜', '实验小学', false),
  chen: person('chen', '陈晓梅', '柳溪镇完全小学', true),
  wang: person('wang', '王建国', '枫林乡中心小学', true),
  li: person('li', '李淑芬', '城关第二小学', false),
  sun: person('sun', '孙丽华', '石门教学点', true),
  he: person('he', '何子健', '南山镇中心小学', true),
  xu: person('xu', '徐若兰', '实验小学', false),
  gu: person('gu', '顾怀瑾', '县教师进修学校', false),
}
const named = (p) => ({ id: p.id, name: p.name })

function card(id, title, kind, studio, start, end, more = {}) {
  return {
    id: `act${id}`.padEnd(16, '2'), title, kind, mode: 'online', level: 'county', studio, planned_start: start, planned_end: end, presenters: [named(people.zhou)],
    state: 'planned', session: null, my_role: 'viewer', guests_allowed: false, ...more,
  }
}
const session = (id, started_at, ended_at, count) => ({ id: `ses${id}`.padEnd(16, '2'), started_at, ended_at, people: count })

export const activities = {
  live: card('live', '习作单元整体教学：从“会观察”到“会表达”', 'open_lesson', studios.zhou, at('11-20', '14:30'), at('11-20', '16:00'), {
    state: 'live', session: session('live', at('11-20', '14:30'), null, 47), guests_allowed: true,
  }),
  second: card('second', '分数教学中的三个常见误区', 'lecture', studios.zhao, at('11-20', '15:00'), at('11-20', '16:00'), {
    state: 'live', session: session('second', at('11-20', '15:00'), null, 31), presenters: [{ id: 'x', name: '赵明远' }],
  }),
  morning: card('morning', '低年级识字课例研讨', 'seminar', studios.zhou, at('11-20', '09:00'), at('11-20', '10:30'), { state: 'ended', session: session('morning', at('11-20', '09:01'), at('11-20', '10:28'), 38) }),
  review: card('review', '评课：《威尼斯的小艇》', 'lesson_review', studios.zhou, at('11-20', '16:20'), at('11-20', '17:20'), { my_role: 'presenter', presenters: [named(people.chen), named(people.li)] }),
  reading: card('reading', '乡村教师读书会（第 4 期）', 'seminar', studios.zhou, at('11-20', '19:30'), at('11-20', '20:30'), { guests_allowed: true }),
  mine: card('mine', '批注式阅读怎么教', 'open_lesson', studios.zhou, at('11-20', '15:20'), at('11-20', '16:20'), { my_role: 'host' }),
  outreach: card('outreach', '送教下乡：柳溪镇专场', 'outreach', studios.zhou, at('11-24', '09:00'), at('11-24', '11:30'), { mode: 'mixed' }),
  science: card('science', '种子发芽的对比实验', 'open_lesson', studios.lin, at('11-25', '14:00'), at('11-25', '15:00'), { presenters: [{ id: 'y', name: '林晚秋' }] }),
  report: card('report', '工作室中期汇报', 'report', studios.zhou, at('11-27', '15:00'), at('11-27', '17:00'), { mode: 'onsite', my_role: 'viewer' }),
  area: card('area', '用面积模型讲乘法分配律', 'broadcast', studios.zhao, at('12-02', '19:00'), at('12-02', '20:00'), { presenters: [{ id: 'x', name: '赵明远' }] }),
  group: card('group', '群文阅读：怎样选文', 'seminar', studios.zhou, at('11-13', '14:30'), at('11-13', '15:30'), { state: 'ended', session: session('group', at('11-13', '14:29'), at('11-13', '15:36'), 52) }),
  poem: card('poem', '古诗教学的“留白”', 'open_lesson', studios.zhou, at('11-06', '14:30'), at('11-06', '16:00'), { state: 'ended', session: session('poem', at('11-06', '14:30'), at('11-06', '16:00'), 44) }),
  oct: card('oct', '说明文的语言', 'lecture', studios.zhou, at('10-23', '14:30'), at('10-23', '16:00'), { state: 'ended', session: session('oct', at('10-23', '14:31'), at('10-23', '15:58'), 40) }),
  fairy: card('fairy', '童话单元起始课', 'open_lesson', studios.zhou, at('10-09', '14:30'), at('10-09', '15:30'), { state: 'cancelled' }),
}
const a = activities

const member = (p, role, from, to = null) => ({ membership: `${p.id}${role}`, account: p, role, from, to })
const members = [
  member(people.zhou, 'host', '2026-09-01'), member(people.gu, 'adviser', '2026-09-01'), member(people.li, 'core', '2026-09-01'), member(people.xu, 'core', '2026-09-01'),
  member(people.chen, 'trainee', '2026-09-01'), member(people.wang, 'trainee', '2026-09-01'), member(people.sun, 'trainee', '2026-10-08'), member(people.he, 'follower', '2025-09-01', '2026-08-31'),
]
const series = [
  { id: 'seriesxizuo23456', studio: studios.zhou.id, title: '习作单元整体教学', theme: '从观察到表达，一个单元一条线。' },
  { id: 'seriesdushu23456', studio: studios.zhou.id, title: '乡村教师读书会', theme: '' },
]

const stay = (day, from, to) => ({ from: at(day, from), to: at(day, to) })
const attendance = (one, intervals, minutes) => ({
  session: one.session.id, activity: one, started_at: one.session.started_at, ended_at: one.session.ended_at, planned_start: one.planned_start, planned_end: one.planned_end, intervals, open: one.session.ended_at === null, minutes,
})
export const myAttendance = [
  attendance(a.live, [stay('11-20', '14:31', '15:12')], 41),
  attendance(a.morning, [stay('11-20', '09:04', '10:28')], 84),
  attendance(a.group, [stay('11-13', '14:34', '14:52'), stay('11-13', '15:20', '15:36')], 34),
  attendance(a.poem, [stay('11-06', '14:32', '15:08'), stay('11-06', '15:09', '15:57')], 84),
  attendance(a.oct, [stay('10-23', '14:47', '15:58')], 71),
]
const presence = [
  [people.chen, '14:31', '15:12'], [people.wang, '14:30', '15:12'], [people.sun, '14:47', '15:12'], [people.li, '14:29', '15:12'], [people.xu, '14:30', '14:58'], [people.he, '15:01', '15:12'],
].map(([p, from, to]) => ({ open: true, kind: 'account', account: p.id, name: p.name, school: p.school.name, rural: p.school.rural, intervals: [stay('11-20', from, to)], minutes: 0 }))
presence.push({ open: true, kind: 'guest', account: null, name: '郑小云', school: '青山教学点', rural: true, intervals: [stay('11-20', '14:40', '14:55'), stay('11-20', '14:59', '15:12')], minutes: 28 })

const regions = [
  { id: 'regionprov234567', name: '浙江省', kind: 'province', parent: null, path: '浙江省' },
  { id: 'regioncity234567', name: '杭州市', kind: 'city', parent: 'regionprov234567', path: '浙江省 / 杭州市' },
  { id: 'regioncounty2345', name: '淳安县', kind: 'county', parent: 'regioncity234567', path: region },
  { id: 'regioncounty2346', name: '桐庐县', kind: 'county', parent: 'regioncity234567', path: '浙江省 / 杭州市 / 桐庐县' },
  { id: 'regioncity234568', name: '丽水市', kind: 'city', parent: 'regionprov234567', path: '浙江省 / 丽水市' },
]
const schools = Object.values(people).map((p) => ({ ...p.school, region: 'regioncounty2345', region_path: region }))
const accountOf = (p, role = 'teacher') => ({
  id: p.id, name: p.name, login_name: p.id.slice(7).replace(/2+$/, ''), role, school: p.school, region: { id: 'regioncounty2345', name: '淳安县', path: region }, region_scope: null,
  title: '一级教师', subject: '小学语文', disabled: false,
})
const office = { ...accountOf(people.gu, 'office'), name: '方志明', login_name: 'chunan', school: null, region: null, region_scope: { id: 'regioncounty2345', name: '淳安县', path: region }, title: '', subject: '' }
const page = (rows) => ({ rows, total: rows.length, page: 1, size: 50 })

const whoIs = {
  teacher: { account: accountOf(people.chen), memberships: [{ studio: named(studios.zhou), role: 'trainee' }], csrf: 'x' },
  host: { account: accountOf(people.zhou), memberships: [{ studio: named(studios.zhou), role: 'host' }], csrf: 'x' },
  admin: { account: { ...accountOf(people.gu, 'admin'), name: '钱主任', login_name: 'admin' }, memberships: [], csrf: 'x' },
  nobody: null,
}

/** Answers of the API for one person: `METHOD path` → [status, body], or null for what does not exist. */
export function answer(who, method, path, change = {}, query = new URLSearchParams()) {
  const q = query.get('q') ?? ''
  if (change[`${method} ${path}`]) return change[`${method} ${path}`]
  const mayManage = who === 'host' || who === 'admin'
  const all = Object.values(a)
  const as = (one) => (who === 'host' && one.studio === studios.zhou ? { ...one, my_role: 'host' } : one)
  const found = (list) => list.map(as)
  if (path === '/api/me') return whoIs[who] ? [200, whoIs[who]] : [401, { code: 'sign_in_first', sentence: '请先登录。' }]
  if (path === '/api/home') return [200, { live: found([a.live, a.second]), today: found([a.review, a.reading]), next: found([a.outreach, a.science, a.report, a.area]), recent: found([a.morning, a.group, a.poem, a.oct]) }]
  if (path === '/api/me/attendance') return [200, page(myAttendance)]
  if (path === '/api/studios') return method === 'GET' ? [200, page(studioViews)] : [201, studioViews[0]]
  const studio = /^\/api\/studios\/([^/]+)(\/activities|\/memberships|\/series)?$/.exec(path)
  if (studio) {
    const one = studioViews.find((s) => s.id === studio[1])
    if (!one) return [404, { code: 'not_found', sentence: '没有找到这个工作室，可能已经被删除，或者链接不完整。' }]
    const its = found(all.filter((x) => x.studio.id === one.id && x.id !== a.mine.id))
    if (studio[2] === '/activities') return method === 'GET' ? [200, page(its)] : [422, { code: 'invalid_fields', sentence: '有内容需要修改，请看各项下面的提示。', fields: { planned_end: '一次活动最长 24 小时，请检查结束日期。' } }]
    if (studio[2] === '/memberships') return [201, members[0]]
    if (studio[2] === '/series') return [201, series[0]]
    return [200, { studio: one, members: one.id === studios.zhou.id ? members : [], activities: its, series: one.id === studios.zhou.id ? series : [], may_manage: mayManage }]
  }
  const activity = /^\/api\/activities\/([^/]+)$/.exec(path)
  if (activity) {
    const one = all.find((x) => x.id === activity[1])
    if (!one) return [404, { code: 'not_found', sentence: '没有找到这个活动，可能已经被删除，或者链接不完整。' }]
    return [200, {
      activity: as(one), audience: '全县小学语文教师', series: { id: series[0].id, name: series[0].title }, place: one.mode === 'online' ? '' : '柳溪镇完全小学 多功能厅',
      summary: '以五年级上册第五单元为例，看一条主线怎样串起精读、习作例文和单元习作。\n请各校准备一篇学生习作，课后共同讨论。', cancel_reason: null, may_manage: mayManage,
    }]
  }
  if (/\/presence$/.test(path)) return mayManage ? [200, { rows: presence }] : [403, { code: 'need_host', sentence: '只有这个工作室的主持人，或管它的工作站可以这样做。' }]
  if (/\/go-live$/.test(path)) return [200, { session: { id: a.live.session.id } }]
  if (path === '/api/regions') return [200, { rows: regions }]
  if (path === '/api/schools') return [200, page(schools.filter((s) => s.name.includes(q)))]
  if (path === '/api/accounts') return [200, page([...Object.values(people).map((p) => accountOf(p)), office].filter((x) => x.name.includes(q)))]
  if (path === '/api/logins') return [401, { code: 'wrong_password', sentence: '账号或密码不对，还可以再试 3 次。', fields: { left: '3' } }]
  return null
}
