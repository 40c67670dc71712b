/** How a cell of the heat table looks, and who may look at which Region. Pure. */
import type { HeatCell, OutlookCounts, Region as RegionView } from '@/pages/office/shapes'
import type { Standing } from '@/pages/scorecard/standing'

/** h0 not begun … h4 met, hx impossible. */
export type Heat = 'h0' | 'h1' | 'h2' | 'h3' | 'h4' | 'hx'

export function heatOf(cell: HeatCell): Heat {
  if (cell.state === 'met') return 'h4'
  if (cell.state === 'impossible') return 'hx'
  if (cell.state === 'waiting') return 'h3'
  if (cell.done === 0) return cell.at_risk ? 'h1' : 'h0'
  if (cell.at_risk) return 'h1'
  return cell.done * 2 >= cell.of ? 'h3' : 'h2'
}

/** ✓ 5, ✕ 1, 3/5 */
export function cellText(cell: HeatCell): string {
  if (cell.state === 'met') return `✓ ${cell.done}`
  const number = `${cell.done}/${cell.of}`
  return cell.state === 'impossible' ? `✕ ${number}` : number
}

/** A name without the words that all of them end with. */
export const shortName = (name: string): string => name.replace(/(名师网络工作室|名师工作室|工作室)$/, '') || name

export const standingOfCell = (cell: HeatCell): Standing => (cell.state === 'not_yet' && cell.at_risk ? 'at_risk' : cell.state)

export const OUTLOOKS = ['passing', 'on_track', 'at_risk', 'lost'] as const
export type OutlookKey = (typeof OUTLOOKS)[number]

export interface Share { key: OutlookKey; count: number; percent: number }

/** The parts of the totals bar; what there is none of has no part. */
export function sharesOf(counts: OutlookCounts): Share[] {
  const made = OUTLOOKS.reduce((sum, key) => sum + counts[key], 0)
  return OUTLOOKS.map((key) => ({ key, count: counts[key], percent: made > 0 ? Math.round((counts[key] * 100) / made) : 0 })).filter((one) => one.count > 0)
}

/** A Region and everything below it; an office sees no more. */
export function treeOf(regions: readonly RegionView[], root: string | null): RegionView[] {
  if (root === null) return [...regions]
  const within = new Set([root])
  // Regions come in any order, so as often as something is found.
  for (let found = true; found; ) {
    found = false
    for (const one of regions) {
      if (one.parent !== null && within.has(one.parent) && !within.has(one.id)) {
        within.add(one.id)
        found = true
      }
    }
  }
  return regions.filter((one) => within.has(one.id))
}

/** `1–20 / 600` */
export function rangeOf(page: number, size: number, total: number): { from: number; to: number; last: boolean } {
  const from = total === 0 ? 0 : (page - 1) * size + 1
  const to = Math.min(page * size, total)
  return { from, to, last: to >= total }
}

/** What the file of the table is asked with: as the page is, but for its pages. */
export function fileQuery(of: { page?: unknown; size?: unknown } & Record<string, string | number | undefined>): string {
  const { page: _page, size: _size, ...rest } = of
  const said = Object.entries(rest).filter((one): one is [string, string | number] => one[1] !== undefined && one[1] !== '')
  return said.length === 0 ? '' : `?${new URLSearchParams(said.map(([key, value]) => [key, String(value)]))}`
}
