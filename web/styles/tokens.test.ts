import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

// Every pair of text and ground that the pages use is readable: 4.5:1 for text, 3:1 for marks (WCAG 2 AA).
const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8')
const block = (start: string) => css.slice(css.indexOf(start), css.indexOf('}', css.indexOf(start)))
const colours = (text: string) => Object.fromEntries([...text.matchAll(/--([\w-]+):\s*(#[0-9A-Fa-f]{6})/g)].map((m) => [m[1], m[2]])) as Record<string, string>
const light = colours(block(':root {'))
const dark = { ...light, ...colours(block('[data-theme="dark"] {')) }

function luminance(hex: string): number {
  const channel = (at: number) => {
    const c = parseInt(hex.slice(at, at + 2), 16) / 255
    return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
  }
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}
function contrast(a: string, b: string): number {
  const [x, y] = [luminance(a), luminance(b)]
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05)
}

const TEXT = [
  ...['ink', 'ink-2', 'ink-3', 'board', 'red', 'amber', 'blue', 'link'].flatMap((t) => [[t, 'paper'], [t, 'desk']]),
  ['ink', 'paper-sunk'], ['ink-2', 'paper-sunk'], ['ink', 'board-soft'], ['ink', 'red-soft'], ['ink', 'amber-soft'], ['ink', 'blue-soft'],
  ['board', 'board-soft'], ['red', 'red-soft'], ['amber', 'amber-soft'], ['blue', 'blue-soft'], ['on-board', 'board'], ['on-board', 'board-hover'], ['on-red', 'red'],
  ['on-stage', 'stage'], ['on-stage', 'stage-2'], ['on-stage-2', 'stage'], ['on-stage-accent', 'stage-accent'],
  ...['present', 'late', 'early', 'absent', 'leave', 'pending'].flatMap((m) => [[`att-${m}-ink`, `att-${m}-soft`], [`att-${m}-ink`, 'paper']]),
] as [string, string][]
const MARKS = [['line-strong', 'paper'], ['focus', 'paper'], ...['present', 'late', 'early', 'absent', 'leave', 'pending'].map((m) => [`att-${m}`, 'paper'])] as [string, string][]

describe.each([['light', light], ['dark', dark]])('colours of the %s theme', (_, theme) => {
  it.each(TEXT)('text %s is readable on %s', (text, ground) => expect(contrast(theme[text] ?? '', theme[ground] ?? '')).toBeGreaterThanOrEqual(4.5))
  it.each(MARKS)('the mark %s can be told from %s', (mark, ground) => expect(contrast(theme[mark] ?? '', theme[ground] ?? '')).toBeGreaterThanOrEqual(3))
})
