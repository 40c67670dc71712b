/** What time it is at the server: a phone's own clock may be an hour off, and what expires does so by the server's. */
let offsetMs = 0

/** The header counts whole seconds, and an answer takes its time: less than this is no difference. */
const UNSURE_MS = 3_000

export function setServerClock(date: string | null, now: number): void {
  const told = date === null ? NaN : Date.parse(date)
  if (Number.isNaN(told)) return
  offsetMs = Math.abs(told - now) > UNSURE_MS ? told - now : 0
}

export const serverNow = (): number => Date.now() + offsetMs
