/** Tells the server what was played: every 15 s, when the page goes, and when it is left. */
import { onBeforeUnmount, onMounted, ref, shallowRef } from 'vue'
import { ReplayMeter } from '@/session/replay-meter'
import { united, type Span } from '@/session/replay-spans'
import { me } from '@/api/me'
import { calls, tellLast } from './calls'

const EVERY_MS = 15_000
/** A minute out of sight is worth a word. */
const HIDDEN_WORTH_MS = 60_000

export function useViews(resource: string, seenBefore: readonly Span[]) {
  const meter = new ReplayMeter()
  /** One watching: a reload is another. */
  const view = Array.from(crypto.getRandomValues(new Uint8Array(8)), (n) => n.toString(16).padStart(2, '0')).join('')
  const seen = shallowRef<Span[]>(united(seenBefore))
  const notTold = ref(false)
  /** How long the sound went on unseen, told when the page is looked at again. */
  const hiddenMs = ref(0)
  let timer: ReturnType<typeof setInterval> | undefined
  let busy = false
  const hidden = () => document.visibilityState === 'hidden'

  async function tell() {
    // A visitor without a login is nobody that could be counted.
    if (busy || !me.value) return
    const report = meter.take()
    if (!report) return
    busy = true
    // Marked as seen at once; the server's answer knows of other devices, too.
    seen.value = united([...seen.value, ...report.intervals])
    try {
      const answer = await calls.told(resource, view, report)
      seen.value = united([...answer.seen, ...meter.played()])
      notTold.value = false
    } catch {
      meter.notTold(report)
      notTold.value = true
    } finally {
      busy = false
    }
  }
  function last() {
    if (!me.value) return
    const report = meter.take()
    if (report && !tellLast(resource, view, report)) meter.notTold(report)
  }
  function looked() {
    // A phone may end a hidden page without another word.
    if (hidden()) return last()
    const unseen = meter.takeHidden()
    if (unseen >= HIDDEN_WORTH_MS) hiddenMs.value = unseen
  }

  onMounted(() => {
    timer = setInterval(() => void tell(), EVERY_MS)
    addEventListener('pagehide', last)
    addEventListener('online', tell)
    document.addEventListener('visibilitychange', looked)
  })
  onBeforeUnmount(() => {
    clearInterval(timer)
    removeEventListener('pagehide', last)
    removeEventListener('online', tell)
    document.removeEventListener('visibilitychange', looked)
    last()
  })

  let speed = 1
  return {
    seen, notTold, hiddenMs,
    started: (at: number) => meter.started(at, performance.now(), speed),
    moved: (at: number) => meter.moved(at, performance.now(), hidden()),
    stopped: (at: number) => {
      meter.stopped(at, performance.now())
      void tell()
    },
    sought: (at: number) => meter.sought(at),
    sped: (at: number, now: number) => {
      speed = now
      meter.sped(at, performance.now(), now)
    },
  }
}
