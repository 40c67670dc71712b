import { describe, expect, it } from 'vitest'
import type { Member, MemberRole } from '@/pages/desk/shapes'
import { isOn, rosterOf } from './roster'

const member = (name: string, role: MemberRole, from: string, to: string | null, rural = false): Member => ({
  membership: `${name}-${role}`, account: { id: name, name, title: '', school: { id: 's', name: '小学', rural } }, role, from, to, new_teacher: false, backbone: false,
})

describe('the roster of a studio', () => {
  it('the last day still counts', () => {
    const m = member('甲', 'core', '2026-01-01', '2026-11-20')
    expect([isOn(m, '2026-11-20'), isOn(m, '2026-11-21'), isOn(m, '2025-12-31')]).toEqual([true, false, false])
  })
  it('hosts come first and empty roles are left out', () => {
    const roster = rosterOf([member('甲', 'follower', '2026-01-01', null), member('乙', 'host', '2026-01-01', null)], '2026-11-20')
    expect(roster.groups.map((g) => g.role)).toEqual(['host', 'follower'])
  })
  it('a person with two roles is one person', () => {
    const roster = rosterOf([member('甲', 'host', '2026-01-01', null, true), member('甲', 'core', '2026-01-01', null, true)], '2026-11-20')
    expect([roster.people, roster.rural]).toEqual([1, 1])
  })
  it('who has left is former and not counted', () => {
    const roster = rosterOf([member('甲', 'core', '2025-01-01', '2026-08-31', true)], '2026-11-20')
    expect([roster.people, roster.rural, roster.former.length]).toEqual([0, 0, 1])
  })
})
