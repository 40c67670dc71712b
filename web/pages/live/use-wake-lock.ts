/** Keeps a phone's screen on while a lesson is watched: a screen that sleeps hides the page and stops the minutes. */
import { onScopeDispose } from 'vue'

export function useWakeLock(): void {
  let lock: WakeLockSentinel | null = null
  let over = false
  const take = async () => {
    if (over || document.visibilityState !== 'visible' || (lock && !lock.released)) return
    try {
      const taken = (await navigator.wakeLock?.request('screen')) ?? null
      // The room may have been left while the browser thought about it.
      if (over) void taken?.release()
      else lock = taken
    } catch {
      // Low battery, an old browser: the person's own settings rule.
    }
  }
  void take()
  document.addEventListener('visibilitychange', take)
  onScopeDispose(() => {
    over = true
    document.removeEventListener('visibilitychange', take)
    void lock?.release()
  })
}
