/** The words of the nouns that have a fixed list of values; a value this page does not know yet shows as it is. */
import { vocabulary } from '@/locale/zh-CN/vocabulary'

type Area = keyof typeof vocabulary

export function wordOf(area: Area, value: string): string {
  const words: Record<string, string> = vocabulary[area]
  return words[value] ?? value
}

/** All values of an area in their order, for choosing. */
export function choicesOf<V extends string>(area: Area): { value: V; label: string }[] {
  return Object.entries(vocabulary[area]).map(([value, label]) => ({ value: value as V, label }))
}
