/** Who guides whom and which schools a Studio helps: what the server is asked, and what a form needs. */
import { api } from '@/api/client'
import { mentoring as w } from '@/locale/zh-CN/mentoring'
import type { FieldErrors } from '@/pages/desk/form'
import type { EndForm, HelpedSchoolForm, HelpedSchoolView, MentorForm, MentorView, Rows } from '@/protocol/api'

const id = encodeURIComponent

export const calls = {
  mentors: (studio: string, signal?: AbortSignal) => api.get<Rows<MentorView>>(`/api/studios/${id(studio)}/mentors`, { signal }).then((answer) => answer.rows),
  addMentor: (studio: string, form: MentorForm) => api.post<MentorView>(`/api/studios/${id(studio)}/mentors`, form),
  endMentor: (mentor: string, form: EndForm) => api.patch<MentorView>(`/api/mentors/${id(mentor)}`, form),
  helped: (studio: string, signal?: AbortSignal) => api.get<Rows<HelpedSchoolView>>(`/api/studios/${id(studio)}/helped-schools`, { signal }).then((answer) => answer.rows),
  addHelped: (studio: string, form: HelpedSchoolForm) => api.post<HelpedSchoolView>(`/api/studios/${id(studio)}/helped-schools`, form),
  endHelped: (helped: string, form: EndForm) => api.patch<HelpedSchoolView>(`/api/helped-schools/${id(helped)}`, form),
}

interface Lasting { from: string; to: string | null }

/** What goes on, as told by its beginning, and what is over, the last one first. */
export function byEnd<T extends Lasting>(all: readonly T[], today: string): { present: T[]; over: T[] } {
  const over = (one: T) => one.to !== null && one.to < today
  return { present: all.filter((one) => !over(one)), over: all.filter(over).reverse() }
}

export function checkDays(v: { from: string; to: string }): FieldErrors {
  const errors: FieldErrors = {}
  if (v.from === '') errors.from = w.fromMissing
  else if (v.to !== '' && v.to < v.from) errors.to = w.endEarly
  return errors
}

export function checkMentor(v: { mentor: string; from: string; to: string }, mentee: { value: string } | null): FieldErrors {
  const errors: FieldErrors = {}
  if (v.mentor === '') errors.mentor = w.mentors.mentorMissing
  if (!mentee) errors.mentee = w.mentors.menteeMissing
  else if (mentee.value !== '' && mentee.value === v.mentor) errors.mentee = w.mentors.itself
  return { ...errors, ...checkDays(v) }
}
