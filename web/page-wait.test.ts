import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { PageWatch } from './page-wait'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('a page that comes at once shows no bar', () => {
  const watch = new PageWatch()
  watch.begin()
  vi.advanceTimersByTime(399)
  expect(watch.state.value).toBe('short')
  watch.end()
  vi.advanceTimersByTime(60_000)
  expect(watch.state.value).toBe('no')
})

test('a slow page shows a bar, and after twelve seconds offers to be loaded again', () => {
  const watch = new PageWatch()
  watch.begin()
  vi.advanceTimersByTime(400)
  expect(watch.state.value).toBe('seen')
  vi.advanceTimersByTime(11_600)
  expect(watch.state.value).toBe('long')
})

test('the next page is waited for anew', () => {
  const watch = new PageWatch()
  watch.begin()
  vi.advanceTimersByTime(11_999)
  watch.begin()
  vi.advanceTimersByTime(11_999)
  expect(watch.state.value).toBe('seen')
})
