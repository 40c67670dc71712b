import { expect, test } from 'vitest'
import type { CaseView } from '@/protocol/api'
import type { Attendance } from '@/pages/desk/shapes'
import { sizeWords } from '@/locale/size-words'
import { appealOf, fileTrouble, mayAppeal, reasonTrouble, settled, verdictWords } from './check'

const row = (record: Partial<Attendance['record']>, ended_at: string | null = '2026-11-20T16:00:00+08:00') =>
  ({ session: 's1', ended_at, record: { status: 'absent', late: false, left_early: false, ongoing: false, ...record } }) as Attendance
const appeal = (state: CaseView['state'], session = 's1') => ({ kind: 'appeal', session, state }) as CaseView
const NOW = '2026-11-25T10:00:00+08:00'

test('what is not simply present may be appealed for thirty days, once at a time', () => {
  expect(mayAppeal(row({}), [], NOW)).toBe(true)
  expect(mayAppeal(row({ status: 'present', late: true }), [], NOW)).toBe(true)
  expect(mayAppeal(row({ status: 'present' }), [], NOW)).toBe(false)
  expect(mayAppeal(row({}, null), [], NOW)).toBe(false)
  expect(mayAppeal(row({ ongoing: true, status: 'unknown' }), [], NOW)).toBe(false)
  expect(mayAppeal(row({}), [appeal('open')], NOW)).toBe(false)
  expect(mayAppeal(row({}), [appeal('refused'), appeal('open', 's2')], NOW)).toBe(true)
  expect(mayAppeal(row({}), [], '2026-12-21T10:00:00+08:00')).toBe(false)
})

test('the newest appeal of a session speaks for it', () => {
  expect(appealOf([appeal('open'), appeal('refused')], 's1')?.state).toBe('open')
  expect(appealOf([{ kind: 'leave', session: null } as CaseView], 's1')).toBeUndefined()
})

test('a file is refused before it travels', () => {
  expect(fileTrouble({ name: '签到表.XLSX', size: 10 })).toBe('')
  expect(fileTrouble({ name: '照片.exe', size: 10 })).toContain('只收')
  expect(fileTrouble({ name: '照片', size: 10 })).toContain('只收')
  expect(fileTrouble({ name: '照片.jpg', size: 11 * 1024 * 1024 })).toContain('10 MB')
  expect(fileTrouble({ name: '优质课.mp4', size: 200 * 1024 * 1024 })).toBe('')
  expect(fileTrouble({ name: '优质课.mp4', size: 200 * 1024 * 1024 + 1 })).toContain('200 MB')
  expect(fileTrouble({ name: '优质课.mp4', size: 10 }, true)).toContain('图片')
  expect(fileTrouble({ name: '证明.pdf', size: 10 }, true)).toContain('图片')
  expect(fileTrouble({ name: '照片.jpg', size: 0 })).not.toBe('')
})

test('a reason is there, and short enough to be read', () => {
  expect(reasonTrouble(' ', '请写明原因。')).toBe('请写明原因。')
  expect(reasonTrouble(' ', null)).toBe('')
  expect(reasonTrouble('长'.repeat(301), null)).toContain('300')
})

test('marks belong to the present', () => {
  expect(settled({ status: 'absent', late: true, left_early: true })).toEqual({ status: 'absent', late: false, left_early: false })
  expect(verdictWords({ status: 'present', late: true, left_early: true })).toBe('出席，迟到，早退')
})

test('sizes are told as people know them', () => {
  expect([sizeWords(10), sizeWords(320_000), sizeWords(1_500_000), sizeWords(2_250_000_000)]).toEqual(['1 KB', '320 KB', '1.5 MB', '2.25 GB'])
})
