/** Every question the desk asks the server, one line each. */
import { api } from '@/api/client'
import type { ClosingForm, MembershipChange } from '@/protocol/api'
import type {
  Account, AccountChange, AccountForm, AccountRole, ActivityCard, ActivityForm, ActivityPage, ActivityState, Attendance, AttendancePage, Home, Member, MembershipForm, PageOf, Person, PresencePage, Region,
  RegionForm, Rows, Parameters, School, SchoolChange, SchoolForm, SchoolMove, Series, SeriesForm, Studio, StudioForm, StudioPage, Tier,
} from './shapes'
import type { ProgrammeForm } from '@/protocol/api'

const rows = <T>(answer: Rows<T>) => answer.rows

/** The largest page that the server gives. */
const LARGEST = 100
/** More rows than this nobody reads on one page. */
const MOST_PAGES = 10

/** A long list in whole, page after page, with what the first page says beside it. */
async function wholeOf<T, P extends PageOf<T>>(path: string, signal?: AbortSignal, which: Record<string, string> = {}): Promise<P> {
  const query = (page: number) => ({ query: { ...which, page, size: LARGEST }, signal })
  const whole = await api.get<P>(path, query(1))
  for (let page = 2; page <= MOST_PAGES && whole.rows.length < whole.total; page += 1) {
    const { rows } = await api.get<P>(path, query(page))
    if (rows.length === 0) break
    whole.rows.push(...rows)
  }
  return whole
}

export const everyPage = <T>(path: string, signal?: AbortSignal, which?: Record<string, string>): Promise<T[]> => wholeOf<T, PageOf<T>>(path, signal, which).then(rows)
const id = encodeURIComponent

export interface AccountSearch { q?: string; region?: string; role?: AccountRole | ''; page?: number; size?: number }
export interface SchoolSearch { q?: string; region?: string; page?: number; size?: number }

export const calls = {
  home: (signal?: AbortSignal) => api.get<Home>('/api/home', { signal }),

  studios: (signal?: AbortSignal, closed = false) => everyPage<Studio>('/api/studios', signal, closed ? { closed: 'true' } : {}),
  findStudios: (q: string) => api.get<PageOf<Studio>>('/api/studios', { query: { q, size: 20 } }),
  studio: (studio: string, signal?: AbortSignal) => api.get<StudioPage>(`/api/studios/${id(studio)}`, { signal }),
  createStudio: (form: StudioForm) => api.post<Studio>('/api/studios', form),
  changeStudio: (studio: string, change: Partial<Pick<StudioForm, 'name' | 'subject' | 'introduction'>>) => api.patch<Studio>(`/api/studios/${id(studio)}`, change),
  changeProgramme: (studio: string, form: ProgrammeForm) => api.post<Studio>(`/api/studios/${id(studio)}/programme`, form),
  moveTier: (studio: string, tier: Tier, reason: string) => api.post<Studio>(`/api/studios/${id(studio)}/tier`, { tier, reason }),
  close: (studio: string, form: ClosingForm) => api.post<Studio>(`/api/studios/${id(studio)}/closing`, form),
  reopen: (studio: string, reason: string) => api.post<Studio>(`/api/studios/${id(studio)}/reopening`, { reason }),
  addMember: (studio: string, form: MembershipForm) => api.post<Member>(`/api/studios/${id(studio)}/memberships`, form),
  changeMember: (membership: string, change: MembershipChange) => api.patch<Member>(`/api/memberships/${id(membership)}`, change),
  createSeries: (studio: string, form: SeriesForm) => api.post<Series>(`/api/studios/${id(studio)}/series`, form),

  activities: (studio: string, signal?: AbortSignal) => everyPage<ActivityCard>(`/api/studios/${id(studio)}/activities`, signal),
  plannedActivities: (studio: string, signal?: AbortSignal) => everyPage<ActivityCard>(`/api/studios/${id(studio)}/activities`, signal, { state: 'planned' }),
  /** How many of them there are. */
  activityTotal: (studio: string, state: ActivityState, signal?: AbortSignal) =>
    api.get<PageOf<ActivityCard>>(`/api/studios/${id(studio)}/activities`, { query: { state, page: 1, size: 1 }, signal }).then((answer) => answer.total),
  planActivity: (studio: string, form: ActivityForm) => api.post<ActivityPage>(`/api/studios/${id(studio)}/activities`, form),
  activity: (activity: string, signal?: AbortSignal) => api.get<ActivityPage>(`/api/activities/${id(activity)}`, { signal }),
  /** A change may say `series: null`; a new plan leaves it out. */
  changeActivity: (activity: string, change: Omit<ActivityForm, 'series'> & { series: string | null }) => api.patch<ActivityPage>(`/api/activities/${id(activity)}`, change),
  cancelActivity: (activity: string, reason: string) => api.post<unknown>(`/api/activities/${id(activity)}/cancel`, { reason }),
  goLive: (activity: string) => api.post<{ session: { id: string } }>(`/api/activities/${id(activity)}/go-live`).then((answer) => answer.session),
  presence: (session: string, signal?: AbortSignal) => api.get<PresencePage>(`/api/sessions/${id(session)}/presence`, { signal }),
  /** Those of a Studio's Policy, or the usual ones. */
  attendanceParameters: (studio?: string, signal?: AbortSignal) => api.get<Parameters>('/api/attendance-parameters', { query: { studio }, signal }),
  myAttendance: (signal?: AbortSignal) => wholeOf<Attendance, AttendancePage>('/api/me/attendance', signal),

  regions: (signal?: AbortSignal) => api.get<Rows<Region>>('/api/regions', { signal }).then(rows),
  createRegion: (form: RegionForm) => api.post<Region>('/api/regions', form),
  renameRegion: (region: string, name: string) => api.patch<Region>(`/api/regions/${id(region)}`, { name }),
  schools: (search: SchoolSearch, signal?: AbortSignal) => api.get<PageOf<School>>('/api/schools', { query: { ...search }, signal }),
  createSchool: (form: SchoolForm) => api.post<School>('/api/schools', form),
  changeSchool: (school: string, change: SchoolChange) => api.patch<School>(`/api/schools/${id(school)}`, change),
  accounts: (search: AccountSearch, signal?: AbortSignal) => api.get<PageOf<Account>>('/api/accounts', { query: { ...search }, signal }),
  createAccount: (form: AccountForm) => api.post<Account>('/api/accounts', form),
  changeAccount: (account: string, change: AccountChange) => api.patch<Account>(`/api/accounts/${id(account)}`, change),
  schoolMoves: (account: string, signal?: AbortSignal) => api.get<Rows<SchoolMove>>(`/api/accounts/${id(account)}/schools`, { signal }).then(rows),
  /** Whom a host may add to a studio, by real name. */
  people: (name: string) => api.get<PageOf<Person>>('/api/people', { query: { q: name, size: 20 } }).then(rows),
}
