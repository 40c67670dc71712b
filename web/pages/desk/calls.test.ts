import { afterEach, describe, expect, it, vi } from 'vitest'
import { everyPage } from './calls'

afterEach(() => vi.unstubAllGlobals())

function serve(total: number) {
  const asked: string[] = []
  vi.stubGlobal('fetch', async (address: string) => {
    asked.push(address)
    const page = Number(new URLSearchParams(address.split('?')[1]).get('page'))
    const rows = Array.from({ length: Math.max(0, Math.min(100, total - (page - 1) * 100)) }, (_, n) => (page - 1) * 100 + n)
    return new Response(JSON.stringify({ rows, total, page, size: 100 }))
  })
  return asked
}

describe('a long list', () => {
  it('is fetched in whole, in order', async () => {
    const asked = serve(250)
    const rows = await everyPage<number>('/api/studios')
    expect([rows.length, rows[0], rows[249], asked.length]).toEqual([250, 0, 249, 3])
  })
  it('that is empty is asked for once', async () => {
    const asked = serve(0)
    expect(await everyPage('/api/studios')).toEqual([])
    expect(asked).toHaveLength(1)
  })
  it('without an end is not followed for ever', async () => {
    const asked = serve(1_000_000)
    expect(await everyPage('/api/studios')).toHaveLength(1000)
    expect(asked).toHaveLength(10)
  })
})
