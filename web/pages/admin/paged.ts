/** A long list fetched page by page: a new search begins again, its rows in place of the old ones; “more” adds the next page. */
import { ref, shallowRef, watch, type Ref, type WatchSource } from 'vue'
import { problemOf, useLoading, type Loading } from '@/pages/desk/loading'
import type { PageOf } from '@/pages/desk/shapes'

const SIZE = 50
/** Long enough to skip the letters of a pinyin input method. */
const TYPING_MS = 250

export interface Paged<T> {
  first: Loading<PageOf<T>>
  rows: Ref<T[]>
  total: Ref<number>
  more: () => Promise<void>
  moreTrouble: Ref<string>
}

export function usePaged<T>(load: (page: number, size: number, signal?: AbortSignal) => Promise<PageOf<T>>, when: WatchSource<unknown>): Paged<T> {
  const settled = ref(0)
  let timer: ReturnType<typeof setTimeout> | undefined
  watch(when, () => {
    clearTimeout(timer)
    timer = setTimeout(() => (settled.value += 1), TYPING_MS)
  })
  const rows = shallowRef<T[]>([])
  const total = ref(0)
  const page = ref(1)
  const moreTrouble = ref('')
  const first = useLoading(async (signal) => {
    const answer = await load(1, SIZE, signal)
    rows.value = answer.rows
    total.value = answer.total
    page.value = 1
    return answer
  }, settled, true)

  async function more() {
    moreTrouble.value = ''
    try {
      const answer = await load(page.value + 1, SIZE)
      page.value = answer.page
      rows.value = [...rows.value, ...answer.rows]
      total.value = answer.total
    } catch (error) {
      moreTrouble.value = problemOf(error).sentence
    }
  }
  return { first, rows, total, more, moreTrouble }
}
