/**
 * Notices that a path which carried something has fallen silent, seconds before the browser would: after the phone went from
 * Wi-Fi to mobile data, or a router gave out new ports. Pure; told every `LOOK_EVERY_MS` how much has come.
 */

export const LOOK_EVERY_MS = 300
/** Too early for a verdict. */
const WARM_UP_LOOKS = 11
/** Silence this many times as long as the longest pause of late is more than a pause. */
const TIMES = 2.5
const SHORTEST_MS = 800
const LONGEST_MS = 5_000
/** A pause of long ago says little about now. */
const FADES_BY = 0.97
/** A false alarm costs the server an answer: each one makes the next wait twice as long. */
const FIRST_PAUSE_MS = 10_000
const LONGEST_PAUSE_MS = 160_000

export class PathWatch {
  private packets: number | null = null
  private heardAt = 0
  private looks = 0
  private longestGap = LONGEST_MS
  private alarmed = false
  private alarmAt = -Infinity
  private pause = FIRST_PAUSE_MS
  private readonly stretch: number

  /** `random`: a stalled teacher silences hundreds of paths at once, and they should not all ask in one instant. */
  constructor(random: () => number = Math.random) {
    this.stretch = 1 + random() * 0.3
  }

  /** True once when it fell silent. `packets` counts all that ever came by this path; `null` when that is not known. */
  observe(packets: number | null, now: number): boolean {
    if (packets === null || this.packets === null || packets < this.packets) {
      this.begin(packets, now)
      return false
    }
    this.looks += 1
    if (packets > this.packets) {
      this.longestGap = Math.max(now - this.heardAt, this.longestGap * FADES_BY)
      this.packets = packets
      this.heardAt = now
      this.alarmed = false
      if (now - this.alarmAt > LONGEST_PAUSE_MS) this.pause = FIRST_PAUSE_MS
      return false
    }
    const limit = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, this.longestGap * TIMES)) * this.stretch
    if (this.alarmed || this.looks < WARM_UP_LOOKS || now - this.heardAt < limit || now - this.alarmAt < this.pause) return false
    this.alarmed = true
    this.pause = Math.min(LONGEST_PAUSE_MS, this.alarmAt === -Infinity ? this.pause : this.pause * 2)
    this.alarmAt = now
    return true
  }

  /** Does this browser tell what comes by a path? */
  get counts(): boolean {
    return this.packets !== null
  }

  heardSince(since: number): boolean {
    return this.packets !== null && this.heardAt > since && this.looks > 0
  }

  /** Something else is sent from now on: perhaps less, perhaps nothing. */
  rest(now: number): void {
    this.begin(this.packets, now)
  }

  /** The last alarm was no false one. */
  proven(): void {
    this.alarmAt = -Infinity
    this.pause = FIRST_PAUSE_MS
  }

  private begin(packets: number | null, now: number): void {
    this.packets = packets
    this.heardAt = now
    this.looks = 0
    this.longestGap = SHORTEST_MS / TIMES
    this.alarmed = false
  }
}
