/** What the scorecard and the office's dashboard ask the server. */
import { api } from '@/api/client'
import type { RegionScorecards, ScorecardView, WhatIfForm, WhatIfView } from '@/protocol/api'

const id = encodeURIComponent

export interface RegionQuery {
  year?: number | undefined
  policy?: string | undefined
  tier?: string | undefined
  outlook?: string | undefined
  q?: string | undefined
  sort?: string | undefined
  page: number
  size: number
}

export const calls = {
  scorecard: (studio: string, year: number | undefined, signal?: AbortSignal) => api.get<ScorecardView>(`/api/studios/${id(studio)}/scorecard`, { query: { year }, signal }),
  whatIf: (studio: string, form: WhatIfForm) => api.post<WhatIfView>(`/api/studios/${id(studio)}/scorecard/what-if`, form),
  region: (region: string, query: RegionQuery, signal?: AbortSignal) => api.get<RegionScorecards>(`/api/regions/${id(region)}/scorecards`, { query: { ...query }, signal }),
}
