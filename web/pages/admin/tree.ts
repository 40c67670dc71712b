/** Regions as a tree written in lines: each under the one above it, with its depth. */
import type { Region } from '@/pages/desk/shapes'

export interface TreeRow { region: Region; depth: number; children: number }

export function treeRows(regions: readonly Region[]): TreeRow[] {
  const ids = new Set(regions.map((r) => r.id))
  const below = new Map<string | null, Region[]>()
  for (const region of regions) {
    // An office sees only its own part: what hangs under a region that is not here stands at the top.
    const parent = region.parent !== null && ids.has(region.parent) ? region.parent : null
    below.set(parent, [...(below.get(parent) ?? []), region])
  }
  const rows: TreeRow[] = []
  const seen = new Set<string>()
  const walk = (parent: string | null, depth: number) => {
    for (const region of [...(below.get(parent) ?? [])].sort((a, b) => a.name.localeCompare(b.name, 'zh-CN'))) {
      if (seen.has(region.id)) continue
      seen.add(region.id)
      rows.push({ region, depth, children: below.get(region.id)?.length ?? 0 })
      walk(region.id, depth + 1)
    }
  }
  walk(null, 0)
  return rows
}
