/** What is known about the check-in that is open, and, for hosts, who has not answered. Changed only by the server's messages. */
import { reactive } from '@vue/reactivity'
import type { CheckIn, ServerMessage } from '@/protocol/signaling'

export type CheckInCounts = Extract<ServerMessage, { type: 'check_in_counts' }>
export type CheckInResult = Extract<ServerMessage, { type: 'check_in_result' }>

export interface CheckInState {
  open: CheckIn | null
  /** Told to hosts only. */
  counts: CheckInCounts | null
  /** How the last one ended, until the host has read it. */
  result: CheckInResult | null
  /** Who was drawn by the last call: shown together with its result. */
  drawn: CheckIn['drawn']
  /** Every how many minutes people are asked whether they still listen; `null`: not at all. */
  promptsEvery: number | null
  /** Rises with each reminder. */
  reminders: number
}

export class CheckInModel {
  readonly state: CheckInState = reactive({ open: null, counts: null, result: null, drawn: [], promptsEvery: null, reminders: 0 })

  /** Whether this person is waited for. */
  get asked(): boolean {
    return this.state.open?.you === 'asked'
  }

  /** Of the check-in that is open. */
  get counts(): CheckInCounts | null {
    const { counts, open } = this.state
    return counts !== null && counts.number === open?.number ? counts : null
  }

  /** What is open is told anew after every welcome. */
  welcome(): void {
    Object.assign(this.state, { open: null, counts: null, promptsEvery: null })
  }

  apply(message: ServerMessage): void {
    const { state } = this
    switch (message.type) {
      case 'check_in':
        this.opened(message.check_in)
        break
      case 'check_in_counts':
        // May come before the check-in itself: whose they are is asked when they are shown.
        state.counts = message
        break
      case 'check_in_result':
        state.result = message
        break
      case 'check_in_reminder':
        if (message.number === state.open?.number && this.asked) state.reminders += 1
        break
      case 'prompts':
        state.promptsEvery = message.every_minutes
        break
      default:
        break
    }
  }

  dismissResult(): void {
    this.state.result = null
  }

  private opened(next: CheckIn | null): void {
    const { state } = this
    const another = next !== null && next.number !== state.open?.number
    state.open = next
    if (!next) {
      state.counts = null
      return
    }
    if (!another) return
    if (state.result?.number !== next.number) state.result = null
    state.drawn = next.drawn
  }
}
