/** What is known about the poll that is open or whose result is shown, and of one's own part in it. Changed by the server's messages, but for what is not sent yet. */
import { reactive } from '@vue/reactivity'
import type { Poll, PollCounts, ServerMessage } from '@/protocol/signaling'
import { MIN_OPTIONS } from '@/protocol/signaling'

/** A poll that a host is about to open. */
export interface PollDraft {
  question: string
  options: string[]
  several: boolean
}

/** Places of the options in a poll of this number. */
interface Choices {
  number: number
  choices: number[]
}

export interface PollState {
  poll: Poll | null
  /** What was taken; shown with the result too, which the server does not tell. */
  answered: Choices | null
  /** What is ticked and not sent, where several may be chosen: a line that breaks meanwhile unticks nothing. */
  ticked: Choices | null
  /** Told to hosts only. */
  counts: ({ number: number } & PollCounts) | null
  /** The result that this person has put aside. */
  aside: number
  draft: PollDraft
}

export const emptyDraft = (): PollDraft => ({ question: '', options: Array.from({ length: MIN_OPTIONS }, () => ''), several: false })

export class PollModel {
  readonly state: PollState = reactive({ poll: null, answered: null, ticked: null, counts: null, aside: 0, draft: emptyDraft() })

  get isOpen(): boolean {
    return this.state.poll !== null && this.state.poll.result === null
  }

  /** Whether an answer is waited for. */
  get asks(): boolean {
    return this.isOpen && this.answered.length === 0
  }

  /** What this person chose in the poll that is shown. */
  get answered(): number[] {
    return this.of(this.state.answered)
  }

  /** What is ticked now: what was sent, until something else is ticked. */
  get ticked(): number[] {
    return this.state.ticked?.number === this.state.poll?.number ? this.of(this.state.ticked) : this.answered
  }

  /** Of the poll that is open. */
  get counts(): PollCounts | null {
    const { counts, poll } = this.state
    return counts !== null && this.isOpen && counts.number === poll?.number ? counts : null
  }

  /** A result stays until a host puts it away, or this person puts it aside. */
  get isShown(): boolean {
    const { poll, aside } = this.state
    return poll !== null && (poll.result === null || poll.number !== aside)
  }

  /** What there is, is told anew after every welcome. */
  welcome(): void {
    Object.assign(this.state, { poll: null, counts: null })
  }

  apply(message: ServerMessage): void {
    const { state } = this
    switch (message.type) {
      case 'poll':
        state.poll = message.poll
        if (message.poll?.result) state.ticked = null
        break
      case 'poll_answered':
        state.answered = { number: message.number, choices: message.choices }
        state.ticked = null
        break
      case 'poll_counts':
        state.counts = message
        break
      default:
        break
    }
  }

  tick(place: number): void {
    const { poll } = this.state
    if (!poll) return
    const now = this.ticked
    const choices = now.includes(place) ? now.filter((one) => one !== place) : [...now, place].sort((a, b) => a - b)
    this.state.ticked = { number: poll.number, choices }
  }

  putAside(): void {
    this.state.aside = this.state.poll?.number ?? 0
  }

  private of(choices: Choices | null): number[] {
    return choices !== null && choices.number === this.state.poll?.number ? choices.choices : []
  }
}
