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

/** Where an Activity's people are told, or the Activity itself. */
export type Target = { name: string; params: Record<string, string> } | null
export function targetOf(ground: GroundView): Target {
  if (ground.kind !== 'activity') return null
  return ground.session ? { name: 'report', params: { session: ground.session } } : { name: 'activity', params: { activity: ground.activity } }
}

export interface Chip { text: string; to: Target; title: string }

/** What a ground is called in few letters: an Activity by its people where people are what is counted, else by its day. */
export function chipOf(ground: GroundView, unit: string): Chip {
  const to = targetOf(ground)
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
export function chipsOf(subject: SubjectView | undefined, unit: string, most: number): { chips: Chip[]; more: number } {
  const counted = (subject?.grounds ?? []).filter(countsOf)
  if (counted.length > 0) {
    const chips = together(counted.map((ground) => chipOf(ground, unit)))
    return { chips: chips.slice(0, most), more: Math.max(0, chips.length - most) }
  }
  const near = largestOf(subject?.grounds ?? [])
  return { chips: near ? [near] : [], more: 0 }
}

/** What is called the same and leads nowhere else is one chip. */
function together(chips: readonly Chip[]): Chip[] {
  const times = new Map<string, number>()
  const key = (one: Chip) => (one.to ? '' : one.title)
  for (const one of chips) times.set(key(one), (times.get(key(one)) ?? 0) + 1)
  const first = chips.filter((one, n) => one.to !== null || chips.findIndex((other) => key(other) === key(one)) === n)
  return first.map((one) => ((times.get(key(one)) ?? 1) > 1 && one.to === null ? { ...one, text: w.row.times(one.text, times.get(key(one)) ?? 1) } : one))
}

/** What is counted in a closed row: things, or those of them that hold. */
export function progressUnit(one: Pick<CriterionView, 'unit' | 'parts'>): string {
  const part = one.parts.length === 1 ? one.parts[0] : undefined
  return !part || part.unit === one.unit ? one.unit : w.row.holding(part.unit)
}

/** The Activity that came nearest to a number of people. */
function largestOf(grounds: readonly GroundView[]): Chip | null {
  let best: Extract<GroundView, { kind: 'activity' }> | null = null
  for (const ground of grounds) {
    if (ground.kind === 'activity' && ground.present !== null && ground.of === null && ground.present > (best?.present ?? 0)) best = ground
  }
  return best ? { text: w.row.largest(best.present ?? 0, monthDay(best.day)), to: targetOf(best), title: best.title } : null
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
