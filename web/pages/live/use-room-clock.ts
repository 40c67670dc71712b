/** The time now, once a second, for as long as the component lives. */
import { onScopeDispose, ref } from 'vue'
import type { Ref } from 'vue'

export function useNow(everyMs = 1000): Ref<number> {
  const now = ref(Date.now())
  const timer = setInterval(() => (now.value = Date.now()), everyMs)
  onScopeDispose(() => clearInterval(timer))
  return now
}
