/** 省流模式 is remembered in this browser: whoever pays for every megabyte today does so tomorrow. */
import type { LineMode } from '@/protocol/signaling'

const KEY = 'lectern-line-mode'
const MODES: readonly string[] = ['auto', 'saving', 'sound_only'] satisfies LineMode[]

export function keptMode(): LineMode {
  try {
    const kept = localStorage.getItem(KEY)
    return kept !== null && MODES.includes(kept) ? (kept as LineMode) : 'auto'
  } catch {
    return 'auto'
  }
}

export function keepMode(mode: LineMode): void {
  try {
    localStorage.setItem(KEY, mode)
  } catch {
    // A browser that keeps nothing starts with 自动 next time.
  }
}
