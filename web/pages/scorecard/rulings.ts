/** What an office has to fill in before it finds a veto or decides about a grade. */
import { rulings } from '@/locale/zh-CN/rulings'
import { monthDay } from '@/locale/time-words'
import type { FieldErrors } from '@/pages/desk/form'
import type { VetoView } from '@/protocol/api'

export interface Days { from: string; to: string }
export interface VetoFields { veto: string; day: string; reason: string }
export interface GradeFields { grade: string; granted: boolean; reason: string }

/** The days of the year that have been: what has not happened cannot be found. */
export const daysSoFar = (span: Days, today: string): Days => ({ from: span.from, to: today < span.to ? today : span.to })

/** The vetoes of one year, the latest day first. */
export const vetoesOf = (all: readonly VetoView[], span: Days): VetoView[] =>
  all.filter((one) => one.day >= span.from && one.day <= span.to).sort((a, b) => b.day.localeCompare(a.day) || b.at.localeCompare(a.at))

export function checkVeto(v: VetoFields, days: Days): FieldErrors {
  const w = rulings.veto
  const errors: FieldErrors = {}
  if (v.veto === '') errors.veto = w.ruleMissing
  if (v.day === '') errors.day = w.dayMissing
  else if (v.day < days.from || v.day > days.to) errors.day = w.dayOutside(monthDay(days.from), monthDay(days.to))
  if (v.reason.trim() === '') errors.reason = w.reasonMissing
  return errors
}

/** Who says no says why. */
export function checkGrade(v: GradeFields): FieldErrors {
  const errors: FieldErrors = {}
  if (v.grade === '') errors.grade = rulings.grade.whichMissing
  if (!v.granted && v.reason.trim() === '') errors.reason = rulings.grade.reasonMissing
  return errors
}
