/** Presenters as they are written in one line. Pure. */
import type { ResourceView } from '../shapes'

type Presenter = ResourceView['presenters'][number]

/** A name that was there keeps its account. */
export function namesOf(line: string, before: readonly Presenter[]): Presenter[] {
  const names = line.split(/[、，,;；]/).map((one) => one.trim()).filter(Boolean)
  return [...new Set(names)].map((name) => ({ id: before.find((one) => one.name === name)?.id ?? null, name }))
}
