/** Classrooms, scans and seats over HTTP. */
import type { ActivityCard, SchoolName, TicketAnswer } from './api'
import type { CheckIn } from './signaling'

export interface ClassroomForm { name: string; school: string; expected: number | null }
/** A Classroom as the keeper of the Activity sees it. */
export interface ClassroomView { id: string; name: string; school: SchoolName; expected: number | null; closed: boolean; present: boolean; link: string | null }

export interface ClassroomLink {
  id: string
  name: string
  school: { name: string; rural: boolean }
  expected: number | null
  /** Of that day's roster, those from this school. */
  people: { name: string }[]
  activity: ActivityCard
  session: string | null
  state: 'waiting' | 'live' | 'ended' | 'closed'
  recording_notice: string
  /** Up to when signing in is in time. */
  late_after?: string | null
}
export type ClassroomTicket = TicketAnswer

/** A code that is shown now, and when to ask for the next one. */
export interface CodeAnswer { code: string; path: string; expires_at: string; next_in_ms: number }
export type CodePoint = 'site_in' | 'site_out' | 'check_in'

export interface PrintedCode { id: string; path: string; from: string; to: string; closed?: boolean }

export interface ScanAnswer {
  pass: string
  point: 'classroom' | CodePoint
  place: { name: string; school: string | null } | null
  activity: ActivityCard
  session: string
  pass_expires_at: string
  me: { name: string; school: string | null } | null
  guests: boolean
  seated: boolean
}
export interface SeatForm { pass: string; guest?: { name: string; school: string } }
export interface SeatAnswer { seat: string | null; number: number | null; name: string; school: string | null; place: { name: string; school: string | null } | null; at: string }
export interface SeatPage {
  state: 'seated' | 'left' | 'struck' | 'ended'
  number: number
  name: string
  place: { name: string; school: string | null }
  at: string
  left_at: string | null
  reason: string | null
  check_in: CheckIn | null
}
