/** What recruitments, applications, transfers, capacities and announcements ask the server. */
import { api, upload } from '@/api/client'
import { everyPage } from '@/pages/desk/calls'
import type { PageOf } from '@/pages/desk/shapes'
import type {
  AnnouncementForm, AnnouncementView, ApplicationAnswerForm, ApplicationDraftForm, ApplicationObjectionForm, ApplicationRow, ApplicationSaved, ApplicationView, CapacityPage,
  DenialForm, NamingAnswer, NamingForm, OwnObjectionView, PublicityCard, RecruitmentCard, RecruitmentChangeForm, RecruitmentForm, RecruitmentPage, ReviewForm, Rows, StationClosingForm,
  StationForm, StationView, SummaryAnswer, TransferForm, TransferView,
} from '@/protocol/api'

const id = encodeURIComponent
const rows = <T>(answer: Rows<T>) => answer.rows

export const calls = {
  recruitments: (signal?: AbortSignal) => everyPage<RecruitmentCard>('/api/recruitments', signal),
  recruitment: (recruitment: string, signal?: AbortSignal) => api.get<RecruitmentPage>(`/api/recruitments/${id(recruitment)}`, { signal }),
  openForStudio: (studio: string, form: RecruitmentForm) => api.post<RecruitmentCard>(`/api/studios/${id(studio)}/recruitments`, form),
  openForRegion: (region: string, form: RecruitmentForm) => api.post<RecruitmentCard>(`/api/regions/${id(region)}/recruitments`, form),
  moveClosing: (recruitment: string, form: RecruitmentChangeForm) => api.post<RecruitmentPage>(`/api/recruitments/${id(recruitment)}/closing`, form),
  save: (recruitment: string, draft: ApplicationDraftForm) => api.post<ApplicationSaved>(`/api/recruitments/${id(recruitment)}/application`, draft),
  received: (recruitment: string, signal?: AbortSignal) => api.get<Rows<ApplicationRow>>(`/api/recruitments/${id(recruitment)}/applications`, { signal }).then(rows),
  takeSummary: (recruitment: string, file: File) => {
    const form = new FormData()
    form.append('file', file)
    return upload<SummaryAnswer>(summarySheetPath(recruitment), form, () => undefined, new AbortController().signal)
  },
  mine: (signal?: AbortSignal) => api.get<Rows<ApplicationRow>>('/api/me/applications', { signal }).then(rows),
  waiting: (signal?: AbortSignal) => api.get<Rows<ApplicationRow>>('/api/applications', { signal }).then(rows),
  application: (application: string, signal?: AbortSignal) => api.get<ApplicationView>(`/api/applications/${id(application)}`, { signal }),
  send: (application: string) => api.post<ApplicationView>(`/api/applications/${id(application)}/sending`),
  withdraw: (application: string) => api.post<ApplicationView>(`/api/applications/${id(application)}/withdrawal`),
  publicities: (signal?: AbortSignal) => everyPage<PublicityCard>('/api/publicities', signal),
  object: (application: string, form: ApplicationObjectionForm) => api.post<OwnObjectionView>(`/api/applications/${id(application)}/objections`, form),
  ownObjections: (signal?: AbortSignal) => api.get<Rows<OwnObjectionView>>('/api/me/application-objections', { signal }).then(rows),
  answerObjection: (objection: string, form: ApplicationAnswerForm) => api.post<ApplicationView>(`/api/application-objections/${id(objection)}/answer`, form),
  name: (application: string, form: NamingForm) => api.post<ApplicationView>(`/api/applications/${id(application)}/naming`, form),
  deny: (application: string, form: DenialForm) => api.post<ApplicationView>(`/api/applications/${id(application)}/denial`, form),
  nameAll: (recruitment: string, from: string) => api.post<NamingAnswer>(`/api/recruitments/${id(recruitment)}/naming`, { from }),
  review: (application: string, form: ReviewForm) => api.post<ApplicationView>(`/api/applications/${id(application)}/review`, form),

  askTransfer: (membership: string, form: TransferForm) => api.post<TransferView>(`/api/memberships/${id(membership)}/transfers`, form),
  transfersOf: (studio: string, signal?: AbortSignal) => api.get<Rows<TransferView>>(`/api/studios/${id(studio)}/transfers`, { signal }).then(rows),
  waitingTransfers: (signal?: AbortSignal) => api.get<Rows<TransferView>>('/api/transfers', { signal }).then(rows),
  ownTransfers: (signal?: AbortSignal) => api.get<Rows<TransferView>>('/api/me/transfers', { signal }).then(rows),
  withdrawTransfer: (transfer: string) => api.post<TransferView>(`/api/transfers/${id(transfer)}/withdrawal`),
  decideTransfer: (transfer: string, granted: boolean, reason = '') => api.post<TransferView>(`/api/transfers/${id(transfer)}/decision`, { granted, reason }),

  stations: (region: string, signal?: AbortSignal) => api.get<Rows<StationView>>(`/api/regions/${id(region)}/stations`, { signal }).then(rows),
  openStation: (region: string, form: StationForm) => api.post<StationView>(`/api/regions/${id(region)}/stations`, form),
  closeStation: (station: string, form: StationClosingForm) => api.post<StationView>(`/api/stations/${id(station)}/closing`, form),
  capacities: (region: string, policy?: string, signal?: AbortSignal) => api.get<CapacityPage>(`/api/regions/${id(region)}/capacities`, { query: { policy }, signal }),
  latestAnnouncements: (signal?: AbortSignal) => api.get<PageOf<AnnouncementView>>('/api/announcements', { signal }),
  announcements: (signal?: AbortSignal) => everyPage<AnnouncementView>('/api/announcements', signal),
  announce: (region: string, form: AnnouncementForm) => api.post<AnnouncementView>(`/api/regions/${id(region)}/announcements`, form),
  withdrawAnnouncement: (announcement: string, reason: string) => api.post<AnnouncementView>(`/api/announcements/${id(announcement)}/withdrawal`, { reason }),
}

export const summarySheetPath = (recruitment: string) => `/api/recruitments/${id(recruitment)}/summary-sheet`
