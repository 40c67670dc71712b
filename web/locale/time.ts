/** Times as people here write them: 14:30–16:00, 11月20日 星期五, 42:18. Always the clock of the person's device. */

const two = (n: number) => String(n).padStart(2, '0')
type When = string | number | Date
const dateOf = (when: When) => (when instanceof Date ? when : new Date(when))

/** 14:30 */
export function clock(when: When): string {
  const d = dateOf(when)
  return `${two(d.getHours())}:${two(d.getMinutes())}`
}


/** 11月20日 */
export function day(when: When): string {
  const d = dateOf(when)
  return `${d.getMonth() + 1}月${d.getDate()}日`
}

/** 14:30–16:00; an end on another day carries its date. */
export function clockSpan(from: When, to: When): string {
  const end = dateOf(from).toDateString() === dateOf(to).toDateString() ? clock(to) : `${day(to)} ${clock(to)}`
  return `${clock(from)}–${end}`
}

/** 42:18, and 1:02:18 from one hour on. */
export function elapsed(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000))
  const [h, m] = [Math.floor(s / 3600), Math.floor(s / 60) % 60]
  return h > 0 ? `${h}:${two(m)}:${two(s % 60)}` : `${two(m)}:${two(s % 60)}`
}

/** Whole minutes, rounded down: nobody is told more than was seen. */
export const wholeMinutes = (ms: number) => Math.max(0, Math.floor(ms / 60_000))

/** 50 秒, 2 分钟, 1 小时 5 分 */
export function howLong(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000))
  if (s < 60) return `${s} 秒`
  const m = Math.floor(s / 60)
  if (m < 60) return `${m} 分钟`
  return m % 60 === 0 ? `${m / 60} 小时` : `${Math.floor(m / 60)} 小时 ${m % 60} 分`
}
