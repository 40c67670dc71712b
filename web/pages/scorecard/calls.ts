/** What the scorecard and the office's dashboard ask the server. */
import { api } from '@/api/client'
import type {
  AssessmentScope, ChoiceForm, ChoiceView, EvidenceDecisionForm, EvidenceForm, EvidenceView, FrozenScorecardView, GradeForm, LiftingForm, PolicyPage, RegionScorecards, Rows, RulingForm, ScorecardView, VetoForm, GradeView, VetoView, WhatIfForm,
  WhatIfView,
} from '@/protocol/api'

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
  scorecard: (studio: string, year: number | undefined, scope: AssessmentScope, signal?: AbortSignal) => api.get<ScorecardView>(`/api/studios/${id(studio)}/scorecard`, { query: { year, scope: scope === 'cycle' ? scope : undefined }, signal }),
  frozen: (yearEnd: string, studio: string, before: boolean, signal?: AbortSignal) => api.get<FrozenScorecardView>(`/api/year-ends/${id(yearEnd)}/studios/${id(studio)}/scorecard${before ? '?before=true' : ''}`, { signal }),
  whatIf: (studio: string, form: WhatIfForm) => api.post<WhatIfView>(`/api/studios/${id(studio)}/scorecard/what-if`, form),
  evidence: (studio: string, signal?: AbortSignal) => api.get<Rows<EvidenceView>>(`/api/studios/${id(studio)}/evidence`, { signal }).then((answer) => answer.rows),
  handIn: (studio: string, form: EvidenceForm) => api.post<EvidenceView>(`/api/studios/${id(studio)}/evidence`, form),
  withdrawEvidence: (evidence: string) => api.post<EvidenceView>(`/api/evidence/${id(evidence)}/withdrawal`),
  review: (evidence: string, form: EvidenceDecisionForm) => api.post<EvidenceView>(`/api/evidence/${id(evidence)}/decision`, form),
  choose: (studio: string, form: ChoiceForm) => api.post<ChoiceView>(`/api/studios/${id(studio)}/choices`, form),
  ruleChoice: (choice: string, form: RulingForm) => api.post<ChoiceView>(`/api/choices/${id(choice)}/decision`, form),
  policy: (key: string, signal?: AbortSignal, version?: number) => api.get<PolicyPage>(`/api/policies/${id(key)}`, { query: { version }, signal }),
  grades: (studio: string, signal?: AbortSignal) => api.get<Rows<GradeView>>(`/api/studios/${id(studio)}/grades`, { signal }).then((answer) => answer.rows),
  vetoes: (studio: string, signal?: AbortSignal) => api.get<Rows<VetoView>>(`/api/studios/${id(studio)}/vetoes`, { signal }).then((answer) => answer.rows),
  findVeto: (studio: string, form: VetoForm) => api.post<VetoView>(`/api/studios/${id(studio)}/vetoes`, form),
  liftVeto: (veto: string, form: LiftingForm) => api.post<VetoView>(`/api/vetoes/${id(veto)}/lifting`, form),
  grade: (studio: string, form: GradeForm) => api.post<null>(`/api/studios/${id(studio)}/grades`, form),
  region: (region: string, query: RegionQuery, signal?: AbortSignal) => api.get<RegionScorecards>(`/api/regions/${id(region)}/scorecards`, { query: { ...query }, signal }),
}
