/** Planned Activities as a form has them, and as the server computes with them. Pure. */
import type { ActivityKind, Level, Mode, Named, PlannedForm } from '@/protocol/api'

export interface PlannedFields {
  key: number
  day: string
  kind: ActivityKind
  mode: Mode
  level: Level
  /** How many of the core members come. */
  core: number
  /** How many others. */
  others: number
  presenter: string
  minutes: number
}

export const firstPlan = (key: number, day: string, core: number): PlannedFields => ({ key, day, kind: 'seminar', mode: 'online', level: 'county', core, others: 10, presenter: '', minutes: 90 })

const whole = (value: number | string, most: number): number => {
  const number = Math.floor(Number(value))
  return Number.isFinite(number) ? Math.min(most, Math.max(0, number)) : 0
}
const MOST_GUESTS = 1000
const MOST_MINUTES = 600

/** The presenter comes in any case, and is not counted twice. */
export function planned(fields: PlannedFields, core: readonly Named[]): PlannedForm {
  const first = core.filter((one) => one.id === fields.presenter)
  const rest = core.filter((one) => one.id !== fields.presenter)
  const present = [...first, ...rest].slice(0, Math.max(first.length, whole(fields.core, core.length))).map((one) => one.id)
  const away = fields.presenter !== '' && first.length === 0
  if (away) present.push(fields.presenter)
  return {
    day: fields.day, kind: fields.kind, mode: fields.mode, level: fields.level, present, guests: whole(fields.others, MOST_GUESTS), minutes: whole(fields.minutes, MOST_MINUTES),
    presenters: fields.presenter === '' ? [] : [fields.presenter], hosts: fields.presenter === '' ? [] : [fields.presenter],
  }
}
