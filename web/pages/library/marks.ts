/** Where the words of a search stand in a line. Pure. */

export interface Part { text: string; hit: boolean }

export function marked(line: string, search: string): Part[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  const low = line.toLowerCase()
  // Letters whose lower case is longer would shift the places: such a line stays unmarked.
  if (low.length !== line.length || words.length === 0) return line ? [{ text: line, hit: false }] : []
  const places = new Set<number>()
  for (const word of words) for (let at = low.indexOf(word); at >= 0; at = low.indexOf(word, at + word.length)) for (let n = at; n < at + word.length; n += 1) places.add(n)
  const parts: Part[] = []
  let at = 0
  for (const letter of Array.from(line)) {
    const hit = places.has(at)
    const last = parts[parts.length - 1]
    if (last && last.hit === hit) last.text += letter
    else parts.push({ text: letter, hit })
    at += letter.length
  }
  return parts
}
