import type { CheckInMethod, CheckInPurpose } from '@/protocol/signaling'
/** 签到、随机点名、在线确认的话，课堂、手机和大屏共用。 */

const purpose: Record<CheckInPurpose, string> = { roll: '签到', call: '随机点名', still_here: '在线确认' }
const methods: Record<CheckInMethod, string> = { tap: '点一下', code: '号码', qr: '二维码' }
const methodHint: Record<CheckInMethod, string> = {
  tap: '大家点一下“我在，签到”即可。',
  code: '系统给出四位号码，由您念出或写在黑板上，听到的人才能填对。',
  qr: '把二维码投到大屏上，在场的人用手机扫。',
}

/** 还剩 48 秒，还剩 1 分 12 秒 */
function left(seconds: number): string {
  if (seconds < 60) return `还剩 ${seconds} 秒`
  return seconds % 60 === 0 ? `还剩 ${seconds / 60} 分钟` : `还剩 ${Math.floor(seconds / 60)} 分 ${seconds % 60} 秒`
}

export const checkIn = {
  purpose,
  methods,
  methodHint,
  left,
  ordinal: (kind: CheckInPurpose, n: number) => `第 ${n} 次${purpose[kind]}`,
  seconds: (n: number) => (n < 60 ? `${n} 秒` : `${n / 60} 分钟`),

  /** 主持人这边 */
  host: {
    button: '签到',
    callButton: '随机点名',
    title: '签到和点名',
    method: '方式',
    lasts: '时长',
    start: '开始签到',
    startHint: '开始后每个人的屏幕上出现签到，手机会响铃。集体观看教室里的老师在自己手机上签到。',
    howMany: '人数',
    people: (n: number) => `${n} 人`,
    call: '开始点名',
    callHint: '从现在在场的人里随机抽取，结果大家都能看到，也会写入记录。',
    prompts: '在线确认',
    promptsHint: '隔一段时间问一次“您还在听课吗”，每次时间略有早晚。应答情况写入考勤，不单独判缺席。',
    promptsSave: '按此设置',
    promptsOff: '不问',
    promptsEvery: (n: number) => `约每 ${n} 分钟`,
    promptsOn: (n: number) => `在线确认已打开，约每 ${n} 分钟问一次。`,
    promptsStopped: '在线确认已关闭。',
    answered: (n: number) => `/ ${n} 人已签到`,
    responded: (n: number) => `/ ${n} 人已应答`,
    progress: (answered: number, expected: number) => `${expected} 人中 ${answered} 人已签到`,
    all: '全部到齐。',
    allAnswered: '全部已应答。',
    missing: (n: number, verb: string) => `未${verb} ${n} 人`,
    missingCore: (core: number) => `，其中核心成员 ${core} 人`,
    more: (n: number) => `等 ${n} 人`,
    verb: { roll: '签到', call: '应答', still_here: '应答' } as Record<CheckInPurpose, string>,
    showMissing: '看名单', hideMissing: '收起名单',
    inClassroom: '本人手机签到',
    answerFor: '代签',
    answerForLabel: (name: string) => `代 ${name} 签到`,
    remind: { roll: '提醒未签到的人', call: '再提醒一次', still_here: '提醒未应答的人' } as Record<CheckInPurpose, string>,
    reminded: '已提醒。没有签到的人会再次听到铃声。',
    extend: '延长 1 分钟',
    close: { roll: '结束签到', call: '结束点名', still_here: '结束确认' } as Record<CheckInPurpose, string>,
    code: '签到号码',
    codeHint: '念给大家听，只在这一次有效。',
    openQr: '展示二维码',
    qrTitle: '手机扫码签到',
    waiting: '等待应答',
    hasAnswered: '已应答',
    ended: (kind: CheckInPurpose, n: number) => `第 ${n} 次${purpose[kind]}已结束`,
    seen: '知道了',
    recheck: '重新签到',
    ofPlace: (name: string) => `只问 ${name}`,
    busy: '这一次结束后才能再开始。',
  },

  /** 参与者这边 */
  ask: {
    roll: { title: '请签到', text: (n: number) => `主持人发起了第 ${n} 次签到`, action: '我在，签到' },
    call: { title: '点到您了', text: () => '主持人随机点名，请您应答', action: '我在，应答' },
    still_here: { title: '您还在听课吗', text: () => '这是在线确认，点一下即可', action: '我在听课' },
  } as Record<CheckInPurpose, { title: string; text: (n: number) => string; action: string }>,
  code: '四位号码',
  codeHint: '号码由主持人念出或写出',
  codeAction: '签到',
  codeShort: '请填四位号码。',
  scan: '请用手机扫主持人屏幕上的二维码，扫完这里自动更新。',
  done: { roll: '已签到', call: '已应答', still_here: '已应答' } as Record<CheckInPurpose, string>,
  doneText: '请继续听课。',
  announced: (title: string, rest: string) => `${title}，${rest}。`,
  drawn: (names: string) => `随机点名：${names}`,
  flash: (title: string) => `【${title}】`,
}
