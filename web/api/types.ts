/** The shapes of the HTTP API that pages share. Times are ISO 8601 strings with an offset. */

export type StudioTier = string
export type ActivityKind =
  | 'broadcast' | 'seminar' | 'lecture' | 'open_lesson' | 'lesson_review' | 'outreach' | 'report' | 'showcase'
export type ActivityMode = 'online' | 'onsite' | 'mixed'
export type ActivityState = 'planned' | 'live' | 'ended' | 'cancelled'
export type AccountRole = 'admin' | 'office' | 'teacher'
export type MyRole = 'host' | 'presenter' | 'viewer'

export interface Named { id: string; name: string }

export interface Me {
  account: {
    id: string
    name: string
    login_name: string
    school?: { id: string; name: string; rural: boolean } | null
    region?: { id: string; name: string; path: string } | null
    role: AccountRole
    region_scope?: Named | null
  }
  memberships: { studio: Named; role: string }[]
  csrf: string
}

export interface ActivityCard {
  id: string
  title: string
  kind: ActivityKind
  mode: ActivityMode
  level: string
  studio: { id: string; name: string; tier: StudioTier; kind: string; subject?: string | null }
  planned_start: string
  planned_end: string
  presenters: Named[]
  state: ActivityState
  session?: { id: string; started_at: string; ended_at?: string | null; people: number } | null
  my_role?: MyRole | null
  guests_allowed: boolean
}

export interface HomeAnswer { live: ActivityCard[]; today: ActivityCard[]; next: ActivityCard[]; recent: ActivityCard[] }

export interface SessionAnswer {
  id: string
  activity: ActivityCard
  state: 'live' | 'ended'
  started_at: string
  ended_at?: string | null
  people: number
  /** What is written down about people in this Session, to be shown before they enter. */
  recording_notice?: string | null
}

export interface TicketAnswer {
  ticket: string
  /** Path of the websocket on this host. */
  socket: string
  expires_at: string
  role: 'host' | 'presenter' | 'viewer'
  participant_name: string
}
