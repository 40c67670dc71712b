/** Whom the roster of a report shows, and in which order. Pure. */
import type { ReportRowView } from '@/protocol/api'

export type Filter = 'all' | 'core' | 'rural' | 'unknown' | 'absent'
export const FILTERS: Filter[] = ['all', 'core', 'rural', 'unknown', 'absent']

const FITS: Record<Filter, (row: ReportRowView) => boolean> = {
  all: () => true,
  core: (row) => row.role === 'core',
  rural: (row) => row.rural,
  unknown: (row) => row.record.status === 'unknown',
  absent: (row) => row.record.status === 'absent',
}

export function countOf(rows: readonly ReportRowView[], filter: Filter): number {
  return rows.filter(FITS[filter]).length
}

export function shown(rows: readonly ReportRowView[], filter: Filter, search: string): ReportRowView[] {
  const wanted = search.trim().toLowerCase()
  const found = (row: ReportRowView) => wanted === '' || `${row.name} ${row.school ?? ''}`.toLowerCase().includes(wanted)
  return rows.filter((row) => FITS[filter](row) && found(row))
}
