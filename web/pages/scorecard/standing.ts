/** How a Criterion stands, as one word, one icon and one colour; and what a closed row says of its grounds. Pure. */
import { monthDay } from '@/locale/time-words'
import { scorecard as w } from '@/locale/zh-CN/scorecard'
import type { ChoiceScoreView, CriterionView, GroundView, PartScoreView, ScorecardView, SubjectView } from '@/protocol/api'

/** The server's states, with those set apart that want something else of people. */
export type Standing = 'met' | 'waiting' | 'at_risk' | 'not_yet' | 'evidence' | 'impossible'
export const STANDINGS: readonly Standing[] = ['met', 'not_yet', 'at_risk', 'waiting', 'evidence', 'impossible']
export const COLOUR: Record<Standing, string> = { met: 'green', waiting: 'blue', at_risk: 'amber', not_yet: 'blue', evidence: 'blue', impossible: 'red' }

export function standingOf(one: Pick<CriterionView, 'state' | 'at_risk' | 'class'>): Standing {
  if (one.state !== 'not_yet') return one.state
  if (one.at_risk) return 'at_risk'
  // Nothing is counted here by itself: somebody has to hand it in.
  return one.class === 'E' ? 'evidence' : 'not_yet'
}

export const standingOfChoice = (one: Pick<ChoiceScoreView, 'state'>): Standing => one.state

/** One cell of the band on top, which leads to its row. */
export interface BandCell { id: string; title: string; standing: Standing }

/** What counts for the result of this year, in the order of the page. */
export function bandOf(view: Pick<ScorecardView, 'sections' | 'choices'>): BandCell[] {
  return view.sections.flatMap((section) => [
    ...view.choices.filter((one) => one.section === section.id).map((one) => ({ id: one.id, title: one.title, standing: standingOfChoice(one) })),
    ...section.criteria.filter((one) => one.required).map((one) => ({ id: one.id, title: one.title, standing: standingOf(one) })),
  ])
}

/** `11 项已达标`, then the others in their order; none for what there is not. */
export function countWords(cells: readonly BandCell[]): string[] {
  const count = (standing: Standing) => cells.filter((one) => one.standing === standing).length
  return STANDINGS.map((standing) => ({ standing, n: count(standing) })).filter(({ n }) => n > 0).map(({ standing, n }) => w.band.counts[standing](n))
}

/** What may still be done, or what may not. */
export function hopeWords(cells: readonly BandCell[], daysLeft: number): string {
  const lost = cells.filter((one) => one.standing === 'impossible').length
  const open = cells.filter((one) => one.standing !== 'met').length
  if (open === 0) return ''
  if (lost > 0) return w.band.someLost(lost)
  return daysLeft > 0 ? w.band.stillPossible(open) : ''
}

/** `7.14` of 714 hundredths. */
export const hundredths = (n: number): string => (n / 100).toFixed(2)

/** `60%`, `33.3%` of hundredths of a percent; what is not whole is not shown as whole. */
export const percentWords = (n: number): string => `${Math.floor(n / 10) / 10}%`

/** Percent of a bar; nothing asked is nothing done. */
export function percentOf(done: number, of: number): number {
  return of > 0 ? Math.min(100, Math.round((done * 100) / of)) : 0
}

/** The scorecard that grounds stand on: a Studio's of a year, or as a year's end froze it. */
export interface Place { studio: string; scope: 'year' | 'cycle'; year: number; yearEnd: string | undefined; before: boolean }

export interface Target { name: string; params: Record<string, string>; query?: Record<string, string>; hash?: string }

const reportOf = (session: string): Target => ({ name: 'report', params: { session } })
const studioPart = (studio: string, part: string): Target => ({ name: 'studio', params: { studio }, hash: `#${part}` })

/** Where a ground is told: an Activity's people in its report, or on its page where it has none or several; Evidence on the scorecard itself. */
export function targetOf(ground: GroundView, { studio, year, yearEnd, before }: Place): Target {
  switch (ground.kind) {
    case 'activity':
      return ground.sessions.length === 1 && ground.sessions[0] !== undefined ? reportOf(ground.sessions[0]) : { name: 'activity', params: { activity: ground.activity } }
    case 'series':
      return studioPart(studio, 'h-ser')
    case 'person':
      return studioPart(studio, ground.account === null ? 'h-men' : 'h-mem')
    case 'school':
      return studioPart(studio, 'h-hel')
    case 'resource':
      return { name: 'resource', params: { resource: ground.resource } }
    case 'evidence': {
      const hash = `#e-${ground.evidence}`
      return yearEnd === undefined ? { name: 'scorecard', params: { studio }, query: { year: String(year) }, hash } : { name: 'frozen-scorecard', params: { yearEnd, studio }, ...(before ? { query: { before: 'true' } } : {}), hash }
    }
  }
}

/** The reports of an Activity that had several Sessions, in their order. */
export const reportsOf = (ground: GroundView): Target[] => (ground.kind === 'activity' && ground.sessions.length > 1 ? ground.sessions.map(reportOf) : [])

