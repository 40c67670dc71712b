/** The colours keep their promises: text on its ground can be read, attendance marks can be told apart, in both themes. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

type Rgb = [number, number, number]
const css = readFileSync(fileURLToPath(new URL('tokens.css', import.meta.url)), 'utf8')

function tokensOf(selector: string): Map<string, string> {
  const block = css.slice(css.indexOf(`${selector} {`)).split('\n}')[0] ?? ''
  return new Map(Array.from(block.matchAll(/(--[\w-]+):\s*(#[0-9A-Fa-f]{6})/g), (found) => [found[1] ?? '', found[2] ?? '']))
}
const light = tokensOf(':root')
const themes = { light, dark: new Map([...light, ...tokensOf('[data-theme="dark"]')]) }

const rgb = (hex: string): Rgb => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255) as Rgb
const linear = (c: number) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
function luminance(hex: string): number {
  const [r, g, b] = rgb(hex).map(linear) as Rgb
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
function contrast(a: string, b: string): number {
  const [x, y] = [luminance(a), luminance(b)].sort((m, n) => n - m) as [number, number]
  return (x + 0.05) / (y + 0.05)
}

/** Text, then the grounds it stands on. */
const TEXT: [string, string[]][] = [
  ['ink', ['desk', 'paper', 'paper-sunk', 'board-soft', 'red-soft', 'amber-soft', 'blue-soft']],
  ['ink-2', ['desk', 'paper', 'paper-sunk', 'amber-soft']],
  ['ink-3', ['desk', 'paper', 'paper-sunk']],
  ['board', ['paper', 'desk', 'board-soft']],
  ['link', ['paper', 'desk', 'board-soft']],
  ['red', ['paper', 'red-soft']],
  ['amber', ['paper', 'amber-soft']],
  ['blue', ['paper', 'blue-soft']],
  ['on-board', ['board', 'board-hover']],
  ['on-red', ['red']],
  ['on-stage', ['stage', 'stage-2']],
  ['on-stage-2', ['stage', 'stage-2']],
  ['stage-accent', ['stage', 'stage-2']],
  ['stage-red', ['stage', 'stage-2']],
  ['stage-amber', ['stage', 'stage-2', 'stage-amber-soft']],
  ['on-stage-amber-soft', ['stage-amber-soft']],
  ['on-stage-accent', ['stage-accent', 'stage-amber']],
  ...['present', 'late', 'early', 'absent', 'leave', 'pending'].map((mark): [string, string[]] => [`att-${mark}-ink`, ['paper', `att-${mark}-soft`]]),
]
const GRAPHICS: [string, string][] = [
  ['line-strong', 'paper'],
  ['focus', 'paper'],
  ['focus', 'desk'],
  ...['present', 'late', 'early', 'absent', 'leave', 'pending'].map((mark): [string, string] => [`att-${mark}`, 'paper']),
]

/** Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB. */
const SIGHT: Record<string, number[]> = {
  normal: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protan: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deutan: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  tritan: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
}
function oklab(hex: string, sight: number[]): Rgb {
  const [r, g, b] = rgb(hex).map(linear) as Rgb
  const row = (n: number) => Math.min(1, Math.max(0, (sight[n] ?? 0) * r + (sight[n + 1] ?? 0) * g + (sight[n + 2] ?? 0) * b))
  const [R, G, B] = [row(0), row(3), row(6)]
  const l = Math.cbrt(0.4122214708 * R + 0.5363325363 * G + 0.0514459929 * B)
  const m = Math.cbrt(0.2119034982 * R + 0.6806995451 * G + 0.1073969566 * B)
  const s = Math.cbrt(0.0883024619 * R + 0.2817188376 * G + 0.6299787005 * B)
  return [0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s, 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s, 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s]
}

describe.each(Object.entries(themes))('%s theme', (_name, tokens) => {
  const hex = (token: string): string => {
    const found = tokens.get(`--${token}`)
    if (!found) throw new Error(`no token --${token}`)
    return found
  }

  it.each(TEXT.flatMap(([ink, grounds]) => grounds.map((ground) => [ink, ground] as const)))('%s_can_be_read_on_%s', (ink, ground) => {
    expect(contrast(hex(ink), hex(ground))).toBeGreaterThanOrEqual(4.5)
  })

  it.each(GRAPHICS)('%s_can_be_seen_on_%s', (shape, ground) => {
    expect(contrast(hex(shape), hex(ground))).toBeGreaterThanOrEqual(3)
  })

  it.each(Object.keys(SIGHT))('attendance_marks_differ_in_%s_sight', (sight) => {
    const marks = ['present', 'late', 'early', 'absent', 'leave', 'pending'].map((mark) => oklab(hex(`att-${mark}`), SIGHT[sight] ?? []))
    marks.forEach((a, n) =>
      marks.slice(n + 1).forEach((b) => {
        expect(100 * Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])).toBeGreaterThanOrEqual(10.8)
      }),
    )
  })
})
