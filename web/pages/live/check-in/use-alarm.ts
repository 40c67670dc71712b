/** Calls somebody who is waited for: a chime, a phone's buzz, and the window's title, until they answer or it closes. */
import { onScopeDispose, watch } from 'vue'
import { call } from '@/ui/chime'
import { checkIn as words } from '@/locale/zh-CN/check-in'
import type { CheckInModel } from '@/session/check-in-model'

const FLASH_EVERY_MS = 1_000

export function useAlarm(model: CheckInModel): void {
  let called = 0
  let timer: ReturnType<typeof setInterval> | undefined
  let kept = ''

  function ring() {
    void call()
    // Not every browser has it, and none lets it without a tap before.
    navigator.vibrate?.([200, 100, 200])
  }
  function flash(title: string) {
    rest()
    kept = document.title
    let on = true
    document.title = words.flash(title) + kept
    timer = setInterval(() => {
      on = !on
      document.title = on ? words.flash(title) + kept : kept
    }, FLASH_EVERY_MS)
  }
  function rest() {
    clearInterval(timer)
    if (kept) document.title = kept
    kept = ''
  }

  watch(
    () => (model.asked ? model.state.open : null),
    (open, before) => {
      if (open?.number === before?.number) return
      rest()
      if (!open) return
      flash(words.ask[open.purpose].title)
      // A line that came back tells of the same one again.
      if (open.number > called) ring()
      called = Math.max(called, open.number)
    },
    { immediate: true },
  )
  watch(
    () => model.state.reminders,
    () => model.asked && ring(),
  )
  onScopeDispose(rest)
}
