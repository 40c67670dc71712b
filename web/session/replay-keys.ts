/** What a key does to a Replay. */

export type Command =
  | { do: 'toggle' | 'fullscreen' | 'mute' | 'captions' | 'keys' }
  | { do: 'step'; ms: number }
  | { do: 'faster'; by: 1 | -1 }
  | { do: 'louder'; by: number }
  | { do: 'share'; share: number }

export const SPEEDS = [0.75, 1, 1.25, 1.5, 1.75, 2] as const

export function commandOf(key: string): Command | null {
  if (/^[0-9]$/.test(key)) return { do: 'share', share: Number(key) / 10 }
  switch (key.length === 1 ? key.toLowerCase() : key) {
    case ' ':
    case 'k':
      return { do: 'toggle' }
    case 'ArrowLeft':
      return { do: 'step', ms: -5_000 }
    case 'ArrowRight':
      return { do: 'step', ms: 5_000 }
    case 'j':
      return { do: 'step', ms: -10_000 }
    case 'l':
      return { do: 'step', ms: 10_000 }
    case 'ArrowUp':
      return { do: 'louder', by: 0.1 }
    case 'ArrowDown':
      return { do: 'louder', by: -0.1 }
    case 'f':
      return { do: 'fullscreen' }
    case 'm':
      return { do: 'mute' }
    case 'c':
      return { do: 'captions' }
    case '<':
    case ',':
      return { do: 'faster', by: -1 }
    case '>':
    case '.':
      return { do: 'faster', by: 1 }
    case '?':
      return { do: 'keys' }
    default:
      return null
  }
}

/** The next speed of the list; at its ends it stays. */
export function nextSpeed(speed: number, by: 1 | -1): number {
  const n = SPEEDS.findIndex((one) => one >= speed - 0.001)
  const at = Math.min(SPEEDS.length - 1, Math.max(0, (n < 0 ? SPEEDS.length - 1 : n) + by))
  return SPEEDS[at] ?? 1
}
