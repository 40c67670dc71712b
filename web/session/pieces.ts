/** Pieces of the plain HLS stream: which one was fetched is read from its first bytes, and told to the server once. */

/** A piece of two seconds; all renditions number them alike. `proof` is known only to whoever fetched it. */
export interface Piece {
  number: number
  /** Eight bytes in hex. */
  proof: string
}

/** `size` `uuid` and its 16 bytes, the number, the proof. */
export const PIECE_BOX_BYTES = 36
const MARK = 'uuidLectern-fetched!'
const PROOF_AT = 28
/** As many as one message carries: a quarter of a minute of both picture and sound, which is longer than a playlist. */
export const MOST_PIECES = 16
/** A player that changes between renditions or recovers may load one again. Proofs are remembered: a stream that began anew repeats numbers. */
const REMEMBERED = 32

/** `null` for what is no piece, as the bytes before the first one. */
export function readPiece(bytes: ArrayBuffer): Piece | null {
  if (bytes.byteLength < PIECE_BOX_BYTES) return null
  const view = new DataView(bytes)
  if (view.getUint32(0) !== PIECE_BOX_BYTES) return null
  for (let n = 0; n < MARK.length; n += 1) if (view.getUint8(4 + n) !== MARK.charCodeAt(n)) return null
  let proof = ''
  for (let at = PROOF_AT; at < PIECE_BOX_BYTES; at += 1) proof += view.getUint8(at).toString(16).padStart(2, '0')
  return { number: view.getUint32(24), proof }
}

/** What was fetched and is not told yet, the newest of it. */
export class Pieces {
  private waiting: Piece[] = []
  private readonly known: string[] = []

  /** False for what was added before. */
  add(piece: Piece): boolean {
    if (this.known.includes(piece.proof)) return false
    this.known.push(piece.proof)
    if (this.known.length > REMEMBERED) this.known.shift()
    this.waiting = [...this.waiting, piece].slice(-MOST_PIECES)
    return true
  }

  take(): Piece[] {
    const taken = this.waiting
    this.waiting = []
    return taken
  }

  /** They did not arrive: told with the next ones. */
  giveBack(pieces: readonly Piece[]): void {
    this.waiting = [...pieces, ...this.waiting].slice(-MOST_PIECES)
  }

  clear(): void {
    this.waiting = []
  }
}
