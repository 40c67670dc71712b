/** The roster of a studio on a day: who is in it now by role, and who was. Days are `2026-11-20`, so they compare as text. */
import type { Member, MemberRole } from '@/pages/desk/shapes'

const ORDER: MemberRole[] = ['host', 'adviser', 'core', 'trainee', 'follower']

export interface Roster {
  groups: { role: MemberRole; members: Member[] }[]
  former: Member[]
  /** People, not Memberships: one person may hold two. */
  people: number
  rural: number
}

/** A Membership counts on its last day too. */
export const isOn = (member: Member, today: string) => member.from <= today && (member.to === null || today <= member.to)

export function rosterOf(members: readonly Member[], today: string): Roster {
  // Somebody who begins next week belongs to the roster that is shown; only who has left is former.
  const current = members.filter((m) => m.to === null || today <= m.to)
  const people = new Map(current.map((m) => [m.account.id, m]))
  return {
    groups: ORDER.map((role) => ({ role, members: current.filter((m) => m.role === role) })).filter((g) => g.members.length > 0),
    former: members.filter((m) => m.to !== null && m.to < today),
    people: people.size,
    rural: [...people.values()].filter((m) => m.account.school?.rural).length,
  }
}
