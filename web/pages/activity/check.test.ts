import { describe, expect, it } from 'vitest'
import { checkActivity, toForm, type ActivityFields } from './check'

const now = new Date(2026, 10, 20, 15, 0)
const good: ActivityFields = {
  title: '习作单元整体教学', kind: 'seminar', mode: 'online', level: 'county', audience: '', date: '2026-11-21', start: '14:30', end: '16:00',
  presenters: [], series: '', guests: false, summary: '', place: '',
}
const wrong = (change: Partial<ActivityFields>, before: string | null = null) => Object.keys(checkActivity({ ...good, ...change }, now, before)).sort()

describe('planning an activity', () => {
  it('a complete plan has nothing wrong', () => expect(checkActivity(good, now, null)).toEqual({}))
  it('every missing part is named at once', () => expect(wrong({ title: ' ', date: '', start: '', end: '' })).toEqual(['date', 'end', 'start', 'title']))
  it('it ends after it begins', () => {
    expect(wrong({ end: '14:30' })).toEqual(['end'])
    expect(wrong({ end: '14:00' })).toEqual(['end'])
  })
  it('a new plan does not lie in the past', () => expect(wrong({ date: '2026-11-19' })).toEqual(['start']))
  it('a plan for right now is not late', () => expect(wrong({ date: '2026-11-20', start: '14:57' })).toEqual([]))
  it('an old start may stay, another past one may not', () => {
    const before = new Date(2026, 10, 19, 14, 30).toISOString()
    expect(wrong({ date: '2026-11-19' }, before)).toEqual([])
    expect(wrong({ date: '2026-11-18' }, before)).toEqual(['start'])
  })
  it('people who meet need a place', () => {
    expect(wrong({ mode: 'onsite' })).toEqual(['place'])
    expect(wrong({ mode: 'mixed', place: '县教师进修学校' })).toEqual([])
  })
  it('length is counted in characters, not in UTF-16 units', () => {
    expect(wrong({ title: '𠮷'.repeat(60) })).toEqual([])
    expect(wrong({ title: '字'.repeat(61) })).toEqual(['title'])
  })
  it('what is sent has times with an offset and no empty series', () => {
    const form = toForm({ ...good, title: ' 习作 ', place: '不该留下' })
    expect(form.title).toBe('习作')
    expect(form.series).toBeNull()
    expect(form.place).toBe('')
    expect(new Date(form.planned_start).getTime()).toBe(new Date(2026, 10, 21, 14, 30).getTime())
  })
})
