/** A code that is good for seconds: asked for, shown, and asked for again before it goes out. */
import { reactive } from '@vue/reactivity'
import type { CodeAnswer } from '@/protocol/api'

export interface RotatingCodeState {
  /** `null` before the first, and when the last one is too old to be of use. */
  shown: CodeAnswer | null
  /** When the next one is due, by our clock. */
  nextAt: number
  /** For how long one is shown, for the ring around the seconds. */
  everyMs: number
  /** What the last question failed with. */
  trouble: unknown
}

/** A code outlives the next one's coming by a little, so that whoever has just scanned it is not refused. */
const OUTLIVES_MS = 8_000
const RETRY_MS = 3_000
/** The server says how long; less would be a flood. */
const SOONEST_MS = 1_000

export class RotatingCode {
  readonly state: RotatingCodeState = reactive({ shown: null, nextAt: 0, everyMs: 20_000, trouble: null })
  private timer: ReturnType<typeof setTimeout> | undefined
  private run = 0

  constructor(private readonly ask: () => Promise<CodeAnswer>) {}

  start(): void {
    void this.next(++this.run)
  }

  stop(): void {
    this.run += 1
    clearTimeout(this.timer)
    this.state.shown = null
  }

  private async next(run: number): Promise<void> {
    clearTimeout(this.timer)
    const { state } = this
    try {
      const answer = await this.ask()
      if (run !== this.run) return
      const wait = Math.max(SOONEST_MS, answer.next_in_ms)
      Object.assign(state, { shown: answer, nextAt: Date.now() + wait, everyMs: Math.max(state.everyMs, wait), trouble: null })
      this.timer = setTimeout(() => void this.next(run), wait)
    } catch (error) {
      if (run !== this.run) return
      state.trouble = error
      if (Date.now() > state.nextAt + OUTLIVES_MS) state.shown = null
      this.timer = setTimeout(() => void this.next(run), RETRY_MS)
    }
  }
}
