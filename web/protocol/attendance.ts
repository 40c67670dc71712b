/** Check-ins and Classrooms: what is said about them over the socket and over HTTP. Times on the socket are milliseconds since 1970 UTC. */
import type { ActivityCard, SchoolName, TicketAnswer } from './api'
import type { ClientMessage, ParticipantId, ServerMessage } from './signaling'

/** roll 签到，call 随机点名，still_here 在线确认 */
export type CheckInPurpose = 'roll' | 'call' | 'still_here'
export type CheckInMethod = 'tap' | 'code' | 'qr'

/** Drawn by a call; told to all. */
export interface Drawn { participant: ParticipantId | null; name: string; school: string | null }

export interface CheckIn {
  number: number
  /** The how-manieth of its purpose in this Session. */
  ordinal: number
  purpose: CheckInPurpose
  method: CheckInMethod
  /** The one Classroom that is checked anew, else `null`. */
  place: string | null
  opened_ms: number
  closes_ms: number
  you: 'asked' | 'answered' | 'not_asked'
  drawn: Drawn[]
}

/** Somebody who has not answered; `participant` is `null` for whoever sits in a Classroom without a device of their own. */
export interface Missing { participant: ParticipantId | null; name: string; school: string | null; core: boolean }

export interface CheckInCounts { number: number; answered: number; expected: number; missing: Missing[]; code: string | null }
export interface CheckInResult { number: number; ordinal: number; purpose: CheckInPurpose; answered: number; expected: number; missing: Missing[] }

export interface PlaceView {
  /** `site`, or `classroom:` and its id. */
  id: string
  name: string
  school: string | null
  /** The device that is here now. */
  participant: ParticipantId | null
  expected: number | null
  /** Counted by the person in charge. */
  headcount: number | null
  seated: number
}

export interface SeatView { number: number; name: string; school: string | null; rural: boolean; signed_in: boolean; at_ms: number }

export type AttendanceMessage =
  | { type: 'check_in'; check_in: CheckIn | null }
  | ({ type: 'check_in_counts' } & CheckInCounts)
  | { type: 'check_in_reminder'; number: number }
  | ({ type: 'check_in_result' } & CheckInResult)
  | { type: 'prompts'; every_minutes: number | null }
  | { type: 'place'; place: PlaceView }
  | { type: 'seats'; place: string; seats: SeatView[]; last: boolean }
  | { type: 'seat_taken'; place: string; seat: SeatView }
  | { type: 'seat_left'; place: string; number: number; cause: string }

export type AttendanceRequest =
  | { type: 'open_check_in'; purpose: CheckInPurpose; method: CheckInMethod; seconds: number; count: number; place: string | null }
  | { type: 'extend_check_in'; number: number; seconds: number }
  | { type: 'close_check_in'; number: number }
  | { type: 'remind_check_in'; number: number }
  | { type: 'prompts'; every_minutes: number | null }
  | { type: 'answer_for'; number: number; participant: ParticipantId }
  | { type: 'answer_check_in'; number: number; code?: string }
  | { type: 'headcount'; count: number }
  | { type: 'strike'; place: string; seat: number; reason: string }
  | { type: 'seat_person'; place: string; account: string }

export type RoomMessage = ServerMessage | AttendanceMessage
export type RoomRequest = ClientMessage | AttendanceRequest

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
export interface SeatAnswer { seat: string; number: number; name: string; school: string | null; place: { name: string; school: string | null }; at: string }
export interface SeatPage {
  state: 'seated' | 'left' | 'struck' | 'ended'
  place: { name: string; school: string | null }
  at: string
  left_at: string | null
  reason: string | null
  check_in: CheckIn | null
}
