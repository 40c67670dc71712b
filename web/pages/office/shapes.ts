/** Shapes of the office's pages, as the server says them. */
export type { HeatCell, HeatRow, OutlookCounts, RegionScorecards, RegionView as Region } from '@/protocol/api'
