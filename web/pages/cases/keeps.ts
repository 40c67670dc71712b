/** Does the person who is signed in decide about others: as a host of a studio, an office or an admin? */
import { computed } from 'vue'
import { me } from '@/api/me'

export const keeps = computed(() => {
  const one = me.value
  return one !== null && (one.account.role !== 'teacher' || one.memberships.some((membership) => membership.role === 'host'))
})
