/** Hears a video element that comes and goes with the page: its listeners leave with it. */
import { onBeforeUnmount, watch } from 'vue'
import type { Ref } from 'vue'

/** `here` is called for each element, once it is listened to. */
export function useVideoListeners<Video extends HTMLVideoElement>(
  video: Ref<Video | null | undefined>,
  listen: Record<string, (video: Video) => void>,
  here?: () => void,
): void {
  const removers: (() => void)[] = []
  const remove = () => {
    for (const one of removers.splice(0)) one()
  }
  watch(
    video,
    (element) => {
      remove()
      if (!element) return
      for (const [name, hear] of Object.entries(listen)) {
        const listener = () => hear(element)
        element.addEventListener(name, listener)
        removers.push(() => element.removeEventListener(name, listener))
      }
      here?.()
    },
    { flush: 'post' },
  )
  onBeforeUnmount(remove)
}
