/** What may be asked for, chosen and sent, before the server is asked. Pure. */
import { cases } from '@/locale/zh-CN/cases'
import { toDate, type Moment } from '@/locale/time-words'
import type { AttendanceStatus, CaseView } from '@/protocol/api'
import type { Attendance } from '@/pages/desk/shapes'

export const LARGEST_FILE = 10 * 1024 * 1024
const LARGEST_VIDEO = 200 * 1024 * 1024
const ENDINGS = ['jpg', 'jpeg', 'png', 'webp', 'pdf', 'docx', 'xlsx', 'pptx', 'mp4']
const PICTURES = ['jpg', 'jpeg', 'png', 'webp']
export const ACCEPT = ENDINGS.map((ending) => `.${ending}`).join(',')
export const ACCEPT_PICTURES = PICTURES.map((ending) => `.${ending}`).join(',')
export const LONGEST_REASON = 300
/** As the server counts them. */
const APPEAL_DAYS = 30

/** What stands in the way of this file; the server looks at its bytes besides. */
export function fileTrouble(file: Pick<File, 'name' | 'size'>, pictures = false): string {
  const ending = file.name.split('.').pop()?.toLowerCase() ?? ''
  if (!(pictures ? PICTURES : ENDINGS).includes(ending)) return pictures ? cases.file.wrongPicture : cases.file.wrongKind
  if (file.size === 0) return cases.file.empty
  if (file.size > (ending === 'mp4' ? LARGEST_VIDEO : LARGEST_FILE)) return cases.file.tooLarge
  return ''
}

/** What is wrong with a reason: it must be there unless it may be missing. */
export function reasonTrouble(reason: string, missing: string | null): string {
  if (missing !== null && reason.trim() === '') return missing
  return Array.from(reason.trim()).length > LONGEST_REASON ? cases.tooLong(LONGEST_REASON) : ''
}

/** The newest appeal of this Session. */
export function appealOf(all: readonly CaseView[], session: string): CaseView | undefined {
  return all.find((one) => one.kind === 'appeal' && one.session === session)
}

/** May this record be appealed now? One that says “present” without a mark needs no explanation. */
export function mayAppeal(row: Pick<Attendance, 'session' | 'ended_at' | 'record'>, all: readonly CaseView[], now: Moment): boolean {
  if (!row.ended_at || row.record.ongoing) return false
  const { status, late, left_early } = row.record
  if (status === 'present' && !late && !left_early) return false
  if (appealOf(all, row.session)?.state === 'open') return false
  return toDate(now).getTime() - toDate(row.ended_at).getTime() <= APPEAL_DAYS * 86_400_000
}

export interface Verdict { status: AttendanceStatus; late: boolean; left_early: boolean }

/** `出席，迟到` */
export function verdictWords(verdict: Verdict): string {
  const marks = [verdict.late ? cases.marks.late : '', verdict.left_early ? cases.marks.early : ''].filter(Boolean)
  return [cases.status[verdict.status], ...marks].join('，')
}

/** A decided verdict carries marks only when somebody was present. */
export function settled(verdict: Verdict): Verdict {
  return verdict.status === 'present' ? verdict : { status: verdict.status, late: false, left_early: false }
}
