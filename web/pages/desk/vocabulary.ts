/** The words of the nouns that have a fixed list of values; a value this page does not know yet shows as it is. */
import { desk } from '@/locale/zh-CN/desk'

type Area = keyof typeof desk.vocabulary

export function wordOf(area: Area, value: string): string {
  const words: Record<string, string> = desk.vocabulary[area]
  return words[value] ?? value
}

/** All values of an area in their order, for choosing. */
export function choicesOf<V extends string>(area: Area): { value: V; label: string }[] {
  return Object.entries(desk.vocabulary[area]).map(([value, label]) => ({ value: value as V, label }))
}
