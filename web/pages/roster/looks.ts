/** The rows of a roster sheet that somebody has to look at, and what can be done about them. */
import type { RosterChoiceForm, RosterLookView } from '@/protocol/api'
import { roster as w } from '@/locale/zh-CN/roster'

export type LookFilter = 'all' | 'wrong' | 'asks'

export const looksOf = (looks: readonly RosterLookView[], filter: LookFilter) => looks.filter((one) => filter === 'all' || one.asks === (filter === 'asks'))

/** A button behind the sentence: what it says, and what is answered by it. */
export interface Act {
  label: string
  choices: RosterChoiceForm[]
}

/** What stands in the cell that a proposal is for. */
const given = (look: RosterLookView) => (look.columns[0] === w.table.school ? look.school : look.role)

export function actsOf(look: RosterLookView, looks: readonly RosterLookView[]): Act[] {
  const { row, proposal } = look
  if (proposal !== null) {
    const column = look.columns[0] ?? ''
    const alike = looks.filter((one) => one.proposal === proposal && one.columns[0] === column && given(one) === given(look))
    const use = (one: RosterLookView): RosterChoiceForm => ({ row: one.row, choice: 'use', column, text: proposal })
    return [{ label: alike.length > 1 ? w.useAll(alike.length) : w.useIt, choices: alike.map(use) }]
  }
  if (look.moved) return [{ label: w.moved, choices: [{ row, choice: 'moved' }] }, { label: w.notMoved, choices: [{ row, choice: 'not_moved' }] }]
  if (look.people.length === 0) return []
  const alone = look.people.length === 1
  const same = look.people.map((one): Act => ({ label: alone || !one.name ? w.same : w.sameAt(one.name), choices: [{ row, choice: 'same', person: one.id }] }))
  return [...same, { label: w.other, choices: [{ row, choice: 'other' }] }]
}

/** The choices with these added; another answer to the same question takes the place of the first one. */
export function withChoices(before: readonly RosterChoiceForm[], added: readonly RosterChoiceForm[]): RosterChoiceForm[] {
  const question = (one: RosterChoiceForm) => {
    if (one.choice === 'use') return `${one.row} ${one.column}`
    return `${one.row} ${one.choice === 'same' || one.choice === 'other' ? 'whom' : 'moved'}`
  }
  const asked = new Set(added.map(question))
  return [...before.filter((one) => !asked.has(question(one))), ...added]
}
