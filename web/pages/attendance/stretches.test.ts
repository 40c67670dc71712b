import { describe, expect, it } from 'vitest'
import { stretches } from './stretches'

const at = (m: number, s = 0) => new Date(2026, 10, 20, 14, m, s).toISOString()

describe('a record as stretches', () => {
  it('tells in order what counts, what is open and what does not count', () => {
    const all = stretches({
      intervals: [{ from: at(0), to: at(20) }, { from: at(30), to: at(40) }],
      gaps: [{ kind: 'bridged', from: at(5), to: at(6) }, { kind: 'lost', from: at(20), to: at(25) }, { kind: 'away', from: at(25), to: at(30) }],
    })
    expect(all.map((one) => [one.look, one.worth])).toEqual([
      ['seen', '+20 分钟'], ['gap', '计入'], ['away', '待核 5 分钟'], ['out', '不计'], ['seen', '+10 分钟'],
    ])
  })
  it('the seconds in which a page connects are nothing to explain', () => {
    expect(stretches({ intervals: [], gaps: [{ kind: 'unproven', from: at(0), to: at(0, 12) }] })).toEqual([])
  })
})
