import { describe, expect, it } from 'vitest'
import type { CriterionView, GroundView, PartScoreView, SubjectView } from '@/protocol/api'
import { bandOf, byPerson, chipsOf, countWords, criterionOf, hopeWords, hundredths, isMany, lackingWords, percentOf, percentWords, progressUnit, reportsOf, spanWords, standingOf, targetOf, type Place } from './standing'

const criterion = (id: string, change: Partial<CriterionView> = {}): CriterionView => ({
  id, title: `指标${id}`, quote: '', sources: [], class: 'A', class_word: '自动统计', scope: '工作室', period: '每年', state: 'not_yet', at_risk: false, required: true,
  choice: null, taken: false, note: null, sentence: '', done: 0, of: 1, unit: '次', weight: 1, slots: [], parts: [], ...change,
})
const subject = (change: Partial<SubjectView> = {}): SubjectView => ({ account: null, name: null, from: '2026-01-01', to: '2026-12-31', measured: 0, of: 1, waiting: 0, state: 'not_yet', grounds: [], ...change })
const part = (subjects: SubjectView[]): PartScoreView => ({ title: null, rule: '', state: 'not_yet', done: 0, of: 1, unit: '次', subjects })
const held = (day: string, change: Partial<Extract<GroundView, { kind: 'activity' }>> = {}): GroundView => ({ kind: 'activity', activity: 'a', sessions: ['s'], title: '研修', day, counts: true, present: null, of: null, note: null, ...change })

const place: Place = { studio: 'x', scope: 'year', year: 2026, yearEnd: undefined, before: false }

describe('standing', () => {
  it('sets risk and missing papers apart from what goes on', () => {
    expect(standingOf(criterion('1'))).toBe('not_yet')
    expect(standingOf(criterion('1', { at_risk: true, class: 'E' }))).toBe('at_risk')
    expect(standingOf(criterion('1', { class: 'E' }))).toBe('evidence')
    expect(standingOf(criterion('1', { state: 'impossible', at_risk: true }))).toBe('impossible')
  })
  it('has one cell for each thing that counts, and one for a choice', () => {
    const choice = { id: 'c', section: 'two', title: '特色', quote: '', choose: 1, of: [], taken: [], state: 'waiting' as const, confirmed: false, sentence: '', made: null }
    const sections = [
      { id: 'one', title: '', part: '', criteria: [criterion('1', { state: 'met' }), criterion('2')] },
      { id: 'two', title: '', part: '', criteria: [criterion('3', { required: false })] },
    ]
    const cells = bandOf({ sections, choices: [choice] })
    expect(cells.map((one) => [one.id, one.standing])).toEqual([['1', 'met'], ['2', 'not_yet'], ['c', 'waiting']])
    expect(countWords(cells)).toEqual(['1 项已达标', '1 项进行中', '1 项等确认'])
    expect(hopeWords(cells, 41)).toBe('2 项都还来得及。')
    expect(hopeWords(cells, 0)).toBe('')
    expect(hopeWords([{ id: '1', title: '', standing: 'impossible' }], 41)).toBe('1 项已来不及。')
  })
  it('writes shares without rounding them up to a whole', () => {
    expect([hundredths(714), hundredths(0), percentWords(9999), percentWords(3333), percentWords(10_000)]).toEqual(['7.14', '0.00', '99.9%', '33.3%', '100%'])
  })

  it('keeps a bar within its track', () => {
    expect([percentOf(3, 5), percentOf(7, 5), percentOf(1, 0)]).toEqual([60, 100, 0])
  })
})

