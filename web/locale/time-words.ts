/** Times as the desk says them: 今天 14:30–16:00, 68 分钟后开始, 2026–2027 学年. Pure: `now` is an argument. */
import { clock, clockSpan, day as monthDay } from './time'

export { clock, clockSpan, monthDay }

const WEEKDAYS = ['星期日', '星期一', '星期二', '星期三', '星期四', '星期五', '星期六'] as const
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

export type Moment = Date | string | number

export function toDate(moment: Moment): Date {
  return moment instanceof Date ? moment : new Date(moment)
}

function two(n: number): string {
  return String(n).padStart(2, '0')
}

/** `11月20日`, with the year when it is not this one. */
export function dateWords(moment: Moment, now: Moment): string {
  const d = toDate(moment)
  return d.getFullYear() === toDate(now).getFullYear() ? monthDay(d) : `${d.getFullYear()}年${monthDay(d)}`
}

export function weekday(moment: Moment): string {
  return WEEKDAYS[toDate(moment).getDay()] ?? ''
}

/** `11月20日 星期五` */
export function dayWords(moment: Moment, now: Moment): string {
  return `${dateWords(moment, now)} ${weekday(moment)}`
}

/** `今天`, `明天`, `昨天`, else the date with its weekday. */
export function nearDayWords(moment: Moment, now: Moment): string {
  switch (daysBetween(now, moment)) {
    case 0:
      return '今天'
    case 1:
      return '明天'
    case -1:
      return '昨天'
    default:
      return dayWords(moment, now)
  }
}

/** `今天 14:30–16:00`, `11月20日 星期五 14:30–16:00` */
export function plannedWords(from: Moment, to: Moment, now: Moment): string {
  return `${nearDayWords(from, now)} ${clockSpan(from, to)}`
}

export function sameDay(a: Moment, b: Moment): boolean {
  return daysBetween(a, b) === 0
}

/** Whole calendar days from `a` to `b` in local time; a day of 23 or 25 hours counts as one. */
export function daysBetween(a: Moment, b: Moment): number {
  return Math.round((startOfDay(b).getTime() - startOfDay(a).getTime()) / DAY)
}

export function startOfDay(moment: Moment): Date {
  const d = toDate(moment)
  return new Date(d.getFullYear(), d.getMonth(), d.getDate())
}

/** The Monday of that week. */
export function startOfWeek(moment: Moment): Date {
  const d = startOfDay(moment)
  return addDays(d, -((d.getDay() + 6) % 7))
}

export function addDays(moment: Moment, days: number): Date {
  const d = toDate(moment)
  return new Date(d.getFullYear(), d.getMonth(), d.getDate() + days, d.getHours(), d.getMinutes(), d.getSeconds())
}

/** `42 分钟`, `1 小时 12 分钟`, `2 小时`; less than a minute is `不到 1 分钟`. */
export function durationWords(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / MINUTE)
  if (minutes < 1) return '不到 1 分钟'
  if (minutes < 60) return `${minutes} 分钟`
  const rest = minutes % 60
  return rest === 0 ? `${minutes / 60} 小时` : `${Math.floor(minutes / 60)} 小时 ${rest} 分钟`
}

/** When something planned begins: `马上开始`, `68 分钟后开始`, `3 小时后开始`, `明天 14:30 开始`. */
export function startsInWords(start: Moment, now: Moment): string {
  const left = toDate(start).getTime() - toDate(now).getTime()
  if (left < -MINUTE) return '已到时间，等主持人开始'
  if (left < MINUTE) return '马上开始'
  if (left < 90 * MINUTE) return `${Math.floor(left / MINUTE)} 分钟后开始`
  if (sameDay(start, now)) return `${Math.round(left / HOUR)} 小时后开始`
  return `${nearDayWords(start, now)} ${clock(start)} 开始`
}

/** What is left of something under way: `还有 48 分钟`, or that it runs over. */
export function leftWords(end: Moment, now: Moment): string {
  const left = toDate(end).getTime() - toDate(now).getTime()
  return left >= MINUTE ? `还有 ${durationWords(left)}` : '已到计划结束时间'
}

/** The school year that holds `now`: 1 September to 31 August. */
export function schoolYear(now: Moment): { from: Date; to: Date; words: string } {
  const d = toDate(now)
  const first = d.getMonth() >= 8 ? d.getFullYear() : d.getFullYear() - 1
  return { from: new Date(first, 8, 1), to: new Date(first + 1, 8, 1), words: `${first}–${first + 1} 学年` }
}

/** The semester that holds `now`: September to January, or February to August. */
export function semester(now: Moment): { from: Date; to: Date } {
  const d = toDate(now)
  const year = d.getFullYear()
  const month = d.getMonth()
  if (month >= 8) return { from: new Date(year, 8, 1), to: new Date(year + 1, 1, 1) }
  if (month === 0) return { from: new Date(year - 1, 8, 1), to: new Date(year, 1, 1) }
  return { from: new Date(year, 1, 1), to: new Date(year, 8, 1) }
}

/** `2026-11-20` for a date field. */
export function dateField(moment: Moment): string {
  const d = toDate(moment)
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}`
}

/** A date field and a time field as an ISO time with the offset of this place, or null when either is not complete. */
export function fromFields(date: string, time: string): string | null {
  const day = /^(\d{4})-(\d{2})-(\d{2})$/.exec(date)
  const hour = /^(\d{2}):(\d{2})(?::\d{2})?$/.exec(time)
  if (!day || !hour) return null
  const d = new Date(Number(day[1]), Number(day[2]) - 1, Number(day[3]), Number(hour[1]), Number(hour[2]))
  return Number.isNaN(d.getTime()) ? null : isoHere(d)
}

/** ISO 8601 with the local offset: `2026-11-20T14:30:00+08:00`. */
export function isoHere(moment: Moment): string {
  const d = toDate(moment)
  const offset = -d.getTimezoneOffset()
  const sign = offset < 0 ? '-' : '+'
  const size = Math.abs(offset)
  return `${dateField(d)}T${clock(d)}:${two(d.getSeconds())}${sign}${two(Math.floor(size / 60))}:${two(size % 60)}`
}
