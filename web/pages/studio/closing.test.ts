import { describe, expect, it } from 'vitest'
import type { ActivityCard, MemberView } from '@/protocol/api'
import { endsFor, isClosed, plannedAfter } from './closing'

const member = (id: string, to: string | null) => ({ account: { id }, to }) as unknown as MemberView
const activity = (planned_start: string, state = 'planned') => ({ planned_start, state }) as unknown as ActivityCard

describe('a closing', () => {
  it('holds from the day after the last one', () => {
    expect(isClosed({ last_day: '2026-11-30' }, '2026-11-30')).toBe(false)
    expect(isClosed({ last_day: '2026-11-30' }, '2026-12-01')).toBe(true)
    expect(isClosed({ last_day: null }, '2026-12-01')).toBe(false)
  })
  it('ends each member once, but nobody who left before', () => {
    const members = [member('a', null), member('a', '2026-12-31'), member('b', '2026-11-30'), member('c', '2026-12-01')]
    expect(endsFor(members, '2026-11-30')).toBe(2)
  })
  it('calls off what is planned for a later day', () => {
    const planned = [activity('2026-11-30T23:30:00+08:00'), activity('2026-12-01T00:00:00+08:00'), activity('2026-12-02T09:00:00+08:00', 'cancelled')]
    expect(plannedAfter(planned, '2026-11-30')).toBe(1)
  })
})
