/** What waits for whoever is signed in: asked once for the frame and the home page, and again when it has become old. */
import { readonly, ref } from 'vue'
import { api } from './client'
import { me } from './me'
import type { ReminderView, Rows } from '@/protocol/api'

/** In the frame of every page: days are what counts, not minutes. */
const FRESH_MS = 5 * 60_000

const current = ref<ReminderView[] | null>(null)
let askedAt = 0
let askedBy = ''

/** `null` until they were told. */
export const reminders = readonly(current)

/** Asks again when what is known is old, or another's. Not being told is no trouble of the page. */
export async function loadReminders(now: number, again = false): Promise<void> {
  const who = me.value?.account.id ?? ''
  if (who !== askedBy) current.value = null
  if (!who || (!again && who === askedBy && now - askedAt < FRESH_MS)) return
  askedBy = who
  askedAt = now
  try {
    const { rows } = await api.get<Rows<ReminderView>>('/api/me/reminders')
    if (who === me.value?.account.id) current.value = rows
  } catch {
    // The next page asks again.
    askedAt = 0
  }
}

/** Where it is done. */
export function placeOf(one: ReminderView): string {
  const about = one.about ? encodeURIComponent(one.about) : ''
  switch (one.kind) {
    case 'send_application':
    case 'mend_application':
    case 'recruitment_closes':
      return `/recruitments/${about}`
    case 'review_applications':
    case 'answer_application_objections':
    case 'name_applicants':
      return about ? `/applications/${about}` : '/applications'
    case 'decide_transfers':
      return '/applications'
    case 'decide_cases':
      return '/cases'
    case 'decide_notices':
    case 'mend_notice':
      return about ? `/activities/${about}` : one.kind === 'mend_notice' ? '/studios' : '/office'
    case 'decide_evidence':
      return about ? `/studios/${about}/scorecard` : '/office'
    case 'decide_levels':
      return `/activities/${about}`
    case 'decide_resources':
    case 'decide_selections':
      return `/resources/${about}/edit`
    case 'decide_choices':
    case 'criterion_due':
      return `/studios/${about}/scorecard`
    case 'may_appeal':
      return '/attendance'
    case 'may_object':
    case 'answer_objections':
    case 'publication_ends':
    case 'settle_year':
      return `/year-ends/${about}`
  }
}
