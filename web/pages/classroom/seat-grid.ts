import type { SeatView } from '@/protocol/signaling'
/** Which names stand on the wall and how large: who has signed in, by seat, then who of the roster has not. Pure. */

export interface Cell {
  key: string
  name: string
  taken: boolean
}

export interface Grid {
  cells: Cell[]
  columns: number
  rows: number
  /** Who did not find room; the latest to come are always shown. */
  hidden: number
}

/** From large to small: 84, 52 and 36 units high, so that a name is read from the last row for as long as may be. */
const SIZES = [
  { columns: 6, rows: 2 },
  { columns: 7, rows: 3 },
  { columns: 8, rows: 4 },
]

export function seatGrid(people: readonly { name: string }[], seats: readonly SeatView[]): Grid {
  const waited = people.map((one) => one.name)
  for (const seat of seats) {
    const at = waited.indexOf(seat.name)
    // Two of one name are two people: a seat takes one of them off the list.
    if (at >= 0) waited.splice(at, 1)
  }
  const taken = seats.map((seat) => ({ key: `s${seat.number}`, name: seat.name, taken: true }))
  const all: Cell[] = [...taken, ...waited.map((name, n) => ({ key: `w${n}:${name}`, name, taken: false }))]
  const { columns, rows } = SIZES.find((one) => all.length <= one.columns * one.rows) ?? { columns: 8, rows: 4 }
  const room = columns * rows
  if (all.length <= room) return { cells: all, columns, rows, hidden: 0 }
  // One cell says how many more there are.
  const shown = room - 1
  const cells = taken.length > shown ? taken.slice(taken.length - shown) : all.slice(0, shown)
  return { cells, columns, rows, hidden: all.length - cells.length }
}
