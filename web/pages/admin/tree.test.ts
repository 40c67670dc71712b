import { describe, expect, it } from 'vitest'
import type { Region } from '@/pages/desk/shapes'
import { treeRows } from './tree'

const region = (id: string, parent: string | null): Region => ({ id, name: id, kind: 'county', parent, path: id })

describe('the tree of regions', () => {
  it('each region stands under the one above it', () => {
    const rows = treeRows([region('c', 'b'), region('a', null), region('b', 'a')])
    expect(rows.map((r) => [r.region.id, r.depth, r.children])).toEqual([['a', 0, 1], ['b', 1, 1], ['c', 2, 0]])
  })
  it('a part of the tree begins at its own top', () => {
    expect(treeRows([region('c', 'b'), region('b', 'not-here')]).map((r) => [r.region.id, r.depth])).toEqual([['b', 0], ['c', 1]])
  })
})
