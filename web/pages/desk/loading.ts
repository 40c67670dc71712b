/** Fetching a part of a page: quiet for 300 ms, then a skeleton, then the content or what went wrong. */
import { onMounted, onUnmounted, ref, shallowRef, watch, type Ref, type ShallowRef, type WatchSource } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { ApiError, sentenceOf } from '@/api/client'

/** Under this a skeleton would only flicker. */
const QUIET_MS = 300

export interface Problem {
  status: number
  /** By which the server tells why; '' where nothing answered. */
  code: string
  sentence: string
  /** For those who help; never shown first. */
  detail: string
}

export interface Loading<T> {
  data: ShallowRef<T | undefined>
  problem: Ref<Problem | null>
  slow: Ref<boolean>
  busy: Ref<boolean>
  /** When `data` was fetched. */
  at: Ref<number>
  /** What is asked for is not what is shown: other parameters were chosen and are not answered yet. */
  moving: Ref<boolean>
  /** Fetches again; what is shown stays until the answer is there. */
  reload: () => Promise<void>
}

export function problemOf(error: unknown): Problem {
  const api = error instanceof ApiError ? error : null
  return { status: api?.status ?? 0, code: api?.code ?? '', sentence: sentenceOf(error), detail: api ? `${api.status} ${api.code}` : String(error) }
}

/**
 * Loads at once, and again whenever `when` changes. Content for an old `when` is dropped: at once, or, where the page `keeps` it,
 * as soon as there is an answer or none can be had.
 */
export function useLoading<T>(load: (signal: AbortSignal) => Promise<T>, when?: WatchSource<unknown> | WatchSource<unknown>[], keeps = false): Loading<T> {
  const data = shallowRef<T>()
  const problem = ref<Problem | null>(null)
  const slow = ref(false)
  const busy = ref(false)
  const at = ref(0)
  const moving = ref(false)
  const route = useRoute()
  const router = useRouter()
  let current: AbortController | null = null
  let timer: ReturnType<typeof setTimeout> | undefined

  async function reload() {
    current?.abort()
    const mine = new AbortController()
    current = mine
    busy.value = true
    clearTimeout(timer)
    timer = setTimeout(() => (slow.value = true), QUIET_MS)
    try {
      const answer = await load(mine.signal)
      if (mine.signal.aborted) return
      data.value = answer
      at.value = Date.now()
      problem.value = null
      moving.value = false
    } catch (error) {
      if (mine.signal.aborted) return
      if (error instanceof ApiError && error.status === 401) {
        // Not signed in, or no longer: there, and back here.
        void router.replace({ name: 'sign-in', query: { next: route.fullPath } })
        return
      }
      problem.value = problemOf(error)
      if (moving.value) data.value = undefined
    }
    clearTimeout(timer)
    slow.value = false
    busy.value = false
  }

  if (when) {
    watch(when, () => {
      moving.value = true
      if (!keeps) data.value = undefined
      problem.value = null
      void reload()
    })
  }
  // A line that comes back is reason enough to ask again.
  const online = () => {
    if (problem.value) void reload()
  }
  onMounted(() => {
    addEventListener('online', online)
    void reload()
  })
  onUnmounted(() => {
    removeEventListener('online', online)
    clearTimeout(timer)
    current?.abort()
  })
  return { data, problem, slow, busy, at, moving, reload }
}

/** The time now, moved on every half minute while the page is shown, so that “还有 48 分钟” stays true. */
export function useNow(): Ref<number> {
  const now = ref(Date.now())
  const tick = () => (now.value = Date.now())
  let timer: ReturnType<typeof setInterval> | undefined
  onMounted(() => {
    timer = setInterval(tick, 30_000)
    document.addEventListener('visibilitychange', tick)
  })
  onUnmounted(() => {
    clearInterval(timer)
    document.removeEventListener('visibilitychange', tick)
  })
  return now
}

/** Calls `again` every `everyMs` while the page is visible. */
export function useRefresh(again: () => void, everyMs: number): void {
  let timer: ReturnType<typeof setInterval> | undefined
  onMounted(() => {
    timer = setInterval(() => {
      if (document.visibilityState === 'visible') again()
    }, everyMs)
  })
  onUnmounted(() => clearInterval(timer))
}
