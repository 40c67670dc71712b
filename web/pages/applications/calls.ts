/** What recruitments, applications, transfers, capacities and announcements ask the server. */
import { api } from '@/api/client'
import type {
  AnnouncementForm, AnnouncementView, ApplicationDraftForm, ApplicationRow, ApplicationSaved, ApplicationView, CapacityPage, RecruitmentCard, RecruitmentChangeForm, RecruitmentForm,
  RecruitmentPage, ReviewForm, Rows, TransferForm, TransferView,
} from '@/protocol/api'

const id = encodeURIComponent
const rows = <T>(answer: Rows<T>) => answer.rows

export const calls = {
  recruitments: (signal?: AbortSignal) => api.get<Rows<RecruitmentCard>>('/api/recruitments', { signal }).then(rows),
  recruitment: (recruitment: string, signal?: AbortSignal) => api.get<RecruitmentPage>(`/api/recruitments/${id(recruitment)}`, { signal }),
  openForStudio: (studio: string, form: RecruitmentForm) => api.post<RecruitmentCard>(`/api/studios/${id(studio)}/recruitments`, form),
  openForRegion: (region: string, form: RecruitmentForm) => api.post<RecruitmentCard>(`/api/regions/${id(region)}/recruitments`, form),
  moveClosing: (recruitment: string, form: RecruitmentChangeForm) => api.post<RecruitmentPage>(`/api/recruitments/${id(recruitment)}/closing`, form),
  save: (recruitment: string, draft: ApplicationDraftForm) => api.post<ApplicationSaved>(`/api/recruitments/${id(recruitment)}/application`, draft),
  received: (recruitment: string, signal?: AbortSignal) => api.get<Rows<ApplicationRow>>(`/api/recruitments/${id(recruitment)}/applications`, { signal }).then(rows),
  mine: (signal?: AbortSignal) => api.get<Rows<ApplicationRow>>('/api/me/applications', { signal }).then(rows),
  waiting: (signal?: AbortSignal) => api.get<Rows<ApplicationRow>>('/api/applications', { signal }).then(rows),
  application: (application: string, signal?: AbortSignal) => api.get<ApplicationView>(`/api/applications/${id(application)}`, { signal }),
  send: (application: string) => api.post<ApplicationView>(`/api/applications/${id(application)}/sending`),
  withdraw: (application: string) => api.post<ApplicationView>(`/api/applications/${id(application)}/withdrawal`),
  review: (application: string, form: ReviewForm) => api.post<ApplicationView>(`/api/applications/${id(application)}/review`, form),

  askTransfer: (membership: string, form: TransferForm) => api.post<TransferView>(`/api/memberships/${id(membership)}/transfers`, form),
  transfersOf: (studio: string, signal?: AbortSignal) => api.get<Rows<TransferView>>(`/api/studios/${id(studio)}/transfers`, { signal }).then(rows),
  waitingTransfers: (signal?: AbortSignal) => api.get<Rows<TransferView>>('/api/transfers', { signal }).then(rows),
  decideTransfer: (transfer: string, granted: boolean, reason = '') => api.post<TransferView>(`/api/transfers/${id(transfer)}/decision`, { granted, reason }),

  capacities: (region: string, policy?: string, signal?: AbortSignal) => api.get<CapacityPage>(`/api/regions/${id(region)}/capacities`, { query: { policy }, signal }),
  announcements: (signal?: AbortSignal) => api.get<Rows<AnnouncementView>>('/api/announcements', { signal }).then(rows),
  announce: (region: string, form: AnnouncementForm) => api.post<AnnouncementView>(`/api/regions/${id(region)}/announcements`, form),
  withdrawAnnouncement: (announcement: string, reason: string) => api.post<AnnouncementView>(`/api/announcements/${id(announcement)}/withdrawal`, { reason }),
}

export const summarySheetPath = (recruitment: string) => `/api/recruitments/${id(recruitment)}/summary-sheet`
