/** What a poll shows in numbers, and what is wrong with one that is not opened yet. Pure. */
import type { Poll, PollCounts } from '@/protocol/signaling'
import { MAX_OPTIONS, MAX_OPTION_CHARS, MAX_QUESTION_CHARS, MIN_OPTIONS } from '@/protocol/signaling'
import type { PollDraft } from '@/session/poll-model'

export interface PollRow {
  text: string
  votes: number
  /** Of those who answered, in whole percent. */
  percent: number
  /** More than any other; several where they are equal. */
  leads: boolean
}

export function pollRows(poll: Poll, counts: PollCounts): PollRow[] {
  const most = Math.max(0, ...counts.votes)
  return poll.options.map((text, place) => {
    const votes = counts.votes[place] ?? 0
    return { text, votes, percent: share(votes, counts.answered), leads: votes > 0 && votes === most }
  })
}

export const share = (part: number, whole: number) => (whole > 0 ? Math.min(100, Math.round((part / whole) * 100)) : 0)

export type DraftTrouble = { field: 'question' | 'options'; kind: 'empty' | 'long' | 'few' | 'twice'; place?: number }

/** As the server reads it: white space at the ends and line breaks do not count. */
export const plainLine = (text: string) => text.split(/\s+/).filter(Boolean).join(' ')
const length = (text: string) => Array.from(text).length

/** The first thing that has to change before it can be opened; empty options are left out where enough are filled. */
export function draftTrouble(draft: PollDraft): DraftTrouble | null {
  const question = plainLine(draft.question)
  if (!question) return { field: 'question', kind: 'empty' }
  if (length(question) > MAX_QUESTION_CHARS) return { field: 'question', kind: 'long' }
  const options = draft.options.map(plainLine)
  const long = options.findIndex((one) => length(one) > MAX_OPTION_CHARS)
  if (long >= 0) return { field: 'options', kind: 'long', place: long }
  const twice = options.findIndex((one, place) => one !== '' && options.indexOf(one) < place)
  if (twice >= 0) return { field: 'options', kind: 'twice', place: twice }
  if (options.filter(Boolean).length < MIN_OPTIONS) return { field: 'options', kind: 'few', place: options.indexOf('') }
  return null
}

/** What is sent of it. */
export const wished = (draft: PollDraft) => ({ question: plainLine(draft.question), options: draft.options.map(plainLine).filter(Boolean).slice(0, MAX_OPTIONS), several: draft.several })
