/** What a keeper asks of an Activity's Classrooms and printed codes. */
import { api } from '@/api/client'
import type { ClassroomForm, ClassroomView, PrintedCodeView, Rows } from '@/protocol/api'

const id = encodeURIComponent

export const placeCalls = {
  classrooms: (activity: string, signal?: AbortSignal) => api.get<Rows<ClassroomView>>(`/api/activities/${id(activity)}/classrooms`, { signal }).then((answer) => answer.rows),
  createClassroom: (activity: string, form: ClassroomForm) => api.post<ClassroomView>(`/api/activities/${id(activity)}/classrooms`, form),
  closeClassroom: (classroom: string) => api.post<unknown>(`/api/classrooms/${id(classroom)}/closing`),
  printedCodes: (activity: string, signal?: AbortSignal) => api.get<Rows<PrintedCodeView>>(`/api/activities/${id(activity)}/printed-codes`, { signal }).then((answer) => answer.rows),
  createPrintedCode: (activity: string, form: { from: string; to: string }) => api.post<PrintedCodeView>(`/api/activities/${id(activity)}/printed-codes`, form),
  closePrintedCode: (code: string) => api.post<unknown>(`/api/printed-codes/${id(code)}/closing`),
}
