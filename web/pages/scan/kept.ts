/** What this phone keeps: the pass of a scan while somebody signs in, and the seat it took. */
import type { ScanAnswer, SeatAnswer } from '@/protocol/api'

/** A pass over the way to sign-in and back, in this tab only. */
export const passes = {
  keep: (code: string, scan: ScanAnswer) => write(() => sessionStorage, `lectern-pass-${code}`, scan),
  kept: (code: string) => read<ScanAnswer>(() => sessionStorage, `lectern-pass-${code}`),
  forget: (code: string) => remove(() => sessionStorage, `lectern-pass-${code}`),
}

/** The last seat: who scans again is led back to it. */
export const seats = {
  keep: (seat: SeatAnswer) => write(() => localStorage, 'lectern-seat', seat),
  kept: () => read<SeatAnswer>(() => localStorage, 'lectern-seat'),
}

// A browser that keeps nothing asks again next time; even naming its storage may throw.
function read<T>(storage: () => Storage, key: string): T | null {
  try {
    const kept = storage().getItem(key)
    return kept === null ? null : (JSON.parse(kept) as T)
  } catch {
    return null
  }
}
function write(storage: () => Storage, key: string, value: unknown): void {
  try {
    storage().setItem(key, JSON.stringify(value))
  } catch {
    // As above.
  }
}
function remove(storage: () => Storage, key: string): void {
  try {
    storage().removeItem(key)
  } catch {
    // As above.
  }
}
