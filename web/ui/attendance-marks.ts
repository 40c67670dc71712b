/** Which of the six attendance marks a record carries, and how many of each there are. Pure. */
import type { AttendanceRecord } from '@/pages/desk/shapes'
import { desk } from '@/locale/zh-CN/desk'

export type Mark = 'present' | 'late' | 'early' | 'absent' | 'leave' | 'pending'
export const MARKS: Mark[] = ['present', 'late', 'early', 'leave', 'absent', 'pending']

type Judged = Pick<AttendanceRecord, 'status' | 'late' | 'left_early' | 'ongoing'>

/** Late and left early may both stand; nothing stands yet while a Session goes on and it is not settled. */
export function marksOf(record: Judged): Mark[] {
  switch (record.status) {
    case 'present': {
      const marks: Mark[] = []
      if (record.late) marks.push('late')
      if (record.left_early) marks.push('early')
      return marks.length > 0 ? marks : ['present']
    }
    case 'absent':
      return ['absent']
    case 'excused':
      return ['leave']
    case 'unknown':
      return record.ongoing ? [] : ['pending']
  }
}

/** Each record once, under its first mark. */
export function countMarks(records: readonly Judged[]): Record<Mark, number> {
  const counts: Record<Mark, number> = { present: 0, late: 0, early: 0, leave: 0, absent: 0, pending: 0 }
  for (const record of records) {
    const first = marksOf(record)[0]
    if (first) counts[first] += 1
  }
  return counts
}

/** The parameters name the marks by the same words. */
export function markOfTerm(term: string | null): Mark | undefined {
  return MARKS.find((mark) => desk.marks[mark] === term)
}
