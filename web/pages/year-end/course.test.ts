import { describe, expect, it } from 'vitest'
import type { CertificateView, YearEndCard, YearEndRow } from '@/protocol/api'
import { dayAfter, dayWords, daysBetween, dueOf, mayRenew, nextOf, stepOf } from './course'

const card = (change: Partial<YearEndCard>) => ({ stage: 'published', over: false, open: 0, ...change }) as YearEndCard
const row = (id: string, passes: boolean, corrected?: boolean) =>
  ({ studio: { id, name: id }, outcome: { passes }, corrections: corrected === undefined ? [] : [{ passes: corrected, word: { at: '2027-02-03T12:00:00+08:00' } }] }) as unknown as YearEndRow
const held = (id: string, kind: 'grade' | 'credits', revoked = false) =>
  ({ id: `${kind}-${id}-${revoked}`, kind, studio: { id, name: id }, person: null, revoked: revoked ? { reason: '', by: '', at: '2027-02-01T12:00:00+08:00' } : null }) as CertificateView

describe('the course of a year', () => {
  it('is final only after the publication, when nothing is open', () => {
    expect(nextOf(card({ stage: 'frozen' }))).toBe('publish')
    expect(nextOf(card({ open: 2 }))).toBe('wait')
    expect(nextOf(card({ over: true, open: 2 }))).toBe('answer')
    expect(nextOf(card({ over: true }))).toBe('settle')
    expect(nextOf(card({ stage: 'final', over: true }))).toBe('certify')
    expect(nextOf(card({ stage: 'withdrawn', over: true }))).toBe('none')
  })
  it('counts a step as done when the next one began', () => {
    expect([card({ stage: 'frozen' }), card({}), card({ over: true }), card({ stage: 'final' })].map(stepOf)).toEqual([1, 2, 3, 4])
  })
})

describe('certificates that are due', () => {
  it('are those of Studios that passed and hold none', () => {
    const rows = [row('a', true), row('b', true), row('c', false), row('d', true)]
    expect(dueOf(rows, [held('a', 'grade'), held('b', 'grade', true), held('d', 'credits')])).toBe(1)
  })
  it('are due again only after a correction; what was revoked is given again by itself', () => {
    const revoked = held('a', 'grade', true)
    expect(dueOf([row('a', true)], [revoked])).toBe(0)
    expect(dueOf([row('a', false, true)], [revoked])).toBe(1)
    expect(mayRenew(revoked, [revoked])).toBe(true)
    expect(mayRenew(revoked, [revoked, held('a', 'grade')])).toBe(false)
    expect(mayRenew(revoked, [revoked, held('b', 'grade'), held('a', 'credits')])).toBe(true)
    expect(mayRenew(held('a', 'grade'), [held('a', 'grade')])).toBe(false)
  })
  it('follow the last correction', () => {
    expect(dueOf([row('a', true, false), row('b', false, true)], [])).toBe(1)
  })
})

describe('days of the calendar', () => {
  it('go over months and years', () => {
    expect(dayAfter('2026-12-28', 6)).toBe('2027-01-03')
    expect(daysBetween('2026-12-28', '2027-01-03')).toBe(6)
  })
  it('are said with the year only when it is another one', () => {
    expect(dayWords('2027-01-11', '2027-01-05')).toBe('1月11日')
    expect(dayWords('2027-01-11', '2026-12-31')).toBe('2027年1月11日')
  })
})
