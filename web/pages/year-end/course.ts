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

/** The Studios that passed and get a certificate with the next giving: none was given, or the result was corrected since it was revoked. */
export function dueOf(rows: readonly YearEndRow[], certificates: readonly CertificateView[]): number {
  const due = (row: YearEndRow) => {
    const own = certificates.filter((one) => one.kind === 'grade' && one.studio.id === row.studio.id)
    const corrected = Date.parse(row.corrections.at(-1)?.word.at ?? '')
    return own.every((one) => one.revoked !== null && corrected >= Date.parse(one.revoked.at))
  }
  return rows.filter((row) => passes(row) && due(row)).length
}

/** Was revoked, and nothing was given in its place? */
export function mayRenew(one: CertificateView, all: readonly CertificateView[]): boolean {
  const same = (other: CertificateView) => other.kind === one.kind && other.studio.id === one.studio.id && other.person?.id === one.person?.id
  const own = all.filter(same)
  return one.revoked !== null && own.every((other) => other.revoked !== null) && own.at(-1)?.id === one.id
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
