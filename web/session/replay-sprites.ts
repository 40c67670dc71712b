/** Pictures for the bar: WebVTT cues that name a part of a sheet (`sprite-0.jpg#xywh=160,90,160,90`, Media Fragments 4.2.2). */

export interface Sprite {
  from_ms: number
  to_ms: number
  /** As the file says it: relative to the file. */
  file: string
  x: number
  y: number
  w: number
  h: number
}

const TIMES = /^((?:\d+:)?\d{2}:\d{2}[.,]\d{3})\s+-->\s+((?:\d+:)?\d{2}:\d{2}[.,]\d{3})/
const PLACE = /^(\S+)#xywh=(?:pixel:)?(\d+),(\d+),(\d+),(\d+)$/

export function parseSprites(vtt: string): Sprite[] {
  const sprites: Sprite[] = []
  let times: RegExpExecArray | null = null
  for (const line of vtt.split(/\r?\n/)) {
    const next = TIMES.exec(line)
    if (next) {
      times = next
      continue
    }
    const place = PLACE.exec(line.trim())
    if (!times || !place) continue
    const [x, y, w, h] = place.slice(2).map(Number)
    sprites.push({ from_ms: cueMs(times[1] ?? ''), to_ms: cueMs(times[2] ?? ''), file: place[1] ?? '', x: x ?? 0, y: y ?? 0, w: w ?? 0, h: h ?? 0 })
    times = null
  }
  return sprites
}

/** The picture at this position; after the last cue, the last one. */
export function spriteAt(sprites: readonly Sprite[], position: number): Sprite | undefined {
  return sprites.find((one) => position >= one.from_ms && position < one.to_ms) ?? (position > 0 ? sprites[sprites.length - 1] : sprites[0])
}

/** `1:02:03.500` */
function cueMs(time: string): number {
  const [seconds = '0', minutes = '0', hours = '0'] = time.replace(',', '.').split(':').reverse()
  return Math.round((Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000)
}
