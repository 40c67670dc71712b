/** What a browser asks for when it enters: the address of the socket and how many pictures it has room for. */
import type { ActivityKind } from '@/protocol/api'

export function socketUrl(page: { protocol: string; host: string }, path: string): string {
  return `${page.protocol === 'https:' ? 'wss:' : 'ws:'}//${page.host}${path}`
}

/** Kinds in which the people see each other, not only the teacher. */
const TOGETHER: ActivityKind[] = ['seminar', 'lesson_review', 'report']
export const confers = (kind: ActivityKind) => TOGETHER.includes(kind)

/** How many people stand on one page of the grid. */
export const PER_PAGE = { desk: 9, phone: 4 }

/** Pictures that may flow at once: a page of people and the slides; in a broadcast the slides, the teacher and four speakers. */
export function videoSlotsFor(kind: ActivityKind, small: boolean): number {
  if (small) return PER_PAGE.phone + 1
  return confers(kind) ? PER_PAGE.desk + 1 : 6
}

/** Tells this browser from others in one room: random, and of no use elsewhere, as the server mixes it with the Session. */
export function deviceMark(): string | null {
  try {
    const kept = localStorage.getItem('lectern-device')
    if (kept) return kept
    const fresh = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
    localStorage.setItem('lectern-device', fresh)
    return fresh
  } catch {
    // A browser that keeps nothing is a new device each time.
    return null
  }
}
