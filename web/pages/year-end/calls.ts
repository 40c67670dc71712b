/** What the pages of a year's end ask the server. */
import { api } from '@/api/client'
import { everyPage } from '@/pages/desk/calls'
import type {
  AnswerForm, CertificateView, ObjectionForm, ObjectionView, PublicationCard, PublicationView, ResultCorrectionForm, Rows, StudioYearEndView, YearEndForm, YearEndView, YearEndsView,
} from '@/protocol/api'

const id = encodeURIComponent
const rows = <T>(answer: Rows<T>) => answer.rows

export const calls = {
  ofRegion: (region: string, signal?: AbortSignal) => api.get<YearEndsView>(`/api/regions/${id(region)}/year-ends`, { signal }),
  freeze: (region: string, form: YearEndForm) => api.post<YearEndView>(`/api/regions/${id(region)}/year-ends`, form),
  read: (yearEnd: string, signal?: AbortSignal) => api.get<YearEndView>(`/api/year-ends/${id(yearEnd)}`, { signal }),
  publish: (yearEnd: string, until: string, reason: string) => api.post<YearEndView>(`/api/year-ends/${id(yearEnd)}/publication`, { until, reason }),
  settle: (yearEnd: string) => api.post<YearEndView>(`/api/year-ends/${id(yearEnd)}/final`, {}),
  withdraw: (yearEnd: string, reason: string) => api.post<YearEndView>(`/api/year-ends/${id(yearEnd)}/withdrawal`, { reason }),
  correct: (yearEnd: string, form: ResultCorrectionForm) => api.post<YearEndView>(`/api/year-ends/${id(yearEnd)}/corrections`, form),
  object: (yearEnd: string, form: ObjectionForm) => api.post<ObjectionView>(`/api/year-ends/${id(yearEnd)}/objections`, form),
  answer: (objection: string, form: AnswerForm) => api.post<ObjectionView>(`/api/objections/${id(objection)}/answer`, form),
  certify: (yearEnd: string) => api.post<Rows<CertificateView>>(`/api/year-ends/${id(yearEnd)}/certificates`, null).then(rows),
  revoke: (certificate: string, reason: string) => api.post<CertificateView>(`/api/certificates/${id(certificate)}/revocation`, { reason }),
  renew: (certificate: string) => api.post<Rows<CertificateView>>(`/api/certificates/${id(certificate)}/renewal`, null).then(rows),
  mine: (signal?: AbortSignal) => api.get<Rows<CertificateView>>('/api/me/certificates', { signal }).then(rows),
  ofStudio: (studio: string, signal?: AbortSignal) => api.get<Rows<StudioYearEndView>>(`/api/studios/${id(studio)}/year-ends`, { signal }).then(rows),
  publications: (signal?: AbortSignal) => everyPage<PublicationCard>('/api/publications', signal),
  publication: (yearEnd: string, signal?: AbortSignal) => api.get<PublicationView>(`/api/publications/${id(yearEnd)}`, { signal }),
}

/** Where files are taken from. */
export const files = {
  certificates: (yearEnd: string, kind: string, part: number) => `/api/year-ends/${id(yearEnd)}/certificates/pdf?kind=${kind}&part=${part}`,
  certificate: (certificate: string) => `/api/certificates/${id(certificate)}/pdf`,
  annual: (yearEnd: string) => `/api/year-ends/${id(yearEnd)}/report/`,
}
