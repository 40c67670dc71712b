import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { RotatingCode } from './rotating-code'
import type { CodeAnswer } from '@/protocol/api'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const code = (n: number, next_in_ms = 20_000): CodeAnswer => ({ code: `c${n}`, path: `/s/c${n}`, expires_at: '', next_in_ms })
const settle = () => vi.advanceTimersByTimeAsync(0)

function rotating(...answers: (CodeAnswer | Error)[]) {
  const asked = vi.fn(() => {
    const answer = answers.length > 1 ? answers.shift() : answers[0]
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer as CodeAnswer)
  })
  const one = new RotatingCode(asked)
  one.start()
  return { one, asked }
}

it('is_asked_for_again_when_the_server_said_so', async () => {
  const { one, asked } = rotating(code(1, 7_000), code(2))
  await settle()
  expect(one.state.shown?.code).toBe('c1')
  await vi.advanceTimersByTimeAsync(6_900)
  expect(asked).toHaveBeenCalledTimes(1)
  await vi.advanceTimersByTimeAsync(100)
  expect(one.state.shown?.code).toBe('c2')
  one.stop()
})

it('stays_shown_over_a_short_trouble_and_goes_when_it_is_too_old', async () => {
  const { one } = rotating(code(1), new Error('offline'))
  await settle()
  await vi.advanceTimersByTimeAsync(21_000)
  expect(one.state.shown?.code).toBe('c1')
  expect(one.state.trouble).not.toBeNull()
  await vi.advanceTimersByTimeAsync(12_000)
  expect(one.state.shown).toBeNull()
  one.stop()
})

it('comes_back_by_itself', async () => {
  const { one } = rotating(new Error('offline'), code(1))
  await settle()
  expect(one.state.shown).toBeNull()
  await vi.advanceTimersByTimeAsync(3_000)
  expect(one.state.shown?.code).toBe('c1')
  expect(one.state.trouble).toBeNull()
  one.stop()
})

it('stopped_it_asks_no_more_and_shows_nothing', async () => {
  const { one, asked } = rotating(code(1))
  await settle()
  one.stop()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(asked).toHaveBeenCalledTimes(1)
  expect(one.state.shown).toBeNull()
  expect(vi.getTimerCount()).toBe(0)
})

it('a_hasty_server_is_asked_once_a_second_at_most', async () => {
  const { one, asked } = rotating(code(1, 0))
  await vi.advanceTimersByTimeAsync(3_500)
  expect(asked).toHaveBeenCalledTimes(4)
  one.stop()
})
