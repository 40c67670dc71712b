import { describe, expect, it } from 'vitest'
import { segment } from './fakes'
import { MOST_PIECES, Pieces, readPiece } from './pieces'

describe('the box at the beginning of a piece', () => {
  it('names_the_piece_and_proves_that_it_was_fetched', () => {
    expect(readPiece(segment(123))).toEqual({ number: 123, proof: 'a1b2c3d4e5f60718' })
    expect(readPiece(segment(0xfffffffe, '00000000000000ff'))).toEqual({ number: 0xfffffffe, proof: '00000000000000ff' })
    expect(readPiece(segment(7, '0102030405060708', 0))).toEqual({ number: 7, proof: '0102030405060708' })
  })

  it('is_looked_for_nowhere_else', () => {
    expect(readPiece(new ArrayBuffer(0))).toBeNull()
    expect(readPiece(segment(1).slice(0, 35))).toBeNull()
    const other = (at: number, byte: number) => {
      const bytes = new Uint8Array(segment(1))
      bytes[at] = byte
      return bytes.buffer
    }
    expect(readPiece(other(3, 40))).toBeNull()
    expect(readPiece(other(4, 0x66))).toBeNull()
    expect(readPiece(other(23, 0x3f))).toBeNull()
  })
})

describe('what was fetched', () => {
  const piece = (number: number) => ({ number, proof: number.toString(16).padStart(16, '0') })

  it('is_told_once', () => {
    const pieces = new Pieces()
    expect(pieces.add(piece(1))).toBe(true)
    expect(pieces.take()).toEqual([piece(1)])
    expect(pieces.add(piece(1))).toBe(false)
    expect(pieces.take()).toEqual([])
  })

  it('waits_while_nobody_can_be_told_and_the_newest_stay', () => {
    const pieces = new Pieces()
    for (let n = 1; n <= 10; n += 1) pieces.add(piece(n))
    const taken = pieces.take()
    for (let n = 11; n <= 20; n += 1) pieces.add(piece(n))
    pieces.giveBack(taken)
    const told = pieces.take()
    expect(told).toHaveLength(MOST_PIECES)
    expect(told.map((one) => one.number)).toEqual(Array.from({ length: MOST_PIECES }, (_, n) => n + 5))
  })

  it('of_a_stream_that_began_anew_counts_though_its_numbers_do_not_rise', () => {
    const pieces = new Pieces()
    pieces.add(piece(5))
    expect(pieces.add({ number: 5, proof: 'ffffffffffffffff' })).toBe(true)
  })
})
