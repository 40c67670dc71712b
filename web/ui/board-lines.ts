/** A title on two lines of a blackboard, broken where the title itself pauses. */
export function boardLines(title: string, most: number): string[] {
  const pause = /^(.{2,}?)[：:—]+\s*(.+)$/.exec(title.trim())
  const [first, rest] = pause?.[1] && pause[2] && length(pause[1]) <= most ? [pause[1], pause[2]] : split(title.trim(), most)
  const lines = [cut(first, most)]
  if (rest) lines.push(cut(rest, most + 1))
  return lines
}

/** Longer than this, a title reads better on two lines. */
const ALONE = 9

const length = (text: string) => Array.from(text).length

/** Near the middle when it is too long for one line, so that no single character stands alone. */
function split(text: string, most: number): [string, string] {
  const characters = Array.from(text)
  if (characters.length <= Math.min(most, ALONE)) return [text, '']
  const at = Math.min(most, Math.ceil(characters.length / 2))
  return [characters.slice(0, at).join(''), characters.slice(at).join('')]
}

function cut(text: string, most: number): string {
  const characters = Array.from(text)
  return characters.length <= most ? text : characters.slice(0, most - 1).join('') + '…'
}
