/** A Studio's Activities by what has become of them. Its page is told the latest hundred; where there are more, they are counted by asking. */
import { computed, ref, watch, type Ref } from 'vue'
import { sentenceOf } from '@/api/client'
import { calls } from '@/pages/desk/calls'
import { useLoading } from '@/pages/desk/loading'
import type { ActivityCard, ActivityState, StudioPage } from '@/pages/desk/shapes'
import { toDate } from '@/locale/time-words'

/** So many the page of a Studio tells at most. */
export const TOLD = 100
export const STATES = ['live', 'planned', 'ended', 'cancelled'] as const
export type Totals = Record<ActivityState, number>

export interface Section {
  state: ActivityState
  rows: ActivityCard[]
  /** How many there are, with those that are not in `rows`. */
  total: number
}

export const countsOf = (list: readonly ActivityCard[]): Totals =>
  Object.fromEntries(STATES.map((state) => [state, list.filter((one) => one.state === state).length])) as Totals

/** What comes next is first, and so is what was last. */
export function sectionsOf(list: readonly ActivityCard[], totals: Totals): Section[] {
  const start = (one: ActivityCard) => toDate(one.planned_start).getTime()
  const rows = (state: ActivityState) => {
    const past = state === 'ended' || state === 'cancelled'
    return list.filter((one) => one.state === state).sort((a, b) => (past ? start(b) - start(a) : start(a) - start(b)))
  }
  return STATES.map((state) => ({ state, rows: rows(state), total: totals[state] })).filter((one) => one.total > 0)
}

/** Those of one Series. */
export function ofSeries(sections: readonly Section[], series: string): Section[] {
  const own = sections.map((section) => ({ ...section, rows: section.rows.filter((one) => one.series === series) }))
  return own.map((section) => ({ ...section, total: section.rows.length })).filter((section) => section.total > 0)
}

export function useActivities(page: Ref<StudioPage | undefined>) {
  const many = computed(() => (page.value?.activities.length ?? 0) >= TOLD)
  /** All of them, once somebody asked for them. */
  const whole = ref<ActivityCard[]>()
  const list = computed(() => whole.value ?? page.value?.activities ?? [])
  const asked = useLoading(async (signal): Promise<Totals | undefined> => {
    const studio = page.value?.studio.id
    if (studio === undefined || !many.value) return undefined
    const totals = await Promise.all(STATES.map(async (state) => [state, await calls.activityTotal(studio, state, signal)]))
    return Object.fromEntries(totals) as Totals
  }, page, true)
  watch(page, () => (whole.value = undefined))
  /** None while they are being counted. */
  const totals = computed(() => (many.value ? asked.data.value : countsOf(list.value)))
  const sections = computed(() => sectionsOf(list.value, totals.value ?? countsOf(list.value)))

  const busy = ref(false)
  const trouble = ref('')
  async function all() {
    const studio = page.value?.studio.id
    if (studio === undefined || !many.value || whole.value) return
    busy.value = true
    trouble.value = ''
    try {
      whole.value = await calls.activities(studio)
    } catch (error) {
      trouble.value = sentenceOf(error)
    } finally {
      busy.value = false
    }
  }
  return { asked, totals, sections, all, busy, trouble }
}