describe('grounds of a closed row', () => {
  it('are days, shares or people, each leading to its report', () => {
    const texts = (grounds: GroundView[], unit = '次') => chipsOf(subject({ grounds }), { unit, most: 4, place }).chips.map((one) => one.text)
    expect(texts([held('2026-09-25'), held('2026-11-20')])).toEqual(['9月25日', '11月20日'])
    expect(texts([held('2026-09-25', { present: 7, of: 11 })])).toEqual(['7 / 11'])
    expect(texts([held('2026-09-25', { present: 38 })])).toEqual(['9月25日'])
    expect(texts([held('2026-09-25', { present: 38 })], '人')).toEqual(['38 人'])
    expect(chipsOf(subject({ grounds: [held('2026-09-25')] }), { unit: '次', most: 4, place }).chips[0]?.to).toEqual({ name: 'report', params: { session: 's' } })
  })
  it('lead to the Activity where its reports are not for whoever asks, or there are several', () => {
    const activity = { name: 'activity', params: { activity: 'a' } }
    expect(targetOf(held('2026-09-25', { sessions: [] }), place)).toEqual(activity)
    const twice = held('2026-09-25', { sessions: ['s', 't'] })
    expect(targetOf(twice, place)).toEqual(activity)
    expect(reportsOf(twice)).toEqual([{ name: 'report', params: { session: 's' } }, { name: 'report', params: { session: 't' } }])
    expect(reportsOf(held('2026-09-25'))).toEqual([])
  })
  it('all lead somewhere: to a resource, to Evidence on the same scorecard, to the part of the Studio’s page', () => {
    const paper = { title: '微课', counts: true, note: null }
    expect(targetOf({ kind: 'resource', resource: 'r', ...paper }, place)).toEqual({ name: 'resource', params: { resource: 'r' } })
    const evidence: GroundView = { kind: 'evidence', evidence: 'e', ...paper }
    expect(targetOf(evidence, place)).toEqual({ name: 'scorecard', params: { studio: 'x' }, query: { year: '2026' }, hash: '#e-e' })
    expect(targetOf(evidence, { ...place, yearEnd: 'y' })).toEqual({ name: 'frozen-scorecard', params: { yearEnd: 'y', studio: 'x' }, hash: '#e-e' })
    expect(targetOf(evidence, { ...place, yearEnd: 'y', before: true }).query).toEqual({ before: 'true' })
    expect(targetOf({ kind: 'person', account: 'p', name: '林雨桐' }, place).hash).toBe('#h-mem')
    expect(targetOf({ kind: 'person', account: null, name: '林雨桐' }, place).hash).toBe('#h-men')
    expect(targetOf({ kind: 'school', school: 's', name: '上坪小学' }, place).hash).toBe('#h-hel')
    expect(criterionOf({ sections: [{ id: 's', title: '', part: '', criteria: [criterion('1'), criterion('2', { parts: [part([subject({ grounds: [evidence] })])] })] }] }, 'e')).toBe('2')
  })
  it('are counted by what holds where each is asked', () => {
    expect(progressUnit(criterion('1'))).toBe('次')
    expect(progressUnit(criterion('1', { unit: '%', parts: [part([])] }))).toBe('次达标')
  })
  it('tell how many more there are', () => {
    const all = ['01', '02', '03', '04', '05'].map((day) => held(`2026-09-${day}`))
    expect(chipsOf(subject({ grounds: all }), { unit: '次', most: 4, place }).more).toBe(1)
  })
  it('tell what came nearest when nothing counts', () => {
    const near = [held('2026-09-25', { present: 29, counts: false }), held('2026-11-20', { present: 47, counts: false })]
    expect(chipsOf(subject({ grounds: near }), { unit: '次', most: 4, place }).chips.map((one) => one.text)).toEqual(['最高 47 人（11月20日）'])
  })
})

describe('people and periods', () => {
  const of = (name: string, state: SubjectView['state'], month = '01') => subject({ account: name, name, state, from: `2026-${month}-01`, to: `2026-${month}-28` })
  it('names who lacks something', () => {
    const asked = part([of('何志强', 'not_yet'), of('林雨桐', 'met'), of('马海燕', 'not_yet'), of('孙立群', 'not_yet')])
    expect(isMany(asked)).toBe(true)
    expect(lackingWords(asked)).toBe('还差何志强、马海燕等 3 位')
    expect(lackingWords(part([of('林雨桐', 'met')]))).toBe('')
    expect(lackingWords(part([subject({ from: '2026-09-01', to: '2026-09-30' })]))).toBe('还差 9月')
  })
  it('says a whole month by its name', () => {
    expect(spanWords({ from: '2026-02-01', to: '2026-02-28' })).toBe('2月')
    expect(spanWords({ from: '2026-02-01', to: '2026-08-31' })).toBe('2月1日–8月31日')
  })
  it('puts one person’s periods together, those who lack something first', () => {
    const rows = byPerson([of('林雨桐', 'met', '01'), of('何志强', 'met', '01'), of('何志强', 'not_yet', '02')])
    expect(rows.map((one) => [one.name, one.rows.length, one.done])).toEqual([['何志强', 2, 1], ['林雨桐', 1, 1]])
  })
})
