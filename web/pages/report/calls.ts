/** What the report pages ask the server. */
import { api } from '@/api/client'
import type { ReportView, SheetAnswer, VerificationView, YearReportView } from '@/protocol/api'

const id = encodeURIComponent

export const reportCalls = {
  report: (session: string, signal?: AbortSignal) => api.get<ReportView>(`/api/sessions/${id(session)}/report`, { signal }),
  year: (studio: string, year: number, signal?: AbortSignal) => api.get<YearReportView>(`/api/studios/${id(studio)}/attendance`, { query: { year }, signal }),
  verification: (code: string, signal?: AbortSignal) => api.get<VerificationView>(`/api/verifications/${id(code)}`, { signal }),
  sheet: (activity: string, file: File, check: boolean) => {
    const form = new FormData()
    form.append('file', file)
    return api.upload<SheetAnswer>(`/api/activities/${id(activity)}/sign-in-sheet`, form, { query: { check } })
  },
}

/** Where files are taken from. */
export const files = {
  report: (session: string) => `/api/sessions/${id(session)}/report/`,
  year: (studio: string) => `/api/studios/${id(studio)}/attendance/`,
  pack: (activity: string) => `/api/activities/${id(activity)}/evidence-pack`,
  yearPack: (studio: string, year: number) => `/api/studios/${id(studio)}/evidence-pack?year=${year}`,
  mine: '/api/me/attendance/',
  template: (activity: string) => `/api/activities/${id(activity)}/sign-in-sheet`,
}
