/** What the pages of replay and library ask the server. */
import { api, csrfToken, upload } from '@/api/client'
import type { PageOf } from '@/pages/desk/shapes'
import type { ViewReport } from '@/session/replay-meter'
import type {
  CommentView, CourseView, LessonPlanOrder, LessonPlanView, MyReplayView, RecordingView, ReplayView, ResourceChange, ResourceHit, ResourceStepView, ResourceView, SubtitlesAnswer, ViewAnswer, ViewForm, Visibility,
} from './shapes'
import type { RatingForm, Rows, StudioStorage } from '@/protocol/api'

const id = encodeURIComponent
const rows = <T>(answer: Rows<T>) => answer.rows
const path = (resource: string, rest = '') => `/api/resources/${id(resource)}${rest}`

export interface LibrarySearch { search?: string; studio?: string; subject?: string; stage?: string; kind?: string; selection?: string; series?: string; page?: number; size?: number }

export const calls = {
  library: (search: LibrarySearch, signal?: AbortSignal) => api.get<PageOf<ResourceHit>>('/api/resources', { query: { ...search }, signal }),
  resource: (resource: string, signal?: AbortSignal) => api.get<ResourceView>(path(resource), { signal }),
  replay: (resource: string, signal?: AbortSignal, whole = false) => api.get<ReplayView>(path(resource, '/replay'), { query: { whole: whole || undefined }, signal }),
  told: (resource: string, view: string, report: ViewReport) => api.post<ViewAnswer>(path(resource, '/views'), { view, ...report } satisfies ViewForm),

  comments: (resource: string, signal?: AbortSignal) => api.get<Rows<CommentView>>(path(resource, '/comments'), { signal }).then(rows),
  comment: (resource: string, ms: number | null, text: string) => api.post<CommentView>(path(resource, '/comments'), { ms, text }),
  deleteComment: (comment: string) => api.delete<unknown>(`/api/comments/${id(comment)}`),
  rate: (resource: string, rating: RatingForm) => api.put<unknown>(path(resource, '/rating'), rating),

  /** What I have begun, the latest first. */
  myReplays: (signal?: AbortSignal) => api.get<Rows<MyReplayView>>('/api/me/replays', { signal }).then(rows),
  course: (series: string, signal?: AbortSignal) => api.get<CourseView>(`/api/library/series/${id(series)}`, { signal }),
  plans: (signal?: AbortSignal) => api.get<Rows<LessonPlanView>>('/api/lesson-plans', { signal }).then(rows),
  createPlan: (title: string) => api.post<LessonPlanView>('/api/lesson-plans', { title }),
  collect: (plan: string, resource: string) => api.put<unknown>(`/api/lesson-plans/${id(plan)}/resources/${id(resource)}`),
  uncollect: (plan: string, resource: string) => api.delete<unknown>(`/api/lesson-plans/${id(plan)}/resources/${id(resource)}`),

  order: (plan: string, resources: string[]) => api.put<unknown>(`/api/lesson-plans/${id(plan)}`, { resources } satisfies LessonPlanOrder),

  ofStudio: (studio: string, signal?: AbortSignal) => api.get<Rows<ResourceView>>(`/api/studios/${id(studio)}/resources`, { signal }).then(rows),
  ofActivity: (studio: string, activity: string, signal?: AbortSignal) => api.get<Rows<ResourceView>>(`/api/studios/${id(studio)}/resources`, { query: { activity }, signal }).then(rows),
  storage: (studio: string, signal?: AbortSignal) => api.get<StudioStorage>(`/api/studios/${id(studio)}/storage`, { signal }),
  recordings: (activity: string, signal?: AbortSignal) => api.get<Rows<RecordingView>>('/api/recordings', { query: { activity }, signal }).then(rows),
  add: (studio: string, form: FormData, progress: (share: number) => void, signal: AbortSignal) => upload<ResourceView>(`/api/studios/${id(studio)}/resources`, form, progress, signal),
  change: (resource: string, change: Partial<ResourceChange>) => api.patch<ResourceView>(path(resource), change),
  steps: (resource: string, signal?: AbortSignal) => api.get<Rows<ResourceStepView>>(path(resource, '/steps'), { signal }).then(rows),
  submit: (resource: string) => api.post<ResourceView>(path(resource, '/submit'), {}),
  publish: (resource: string, visibility: Visibility) => api.post<ResourceView>(path(resource, '/publish'), { visibility }),
  sendBack: (resource: string, reason: string) => api.post<ResourceView>(path(resource, '/return'), { reason }),
  withdraw: (resource: string, reason: string) => api.post<ResourceView>(path(resource, '/withdraw'), { reason }),
  nominate: (resource: string, reason: string) => api.post<ResourceView>(path(resource, '/nominate'), { reason }),
  select: (resource: string, selected: boolean, reason: string) => api.post<ResourceView>(path(resource, '/select'), { selected, reason }),
  hold: (resource: string, held: boolean, reason: string) => api.post<ResourceView>(path(resource, '/hold'), { held, reason }),
  attach: (resource: string, attachment: string) => api.post<unknown>(path(resource, '/attachments'), { attachment }),
  detach: (resource: string, attachment: string) => api.delete<unknown>(path(resource, `/attachments/${id(attachment)}`)),
  subtitles: (resource: string, text: string) => api.put<SubtitlesAnswer>(path(resource, '/subtitles'), new Blob([text], { type: 'text/plain' })),
}

/** The last word of a page that goes: a beacon carries no header, so the token travels inside. */
export function tellLast(resource: string, view: string, report: ViewReport): boolean {
  const form: ViewForm = { view, ...report, csrf: csrfToken(document.cookie) ?? '' }
  return navigator.sendBeacon?.(path(resource, '/views'), new Blob([JSON.stringify(form)], { type: 'text/plain' })) ?? false
}
