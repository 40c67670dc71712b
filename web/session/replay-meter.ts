/**
 * Which parts of a Replay were really played. Only time in which the picture moved counts: a pause, a stall or a seek ends a
 * stretch, and a jump that nobody announced is no stretch either. What could not be told to the server is told next time.
 */
import { united, type Span } from './replay-spans'

/** What goes to the server. */
export interface ViewReport {
  intervals: Span[]
  position_ms: number
  speed: number
}

/** Browsers tell the position up to four times a second, and less often in the background; this much more than the clock allows is a jump. */
const SLACK_MS = 1_000

export class ReplayMeter {
  private open: Span | null = null
  private untold: Span[] = []
  private at = 0
  private position = 0
  private speed = 1
  private hidden = 0

  /** The picture moves from here. */
  started(position: number, at: number, speed: number): void {
    this.close()
    this.open = { from_ms: position, to_ms: position }
    this.at = at
    this.position = position
    this.speed = speed
  }

  /** It has come as far as this; `hidden` when the page was not seen meanwhile. */
  moved(position: number, at: number, hidden = false): void {
    this.position = position
    if (!this.open) return
    const step = position - this.open.to_ms
    const passed = Math.max(0, at - this.at)
    this.at = at
    if (step < 0 || step > passed * this.speed + SLACK_MS) {
      this.close()
      this.open = { from_ms: position, to_ms: position }
      return
    }
    this.open.to_ms = position
    // Clock time, not the Replay's: twice as fast is half as long.
    if (hidden) this.hidden += step / this.speed
  }

  /** Paused, stalled, over or sought: what follows is another stretch. */
  stopped(position: number, at: number): void {
    this.moved(position, at)
    this.close()
  }

  /** A jump is announced: the stretch ends where it was. */
  sought(position: number): void {
    this.close()
    this.position = position
  }

  /** Another speed from here. */
  sped(position: number, at: number, speed: number): void {
    const playing = this.open !== null
    this.stopped(position, at)
    this.speed = speed
    if (playing) this.started(position, at, speed)
  }

  /** What is not told yet, or null when nothing new was played. It counts as told until it comes back with `notTold`. */
  take(): ViewReport | null {
    const going = this.open
    if (going) {
      this.close()
      this.open = { from_ms: going.to_ms, to_ms: going.to_ms }
    }
    if (this.untold.length === 0) return null
    const intervals = united(this.untold).map((one) => ({ from_ms: Math.round(one.from_ms), to_ms: Math.round(one.to_ms) }))
    this.untold = []
    return { intervals, position_ms: Math.round(this.position), speed: this.speed }
  }

  notTold(report: ViewReport): void {
    this.untold.push(...report.intervals)
  }

  /** What this page has played since the last report, for marking it as seen. */
  played(): Span[] {
    return united(this.open ? [...this.untold, this.open] : this.untold)
  }

  /** How long the sound went on with the page out of sight, and begins to count anew. */
  takeHidden(): number {
    const told = this.hidden
    this.hidden = 0
    return told
  }

  private close(): void {
    if (this.open && this.open.to_ms > this.open.from_ms) this.untold.push(this.open)
    this.open = null
  }
}
