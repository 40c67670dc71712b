/** The desk's names for the shapes of the HTTP API, which are generated from the server. */
export type {
  AccountChange, AccountForm, AccountRole, AccountView as Account, ActivityCard, ActivityForm, ActivityKind, ActivityPage, ActivityState, AttendancePage, AttendanceView as Attendance, GapKind,
  Home, IntervalView, Level, MemberRole, MemberView as Member, MembershipForm, Mode, Named, PersonView as Person, PresencePage, PresenceView as Presence, RecordView as AttendanceRecord, RegionForm, RegionKind,
  RegionView as Region, Rows, ParametersView as Parameters, SchoolChange, SchoolForm, SchoolMoveView as SchoolMove, SchoolView as School, SeriesForm, SeriesView as Series, SessionCard, StudioForm, StudioKind, StudioPage,
  StudioView as Studio, Tier,
} from '@/protocol/api'

/** One page of a long list. */
export interface PageOf<T> {
  rows: T[]
  /** How many there are on all pages. */
  total: number
  page: number
  size: number
}
