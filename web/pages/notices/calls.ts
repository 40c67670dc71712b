/** What notices ask the server. */
import { api } from '@/api/client'
import type { NoticeDraftForm, NoticeDraftView, NoticeView, Rows } from '@/protocol/api'

const id = encodeURIComponent
const rows = (answer: Rows<NoticeView>) => answer.rows

export const noticeCalls = {
  of: (activity: string, signal?: AbortSignal) => api.get<Rows<NoticeView>>(`/api/activities/${id(activity)}/notices`, { signal }).then(rows),
  waiting: (signal?: AbortSignal) => api.get<Rows<NoticeView>>('/api/notices', { signal }).then(rows),
  send: (activity: string, content: string) => api.post<NoticeView>(`/api/activities/${id(activity)}/notices`, { content }),
  draft: (activity: string) => api.get<NoticeDraftView>(`/api/activities/${id(activity)}/notice-draft`),
  saveDraft: (activity: string, form: NoticeDraftForm) => api.put<NoticeDraftView>(`/api/activities/${id(activity)}/notice-draft`, form),
  decide: (notice: string, approved: boolean, reason = '') => api.post<NoticeView>(`/api/notices/${id(notice)}/decision`, { approved, reason }),
  withdraw: (notice: string, reason: string) => api.post<NoticeView>(`/api/notices/${id(notice)}/withdrawal`, { reason }),
}

/** The numbered paper of an approved one. */
export const noticeFile = (notice: string) => `/api/notices/${id(notice)}/pdf`