/** The Criterion whose number a piece of Evidence is a ground of. */
export function criterionOf(view: Pick<ScorecardView, 'sections'>, evidence: string): string | undefined {
  const has = (one: CriterionView) => one.parts.some((part) => part.subjects.some((subject) => subject.grounds.some((ground) => ground.kind === 'evidence' && ground.evidence === evidence)))
  return view.sections.flatMap((section) => section.criteria).find(has)?.id
}

export interface Chip { text: string; to: Target; title: string }

/** What a ground is called in few letters: an Activity by its people where people are what is counted, else by its day. */
export function chipOf(ground: GroundView, unit: string, place: Place): Chip {
  const to = targetOf(ground, place)
  switch (ground.kind) {
    case 'activity': {
      const day = monthDay(ground.day)
      const title = `${day} ${ground.title}`
      if (ground.present !== null && ground.of !== null) return { text: w.row.present(ground.present, ground.of), to, title }
      if (ground.present !== null && unit === w.row.person) return { text: w.row.people(ground.present), to, title }
      return { text: day, to, title }
    }
    case 'series':
      return { text: w.row.series(ground.title, ground.activities), to, title: ground.title }
    case 'person':
    case 'school':
      return { text: ground.name, to, title: ground.name }
    case 'evidence':
    case 'resource':
      return { text: ground.title, to, title: ground.note ?? ground.title }
  }
}

export const countsOf = (ground: GroundView): boolean => !('counts' in ground) || ground.counts

/** The few things that a closed row shows: what counts, otherwise what came nearest. */
export function chipsOf(subject: SubjectView | undefined, { unit, most, place }: { unit: string; most: number; place: Place }): { chips: Chip[]; more: number } {
  const counted = (subject?.grounds ?? []).filter(countsOf)
  if (counted.length > 0) {
    const chips = counted.map((ground) => chipOf(ground, unit, place))
    return { chips: chips.slice(0, most), more: Math.max(0, chips.length - most) }
  }
  const near = largestOf(subject?.grounds ?? [], place)
  return { chips: near ? [near] : [], more: 0 }
}

/** What is counted in a closed row: things, or those of them that hold. */
export function progressUnit(one: Pick<CriterionView, 'unit' | 'parts'>): string {
  const part = one.parts.length === 1 ? one.parts[0] : undefined
  return !part || part.unit === one.unit ? one.unit : w.row.holding(part.unit)
}

/** The Activity that came nearest to a number of people. */
function largestOf(grounds: readonly GroundView[], place: Place): Chip | null {
  let best: Extract<GroundView, { kind: 'activity' }> | null = null
  for (const ground of grounds) {
    if (ground.kind === 'activity' && ground.present !== null && ground.of === null && ground.present > (best?.present ?? 0)) best = ground
  }
  return best ? { text: w.row.largest(best.present ?? 0, monthDay(best.day)), to: targetOf(best, place), title: best.title } : null
}

/** People or periods of which each is asked. */
export const isMany = (part: PartScoreView): boolean => part.subjects.length > 1 || part.subjects.some((one) => one.account !== null)

/** `还差何志强、马海燕等 5 位`, of whom or of when something is missing. */
export function lackingWords(part: PartScoreView, most = 2): string {
  const open = part.subjects.filter((one) => one.state !== 'met')
  const names = [...new Set(open.map((one) => one.name).filter((name): name is string => name !== null))]
  if (names.length > 0) return w.row.lacking(names.slice(0, most).join('、'), names.length > most ? names.length : 0)
  return open.length > 0 ? w.row.lackingSpans(open.slice(0, most).map(spanWords).join('、')) : ''
}

/** `9月` for a month, otherwise both days. */
export function spanWords(span: { from: string; to: string }): string {
  const [year, month, day] = span.from.split('-')
  const whole = day === '01' && span.to === `${year}-${month}-${String(new Date(Number(year), Number(month), 0).getDate()).padStart(2, '0')}`
  return whole ? `${Number(month)}月` : `${monthDay(span.from)}–${monthDay(span.to)}`
}

export interface PersonRows { key: string; name: string; rows: SubjectView[]; done: number }

/** The subjects of one person together, those who lack something first. */
export function byPerson(subjects: readonly SubjectView[]): PersonRows[] {
  const people = new Map<string, PersonRows>()
  for (const one of subjects) {
    const key = one.account ?? `${one.from}-${one.to}`
    const known = people.get(key) ?? { key, name: one.name ?? spanWords(one), rows: [], done: 0 }
    known.rows.push(one)
    if (one.state === 'met') known.done += 1
    people.set(key, known)
  }
  const lacks = (one: PersonRows) => Number(one.done < one.rows.length)
  return [...people.values()].sort((a, b) => lacks(b) - lacks(a))
}

/** `骨干学员 4 / 100`, where several numbers make one Criterion. */
export const partWords = (part: PartScoreView): string => [part.title, w.row.present(part.done, part.of)].filter(Boolean).join(' ')
