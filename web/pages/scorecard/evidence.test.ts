import { expect, it } from 'vitest'
import type { CriterionView, EvidenceView } from '@/protocol/api'
import { checkEvidence, checkReview, peopleOf, waitingFor } from './evidence'

const good = { title: '研修案例', day: '2026-11-20', files: 1, sending: false }

it('wants a name, a day that has come, and a file that has arrived', () => {
  expect(checkEvidence(good, '2026-11-20')).toEqual({})
  expect(Object.keys(checkEvidence({ title: ' ', day: '', files: 0, sending: false }, '2026-11-20'))).toEqual(['title', 'day', 'files'])
  expect(checkEvidence({ ...good, day: '2026-11-21' }, '2026-11-20')).toHaveProperty('day')
  expect(checkEvidence({ ...good, sending: true }, '2026-11-20')).toHaveProperty('files')
})
it('wants a number with an acceptance and a reason with a refusal', () => {
  expect(checkReview({ count: 1, reason: '' }, true, 1000)).toEqual({})
  expect(checkReview({ count: '0', reason: '' }, true, 1000)).toHaveProperty('count')
  expect(checkReview({ count: 1.5, reason: '' }, true, 1000)).toHaveProperty('count')
  expect(checkReview({ count: 0, reason: ' ' }, false, 1000)).toHaveProperty('reason')
  expect(checkReview({ count: 0, reason: '不清楚' }, false, 1000)).toEqual({})
})
it('takes as many as what is counted may be', () => {
  expect(checkReview({ count: 10000, reason: '' }, true, 1000)).toEqual({ count: '请填 1 到 1000 之间的数。' })
  expect(checkReview({ count: 10000, reason: '' }, true, 1000000)).toEqual({})
})
it('asks whose it is only where each person is asked, and names each once', () => {
  const subject = (account: string | null, name: string | null) => ({ account, name })
  const one = { parts: [{ subjects: [subject('a', '何志强'), subject('a', '何志强'), subject(null, null)] }] } as unknown as CriterionView
  expect(peopleOf(one)).toEqual([{ id: 'a', name: '何志强' }])
})
it('counts what waits for a reviewer', () => {
  const paper = (key: string, state: string) => ({ slot: { key, title: '' }, state }) as unknown as EvidenceView
  expect(waitingFor({ slots: [{ key: 'case', title: '' }] }, [paper('case', 'waiting'), paper('case', 'accepted'), paper('other', 'waiting')])).toBe(1)
})
