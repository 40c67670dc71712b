/** The curve of a report as numbers: its highest point, and a table that stands beside the picture. Pure. */
import type { CheckInMarkView, CurvePointView } from '@/protocol/api'

export function highest(curve: readonly CurvePointView[]): CurvePointView | undefined {
  return curve.reduce<CurvePointView | undefined>((most, point) => (!most || point.people > most.people ? point : most), undefined)
}

/** Not more rows than somebody reads, with the last point always among them. */
export function tableOf(curve: readonly CurvePointView[], most = 24): CurvePointView[] {
  const step = Math.max(1, Math.ceil((curve.length - 1) / most))
  return curve.filter((_, n) => n % step === 0 || n === curve.length - 1)
}

export interface Mark {
  at: number
  people: number
  check: CheckInMarkView
}

/** Check-ins on the curve, at the height of their moment. */
export function marksOn(curve: readonly CurvePointView[], checks: readonly CheckInMarkView[]): Mark[] {
  return checks.map((check) => {
    const at = new Date(check.at).getTime()
    const before = curve.filter((point) => new Date(point.at).getTime() <= at)
    return { at, people: before[before.length - 1]?.people ?? 0, check }
  })
}
