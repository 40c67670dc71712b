/**
 * A browser that plays HLS by itself, as an old iPhone does, shows nobody what it loads. There the first bytes of the newest piece
 * are fetched besides: 36 of them where ranges are understood.
 */
import { PIECE_BOX_BYTES } from '@/session/pieces'

type Fetch = (url: string, init?: RequestInit) => Promise<Response>

/** What a playlist names: the last of its pieces, or the first of its renditions. */
export function named(playlist: string, which: 'first' | 'last', from: string): string | null {
  const names = playlist.split('\n').map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'))
  const name = which === 'first' ? names[0] : names[names.length - 1]
  return name === undefined ? null : new URL(name, from).href
}

/** Fetches the beginning of the newest piece of one stream; `null` when there is none, it was fetched before, or the line still owes an answer. */
export class NativePieces {
  private last: string | null = null
  /** The playlist of pieces, once the one of renditions has named it. */
  private rendition: string | null = null
  private asking = false

  constructor(private readonly get: Fetch = (url, init) => fetch(url, init)) {}

  /** `from`: a playlist of pieces, or of renditions. */
  async newest(from: string): Promise<ArrayBuffer | null> {
    if (this.asking) return null
    this.asking = true
    try {
      return await this.ask(from)
    } finally {
      this.asking = false
    }
  }

  private async ask(from: string): Promise<ArrayBuffer | null> {
    let at = this.rendition ?? from
    let playlist = await this.text(at)
    if (playlist.includes('#EXT-X-STREAM-INF')) {
      at = named(playlist, 'first', from) ?? from
      playlist = await this.text(at)
    }
    const piece = named(playlist, 'last', at)
    this.rendition = piece ? at : null
    if (!piece || piece === this.last) return null
    const answer = await this.get(piece, { headers: { range: `bytes=0-${PIECE_BOX_BYTES - 1}` } })
    if (!answer.ok) return null
    this.last = piece
    return answer.arrayBuffer()
  }

  private async text(url: string): Promise<string> {
    const answer = await this.get(url)
    return answer.ok ? answer.text() : ''
  }
}
