/** How far a year's end has come, and what comes next. */
import type { CertificateView, YearEndCard, YearEndRow } from '@/protocol/api'

export type Next = 'publish' | 'wait' | 'answer' | 'settle' | 'certify' | 'none'

/** What the office does next. */
export function nextOf(card: YearEndCard): Next {
  if (card.stage === 'withdrawn') return 'none'
  if (card.stage === 'final') return 'certify'
  if (card.stage === 'frozen') return 'publish'
  if (!card.over) return 'wait'
  return card.open > 0 ? 'answer' : 'settle'
}

/** Which of the four steps is current; 4 when all are done. */
export function stepOf(card: YearEndCard): number {
  const steps: Record<Next, number> = { publish: 1, wait: 2, answer: 2, settle: 3, certify: 4, none: 0 }
  return steps[nextOf(card)]
}

/** After the last correction. */
export function passes(row: YearEndRow): boolean {
  return row.corrections.at(-1)?.passes ?? row.outcome.passes
}

/** The Studios that passed and hold no certificate. */
export function dueOf(rows: readonly YearEndRow[], certificates: readonly CertificateView[]): number {
  const held = new Set(certificates.filter((one) => one.kind === 'grade' && !one.revoked).map((one) => one.studio.id))
  return rows.filter((row) => passes(row) && !held.has(row.studio.id)).length
}

/** `2027-01-11` that many days after; both are days of the calendar, not moments. */
export function dayAfter(day: string, days: number): string {
  const at = new Date(`${day}T00:00:00Z`)
  at.setUTCDate(at.getUTCDate() + days)
  return at.toISOString().slice(0, 10)
}

/** Whole days from one day to another. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000)
}

/** 1月11日, with the year when it is another one. */
export function dayWords(day: string, today: string): string {
  const [year, month, date] = day.split('-').map(Number)
  const short = `${month}月${date}日`
  return today.startsWith(`${year}-`) ? short : `${year}年${short}`
}
