/** Up to which tier an office founds Studios: its own. Pure. */
import type { AccountView, Tier } from '@/protocol/api'
import { choicesOf } from './vocabulary'

/** From the highest down; a Region's path has as many parts as its kind is deep. */
const TIERS: readonly Tier[] = ['province', 'city', 'county']

export function tiersFor(account: Pick<AccountView, 'role' | 'region_scope'> | undefined): { value: Tier; label: string }[] {
  const depth = account?.role === 'office' && account.region_scope ? account.region_scope.path.split(' / ').length : 1
  const allowed = TIERS.slice(depth - 1)
  return choicesOf<Tier>('tier').filter((one) => allowed.includes(one.value))
}
