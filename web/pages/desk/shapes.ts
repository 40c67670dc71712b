/** What the desk's pages ask for and send, in the shapes of the HTTP API. Times are ISO 8601 with an offset, days are `2026-11-20`. */
import type { AccountRole, ActivityCard, ActivityKind, ActivityMode, ActivityState, HomeAnswer, Me, MyRole, Named } from '@/api/types'

export type { AccountRole, ActivityCard, ActivityKind, ActivityMode, ActivityState, HomeAnswer, Me, MyRole, Named }

export type Tier = 'province' | 'city' | 'county'
export type StudioKind = 'studio' | 'network' | 'alliance'
export type MemberRole = 'host' | 'core' | 'trainee' | 'follower' | 'adviser'
export type Level = 'school' | 'county' | 'city' | 'province' | 'national'
export type RegionKind = 'province' | 'city' | 'county'

export interface Rows<T> { rows: T[] }

export interface SchoolName { id: string; name: string; rural: boolean }
export interface RegionName { id: string; name: string; path: string }

export interface Account {
  id: string
  name: string
  login_name: string
  role: AccountRole
  school: SchoolName | null
  region: RegionName | null
  region_scope: RegionName | null
  title: string
  subject: string
  disabled: boolean
}
export interface AccountForm {
  name: string
  login_name: string
  password: string
  role: AccountRole
  region_scope?: string | undefined
  school?: string | undefined
  title: string
  subject: string
}

export interface Region { id: string; name: string; kind: RegionKind; parent: string | null; path: string }
export interface RegionForm { name: string; kind: RegionKind; parent: string | null }
export interface School { id: string; name: string; region: string; region_path: string; rural: boolean }
export interface SchoolForm { name: string; region: string; rural: boolean }

export interface Studio {
  id: string
  name: string
  tier: Tier
  kind: StudioKind
  subject: string
  region: string
  region_path: string
  cycle_start: string
  introduction: string
}
export interface StudioForm {
  name: string
  tier: Tier
  kind: StudioKind
  subject: string
  region: string
  cycle_start: string
  introduction: string
}
export interface Member {
  membership: string
  account: { id: string; name: string; school: SchoolName | null }
  role: MemberRole
  from: string
  /** The last day, which still counts; none while it lasts. */
  to: string | null
}
export interface MembershipForm { account: string; role: MemberRole; from: string; to?: string }
export interface Series { id: string; studio: string; title: string; theme: string }
export interface SeriesForm { title: string; theme: string }
export interface StudioPage { studio: Studio; members: Member[]; activities: ActivityCard[]; series: Series[]; may_manage: boolean }

export interface ActivityPage {
  activity: ActivityCard
  audience: string
  series: Named | null
  summary: string
  place: string
  may_manage: boolean
}
export interface ActivityForm {
  title: string
  kind: ActivityKind
  mode: ActivityMode
  level: Level
  audience: string
  planned_start: string
  planned_end: string
  presenters: string[]
  series: string | null
  guests_allowed: boolean
  summary: string
  place: string
}

export interface IntervalView { from: string; to: string }
export interface Presence {
  participant: number
  kind: 'account' | 'guest' | 'classroom' | 'encoder' | 'player'
  account: string | null
  name: string
  school: string | null
  rural: boolean
  intervals: IntervalView[]
  minutes: number
}
export interface Attendance {
  session: string
  activity: ActivityCard
  started_at: string
  ended_at: string | null
  planned_start: string
  planned_end: string
  intervals: IntervalView[]
  minutes: number
}
