/** What is checked before Evidence is handed in or decided. Pure. */
import { scorecard } from '@/locale/zh-CN/scorecard'
import { cases } from '@/locale/zh-CN/cases'
import type { CriterionView, EvidenceView, Named } from '@/protocol/api'
import type { FieldErrors } from '@/pages/desk/form'

const w = scorecard.evidence

export interface EvidenceFields { title: string; day: string; files: number; sending: boolean }

export function checkEvidence(fields: EvidenceFields, today: string): FieldErrors {
  const errors: FieldErrors = {}
  if (fields.title.trim() === '') errors.title = w.nameMissing
  if (fields.day === '') errors.day = w.dayMissing
  else if (fields.day > today) errors.day = w.dayFuture
  if (fields.sending) errors.files = cases.file.wait
  else if (fields.files === 0) errors.files = w.fileMissing
  return errors
}

/** `most`: what one piece may count for, which follows from what is counted. */
export function checkReview(fields: { count: number | string; reason: string }, accepted: boolean, most: number): FieldErrors {
  const errors: FieldErrors = {}
  const count = Number(fields.count)
  if (accepted && (!Number.isInteger(count) || count < 1 || count > most)) errors.count = w.countWrong(most)
  if (!accepted && fields.reason.trim() === '') errors.reason = w.reasonMissing
  return errors
}

/** Of whom each is asked; nobody where the Studio itself is. */
export function peopleOf(one: Pick<CriterionView, 'parts'>): Named[] {
  const people = new Map<string, string>()
  for (const subject of one.parts.flatMap((part) => part.subjects)) {
    if (subject.account !== null) people.set(subject.account, subject.name ?? '')
  }
  return [...people].map(([id, name]) => ({ id, name }))
}

/** What is still to be decided about one Criterion. */
export const waitingFor = (one: Pick<CriterionView, 'slots'>, all: readonly EvidenceView[]): number =>
  all.filter((paper) => paper.state === 'waiting' && one.slots.some((slot) => slot.key === paper.slot.key)).length
