/** What somebody may do about a thing that is missing. Pure. */
import type { ScorecardView, TodoView } from '@/protocol/api'

export type Act = 'plan' | 'hand' | 'choose' | null

/** None for those who only look, and where somebody else decides next. */
export function actOf(view: Pick<ScorecardView, 'sections' | 'choices' | 'may_manage'>, todo: Pick<TodoView, 'criterion'>): Act {
  if (!view.may_manage) return null
  const choice = view.choices.find((one) => one.id === todo.criterion)
  if (choice) return choice.taken.length < choice.choose ? 'choose' : null
  const criterion = view.sections.flatMap((one) => one.criteria).find((one) => one.id === todo.criterion)
  if (!criterion || criterion.state !== 'not_yet') return null
  if (criterion.slots.length > 0) return 'hand'
  return criterion.class === 'A' || criterion.class === 'H' || criterion.class === 'M' ? 'plan' : null
}
