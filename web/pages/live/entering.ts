/** What a browser asks for when it enters: the address of the socket and how many pictures it has room for. */
import type { ActivityKind } from '@/protocol/api'

export function socketUrl(page: { protocol: string; host: string }, path: string): string {
  return `${page.protocol === 'https:' ? 'wss:' : 'ws:'}//${page.host}${path}`
}

/** Kinds in which the people see each other, not only the teacher. */
const TOGETHER: ActivityKind[] = ['seminar', 'lesson_review', 'report']
export const confers = (kind: ActivityKind) => TOGETHER.includes(kind)

/** Screen and teacher for a phone; room for speakers beside them elsewhere; a grid of nine where people confer. */
export function videoSlotsFor(kind: ActivityKind, role: 'host' | 'presenter' | 'viewer', small: boolean): number {
  if (small) return role === 'host' ? 4 : 3
  if (confers(kind)) return 9
  return role === 'viewer' ? 4 : 6
}
