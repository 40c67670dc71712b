/** What this phone keeps: the pass of a scan while somebody signs in, and the seat it took. */
import { kept } from '@/api/kept'
import type { ScanAnswer, SeatAnswer } from '@/protocol/api'

const pass = (code: string) => kept<ScanAnswer>(() => sessionStorage, `lectern-pass-${code}`)

/** A pass over the way to sign-in and back, in this tab only. */
export const passes = {
  keep: (code: string, scan: ScanAnswer) => pass(code).keep(scan),
  kept: (code: string) => pass(code).kept(),
  forget: (code: string) => pass(code).forget(),
}

/** The last seat: who scans again is led back to it. */
export const seats = kept<SeatAnswer>(() => localStorage, 'lectern-seat')
