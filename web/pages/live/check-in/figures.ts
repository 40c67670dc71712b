import type { CheckIn, MissingPerson } from '@/protocol/signaling'
/** What a check-in shows in numbers. Pure; times are the server's. */

/** Whole seconds until it closes, never less than 0, nor more than it lasts: two clocks are never quite one. */
export const secondsLeft = (one: CheckIn, now: number) => Math.max(0, Math.ceil((one.closes_ms - Math.max(now, one.opened_ms)) / 1000))

/** How much of its time is left, in percent. */
export function timeLeft(one: CheckIn, now: number): number {
  const whole = one.closes_ms - one.opened_ms
  return whole > 0 ? clamp(((one.closes_ms - now) / whole) * 100) : 0
}

/** How many answered, in percent; nobody expected is nothing to show. */
export const answeredShare = (answered: number, expected: number) => (expected > 0 ? clamp((answered / expected) * 100) : 0)

export interface MissingFigures {
  total: number
  core: number
  /** Who is named: core members first. */
  names: string[]
  /** How many are not named. */
  unnamed: number
}

const NAMED = 6

export function missingFigures(answered: number, expected: number, missing: MissingPerson[]): MissingFigures {
  const total = Math.max(missing.length, expected - answered, 0)
  const core = missing.filter((one) => one.core)
  const names = (core.length > 0 ? core : missing).slice(0, NAMED).map((one) => one.name)
  return { total, core: core.length, names, unnamed: (core.length > 0 ? core.length : total) - names.length }
}

const clamp = (percent: number) => Math.min(100, Math.max(0, percent))
