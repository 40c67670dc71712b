/** Follows a media query for as long as the component lives. */
import { onScopeDispose, ref } from 'vue'
import type { Ref } from 'vue'

export function useMediaQuery(query: string): Ref<boolean> {
  const list = matchMedia(query)
  const matches = ref(list.matches)
  const follow = () => (matches.value = list.matches)
  // Safari 13 knows only the older pair of names.
  if (list.addEventListener) list.addEventListener('change', follow)
  else list.addListener(follow)
  onScopeDispose(() => (list.removeEventListener ? list.removeEventListener('change', follow) : list.removeListener(follow)))
  return matches
}
