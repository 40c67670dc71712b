/** Planned Activities as a form has them, and as the server computes with them. Pure. */
import { dateField, toDate } from '@/locale/time-words'
import type { ActivityKind, ActivityPage, Level, Mode, Named, PlannedForm } from '@/protocol/api'

export interface PlannedFields {
  key: number
  /** Of the Activity that is planned already; empty: one that might be. */
  activity: string
  title: string
  day: string
  kind: ActivityKind
  mode: Mode
  level: Level
  /** How many of the core members come. */
  core: number
  /** How many of the trainees come. */
  trainees: number
  /** How many others. */
  others: number
  /** How many of the others are from rural schools. */
  rural: number
  presenters: string[]
  /** Who gives a lesson review (评课). */
  reviewers: string[]
  /** The Series that it would belong to; empty: none. */
  series: string
  /** The helped School that it would be held for; empty: none. */
  helped: string
  minutes: number
}

/** The members that are counted by role, not by name. */
export interface Groups {
  core: readonly Named[]
  trainees: readonly Named[]
}

/** The server computes with no more than so many at once. */
export const MOST_PLANNED = 60

export const firstPlan = (key: number, day: string, groups: Groups): PlannedFields => ({
  key, activity: '', title: '', day, kind: 'seminar', mode: 'online', level: 'county', ...halfOf(groups), others: 10, rural: 0, presenters: [], reviewers: [], series: '', helped: '', minutes: 90,
})

export const halfOf = ({ core, trainees }: Groups) => ({ core: Math.ceil(core.length / 2), trainees: Math.ceil(trainees.length / 2) })

/** Another one like it, which may be changed by itself. */
export const another = (like: PlannedFields, key: number): PlannedFields => ({ ...like, key, activity: '', title: '', presenters: [...like.presenters], reviewers: [...like.reviewers] })

/** One that is planned already, with as many people as any other plan begins with. */
export function plannedAlready({ activity, series }: Pick<ActivityPage, 'activity' | 'series'>, key: number, groups: Groups): PlannedFields {
  const minutes = Math.round((toDate(activity.planned_end).getTime() - toDate(activity.planned_start).getTime()) / 60_000)
  return {
    ...firstPlan(key, dateField(activity.planned_start), groups),
    activity: activity.id, title: activity.title, kind: activity.kind, mode: activity.mode, level: activity.level, presenters: activity.presenters.map((one) => one.id), series: series?.id ?? '', minutes,
  }
}

const whole = (value: number | string, most: number): number => {
  const number = Math.floor(Number(value))
  return Number.isFinite(number) ? Math.min(most, Math.max(0, number)) : 0
}
const MOST_GUESTS = 1000
const MOST_MINUTES = 600

/** Who presents or reviews comes in any case, and is not counted twice. */
export function planned(fields: PlannedFields, groups: Groups): PlannedForm {
  const { presenters, reviewers } = fields
  const taking = [...new Set([...presenters, ...reviewers])]
  const some = (group: readonly Named[], count: number) => {
    const first = group.filter((one) => taking.includes(one.id)).map((one) => one.id)
    const rest = group.filter((one) => !taking.includes(one.id)).map((one) => one.id)
    return [...first, ...rest].slice(0, Math.max(first.length, whole(count, group.length)))
  }
  const present = [...new Set([...some(groups.core, fields.core), ...some(groups.trainees, fields.trainees), ...taking])]
  const guests = whole(fields.others, MOST_GUESTS)
  return {
    day: fields.day, kind: fields.kind, mode: fields.mode, level: fields.level, present, guests, rural_guests: whole(fields.rural, guests), minutes: whole(fields.minutes, MOST_MINUTES),
    presenters, hosts: presenters, reviewers,
    ...(fields.series === '' ? {} : { series: fields.series }), ...(fields.helped === '' ? {} : { helped: fields.helped }),
  }
}
