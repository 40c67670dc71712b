/** The days of a publicity. */
import { dayAfter } from '@/pages/year-end/course'

/** The first day on which all of these can be members: today, or the day after the last publicity ends. */
export function firstDay(ends: readonly string[], today: string): string {
  return [today, ...ends.map((end) => dayAfter(end, 1))].reduce((last, day) => (day > last ? day : last))
}
