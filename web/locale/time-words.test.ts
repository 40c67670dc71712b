import { describe, expect, it } from 'vitest'
import {
  clockSpan, dateField, daysBetween, dayWords, durationWords, fromFields, isoHere, leftWords, nearDayWords, plannedWords,
  schoolYear, semester, startOfWeek, startsInWords,
} from './time-words'

// Local constructors: the facts hold in whatever zone the tests run.
const friday = new Date(2026, 10, 20, 15, 12)
const at = (h: number, m = 0, day = 20) => new Date(2026, 10, day, h, m)

describe('time words', () => {
  it('a span on one day names the hours only', () => {
    expect(clockSpan(at(14, 30), at(16))).toBe('14:30–16:00')
  })
  it('a span over midnight names the day it ends', () => {
    expect(clockSpan(at(22), at(1, 0, 21))).toBe('22:00–11月21日 01:00')
  })
  it('near days are named, far days are dated', () => {
    expect(nearDayWords(at(9), friday)).toBe('今天')
    expect(nearDayWords(at(9, 0, 21), friday)).toBe('明天')
    expect(nearDayWords(at(23, 59, 19), friday)).toBe('昨天')
    expect(nearDayWords(at(9, 0, 27), friday)).toBe('11月27日 星期五')
  })
  it('another year is written out', () => {
    expect(dayWords(new Date(2025, 0, 3), friday)).toBe('2025年1月3日 星期五')
    expect(plannedWords(at(14, 30, 27), at(16, 0, 27), friday)).toBe('11月27日 星期五 14:30–16:00')
  })
  it('days are calendar days, not spans of 24 hours', () => {
    expect(daysBetween(at(23, 59), at(0, 1, 21))).toBe(1)
    expect(daysBetween(at(0, 1), at(23, 59))).toBe(0)
  })
  it('the week begins on Monday', () => {
    expect(dateField(startOfWeek(friday))).toBe('2026-11-16')
    expect(dateField(startOfWeek(new Date(2026, 10, 22)))).toBe('2026-11-16')
    expect(dateField(startOfWeek(new Date(2026, 10, 16)))).toBe('2026-11-16')
  })
  it('durations are whole minutes, then hours', () => {
    expect(durationWords(59_999)).toBe('不到 1 分钟')
    expect(durationWords(42 * 60_000 + 59_000)).toBe('42 分钟')
    expect(durationWords(60 * 60_000)).toBe('1 小时')
    expect(durationWords(72 * 60_000)).toBe('1 小时 12 分钟')
  })
  it('a start is told in the unit that helps', () => {
    expect(startsInWords(at(15, 12), friday)).toBe('马上开始')
    expect(startsInWords(at(16, 20), friday)).toBe('68 分钟后开始')
    expect(startsInWords(at(19, 30), friday)).toBe('4 小时后开始')
    expect(startsInWords(at(9, 0, 21), friday)).toBe('明天 09:00 开始')
    expect(startsInWords(at(15), friday)).toBe('已到时间，等主持人开始')
  })
  it('what is left never goes below zero', () => {
    expect(leftWords(at(16), friday)).toBe('还有 48 分钟')
    expect(leftWords(at(15), friday)).toBe('已到计划结束时间')
  })
  it('a school year runs from September to August', () => {
    expect(schoolYear(friday).words).toBe('2026–2027 学年')
    expect(schoolYear(new Date(2027, 7, 31)).words).toBe('2026–2027 学年')
    expect(schoolYear(new Date(2027, 8, 1)).words).toBe('2027–2028 学年')
  })
  it('January belongs to the autumn semester', () => {
    expect(dateField(semester(new Date(2027, 0, 10)).from)).toBe('2026-09-01')
    expect(dateField(semester(new Date(2027, 1, 10)).from)).toBe('2027-02-01')
    expect(dateField(semester(friday).to)).toBe('2027-02-01')
  })
  it('fields become a time with an offset, and the same moment comes back', () => {
    const iso = fromFields('2026-11-20', '14:30')
    expect(iso).toMatch(/^2026-11-20T14:30:00[+-]\d\d:\d\d$/)
    expect(new Date(iso ?? '').getTime()).toBe(at(14, 30).getTime())
    expect(isoHere(iso ?? '')).toBe(iso)
  })
  it('an incomplete field is no time', () => {
    expect(fromFields('', '14:30')).toBeNull()
    expect(fromFields('2026-11-20', '')).toBeNull()
    expect(fromFields('2026-11-20', '1430')).toBeNull()
  })
})
