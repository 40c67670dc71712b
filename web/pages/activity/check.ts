/** What a planned activity needs before it can be saved. The server checks again; here people hear it at once. */
import { desk } from '@/locale/zh-CN/desk'
import { fromFields, toDate, type Moment } from '@/locale/time-words'
import type { FieldErrors } from '@/pages/desk/form'
import type { ActivityForm, ActivityKind, Mode, Level } from '@/pages/desk/shapes'

export interface ActivityFields {
  title: string
  kind: ActivityKind
  mode: Mode
  level: Level
  audience: string
  date: string
  start: string
  end: string
  presenters: string[]
  series: string
  guests: boolean
  summary: string
  place: string
}

const MOST_PRESENTERS = 20
const w = desk.activity

const lengthOf = (text: string) => Array.from(text).length

/** `before`: the start that stood before editing; it may stay in the past, a new one may not. */
export function checkActivity(fields: ActivityFields, now: Moment, before: string | null): FieldErrors {
  const errors: FieldErrors = {}
  const need = (field: keyof ActivityFields, sentence: string) => (errors[field] ??= sentence)
  if (fields.title.trim() === '') need('title', desk.form.required(w.fields.title))
  if (lengthOf(fields.title) > 60) need('title', desk.form.tooLong(w.fields.title, 60))
  if (fields.date === '') need('date', desk.form.choose(w.fields.date))
  if (fields.start === '') need('start', w.startMissing)
  if (fields.end === '') need('end', w.endMissing)
  const from = fromFields(fields.date, fields.start)
  const to = fromFields(fields.date, fields.end)
  if (from && to && toDate(to) <= toDate(from)) need('end', w.endBeforeStart)
  const moved = before === null || (from !== null && toDate(from).getTime() !== toDate(before).getTime())
  // Five minutes of grace: who plans a lesson for right now is not late.
  if (from && moved && toDate(from).getTime() < toDate(now).getTime() - 5 * 60_000) need('start', w.inPast)
  if (fields.mode !== 'online' && fields.place.trim() === '') need('place', w.placeMissing)
  if (lengthOf(fields.place) > 60) need('place', desk.form.tooLong(w.fields.place, 60))
  if (lengthOf(fields.audience) > 60) need('audience', desk.form.tooLong(w.fields.audience, 60))
  if (lengthOf(fields.summary) > 2000) need('summary', desk.form.tooLong(w.fields.summary, 2000))
  if (fields.presenters.length > MOST_PRESENTERS) need('presenters', w.tooManyPresenters)
  return errors
}

export function toForm(fields: ActivityFields): Required<Omit<ActivityForm, 'series'>> & { series: string | null } {
  return {
    title: fields.title.trim(),
    kind: fields.kind,
    mode: fields.mode,
    level: fields.level,
    audience: fields.audience.trim(),
    planned_start: fromFields(fields.date, fields.start) ?? '',
    planned_end: fromFields(fields.date, fields.end) ?? '',
    presenters: fields.presenters,
    series: fields.series === '' ? null : fields.series,
    guests_allowed: fields.guests,
    summary: fields.summary.trim(),
    place: fields.mode === 'online' ? '' : fields.place.trim(),
  }
}

/** Where the server's field names differ from the fields of the form. */
export const SERVER_NAMES: Record<string, string> = { planned_start: 'start', planned_end: 'end', guests_allowed: 'guests' }
