/** What the pages of leaves, appeals and corrections ask the server. */
import { api, upload } from '@/api/client'
import type {
  AppealDecisionForm, AttachmentView, AuditPage, CaseForm, CaseView, CorrectionAnswer, CorrectionForm, LeaveDecisionForm, PhotoForm, PhotoView, Rows,
} from '@/protocol/api'

const id = encodeURIComponent
const rows = <T>(answer: Rows<T>) => answer.rows

export const calls = {
  /** What waits for whoever asks. */
  waiting: (signal?: AbortSignal) => api.get<Rows<CaseView>>('/api/cases', { signal }).then(rows),
  mine: (signal?: AbortSignal) => api.get<Rows<CaseView>>('/api/me/cases', { signal }).then(rows),
  askLeave: (activity: string, form: CaseForm) => api.post<CaseView>(`/api/activities/${id(activity)}/leaves`, form),
  leaves: (activity: string, signal?: AbortSignal) => api.get<Rows<CaseView>>(`/api/activities/${id(activity)}/leaves`, { signal }).then(rows),
  decideLeave: (leave: string, form: LeaveDecisionForm) => api.post<CaseView>(`/api/leaves/${id(leave)}/decision`, form),
  withdrawLeave: (leave: string) => api.post<CaseView>(`/api/leaves/${id(leave)}/withdrawal`),
  appeal: (session: string, form: CaseForm) => api.post<CaseView>(`/api/sessions/${id(session)}/appeals`, form),
  decideAppeal: (appeal: string, form: AppealDecisionForm) => api.post<CaseView>(`/api/appeals/${id(appeal)}/decision`, form),
  correct: (session: string, form: CorrectionForm) => api.post<CorrectionAnswer>(`/api/sessions/${id(session)}/corrections`, form),
  photos: (session: string, signal?: AbortSignal) => api.get<Rows<PhotoView>>(`/api/sessions/${id(session)}/photos`, { signal }).then(rows),
  addPhoto: (session: string, form: PhotoForm) => api.post<Rows<PhotoView>>(`/api/sessions/${id(session)}/photos`, form).then(rows),
  audit: (session: string, query: { person?: string; page: number }, signal?: AbortSignal) =>
    api.get<AuditPage>(`/api/sessions/${id(session)}/audit`, { query: { ...query, size: 100 }, signal }),
  myAudit: (session: string, page: number, signal?: AbortSignal) => api.get<AuditPage>(`/api/me/sessions/${id(session)}/audit`, { query: { page, size: 100 }, signal }),
  attach: (file: File, progress: (share: number) => void, signal: AbortSignal) => {
    const form = new FormData()
    form.append('file', file)
    return upload<AttachmentView>('/api/attachments', form, progress, signal)
  },
}

export const attachmentPath = (attachment: Pick<AttachmentView, 'id'>) => `/api/attachments/${id(attachment.id)}`
