/** Where the assessment lies for whoever is signed in: the office's dashboard, or the scorecard of the own Studio. Pure. */
import type { MemberRole } from '@/protocol/api'

export interface Who {
  readonly account: { readonly role: string }
  readonly memberships: readonly { readonly role: MemberRole; readonly studio: { readonly id: string } }[]
}

/** A Studio that somebody leads comes before one that they learn in. */
const ORDER: readonly MemberRole[] = ['host', 'core', 'trainee', 'adviser', 'follower']

export function assessmentPlace(me: Who | null): string | null {
  if (!me) return null
  if (me.account.role !== 'teacher') return '/office'
  const own = [...me.memberships].sort((a, b) => ORDER.indexOf(a.role) - ORDER.indexOf(b.role))[0]
  return own ? `/studios/${own.studio.id}/scorecard` : null
}
