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
  /** How many of the others are from rural schools. */
  rural: number
  presenter: string
  /** Who gives a lesson review (评课). */
  reviewers: string[]
  /** The Series that it would belong to; empty: none. */
  series: string
  /** The helped School that it would be held for; empty: none. */
  helped: string
  minutes: number
}

export const firstPlan = (key: number, day: string, core: number): PlannedFields => ({
  key, day, kind: 'seminar', mode: 'online', level: 'county', core, others: 10, rural: 0, presenter: '', reviewers: [], series: '', helped: '', minutes: 90,
})

/** Another one like it, which may be changed by itself. */
export const another = (like: PlannedFields, key: number): PlannedFields => ({ ...like, key, reviewers: [...like.reviewers] })

const whole = (value: number | string, most: number): number => {
  const number = Math.floor(Number(value))
  return Number.isFinite(number) ? Math.min(most, Math.max(0, number)) : 0
}
const MOST_GUESTS = 1000
const MOST_MINUTES = 600

/** Who presents or reviews comes in any case, and is not counted twice. */
export function planned(fields: PlannedFields, core: readonly Named[]): PlannedForm {
  const presenters = fields.presenter === '' ? [] : [fields.presenter]
  const taking = [...new Set([...presenters, ...fields.reviewers])]
  const first = core.filter((one) => taking.includes(one.id)).map((one) => one.id)
  const rest = core.filter((one) => !taking.includes(one.id)).map((one) => one.id)
  const present = [...first, ...rest].slice(0, Math.max(first.length, whole(fields.core, core.length)))
  present.push(...taking.filter((one) => !first.includes(one)))
  const guests = whole(fields.others, MOST_GUESTS)
  return {
    day: fields.day, kind: fields.kind, mode: fields.mode, level: fields.level, present, guests, rural_guests: whole(fields.rural, guests), minutes: whole(fields.minutes, MOST_MINUTES),
    presenters, hosts: presenters, reviewers: fields.reviewers,
    ...(fields.series === '' ? {} : { series: fields.series }), ...(fields.helped === '' ? {} : { helped: fields.helped }),
  }
}
