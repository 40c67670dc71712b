/** How many pixels of the device an element is wide, told when it changes: what a picture needs, no more. */
import { onScopeDispose, ref, watch } from 'vue'
import type { Ref } from 'vue'

/** Beyond two pixels of the device per pixel of the page nobody sees a difference in a face. */
const DENSEST = 2
/** Smaller changes decide nothing. */
const STEP = 16

/** 0 before it was measured. */
export function useWidth(element: Ref<HTMLElement | null>): Ref<number> {
  const width = ref(0)
  const observer = new ResizeObserver((entries) => {
    const css = entries[entries.length - 1]?.contentRect.width ?? 0
    width.value = Math.ceil((css * Math.min(DENSEST, devicePixelRatio || 1)) / STEP) * STEP
  })
  watch(
    element,
    (now, before) => {
      if (before) observer.unobserve(before)
      if (now) observer.observe(now)
    },
    { flush: 'post', immediate: true },
  )
  onScopeDispose(() => observer.disconnect())
  return width
}
