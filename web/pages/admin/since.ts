/** What is sent of the day from which something is so. */
import { serverNow } from '@/api/server-clock'
import { dateField } from '@/locale/time-words'

/** Nothing where nothing is asked, and for today, which the server takes by itself; but where a day is put right, today is one, too. */
export function sinceOf(asked: boolean, redated: boolean, day: string): { since?: string } {
  if (!asked || (day === '' && !redated)) return {}
  return { since: day || dateField(serverNow()) }
}
