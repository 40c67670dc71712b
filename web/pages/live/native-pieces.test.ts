import { describe, expect, it } from 'vitest'
import { NativePieces, named } from './native-pieces'

const MASTER = 'https://a.example/hls/t/s/master.m3u8'
const files: Record<string, string> = {
  'master.m3u8': '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=400000\nlow.m3u8\n#EXT-X-STREAM-INF:BANDWIDTH=1800000\nhigh.m3u8\n',
  'low.m3u8': '#EXTM3U\n#EXT-X-MAP:URI="low-init-1.mp4"\n#EXTINF:2.0,\nlow-7.m4s\n#EXTINF:2.0,\nlow-8.m4s\n',
}

describe('a browser that plays by itself', () => {
  it('fetches_the_beginning_of_the_newest_piece_once', async () => {
    const asked: [string, string | undefined][] = []
    const pieces = new NativePieces((url, init) => {
      const name = url.split('/').pop() ?? ''
      asked.push([name, (init?.headers as Record<string, string> | undefined)?.range])
      return Promise.resolve(new Response(files[name] ?? 'x'.repeat(36)))
    })
    expect((await pieces.newest(MASTER))?.byteLength).toBe(36)
    expect(await pieces.newest(MASTER)).toBeNull()
    expect(asked).toEqual([['master.m3u8', undefined], ['low.m3u8', undefined], ['low-8.m4s', 'bytes=0-35'], ['low.m3u8', undefined]])
  })

  it('asks_for_the_renditions_again_when_the_one_it_knew_is_gone', async () => {
    const here = { ...files }
    const asked: string[] = []
    const pieces = new NativePieces((url) => {
      const name = url.split('/').pop() ?? ''
      asked.push(name)
      return Promise.resolve(name.endsWith('.m4s') ? new Response('x'.repeat(36)) : new Response(here[name] ?? '', { status: name in here ? 200 : 404 }))
    })
    await pieces.newest(MASTER)
    delete here['low.m3u8']
    here['master.m3u8'] = '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1800000\nhigh.m3u8\n'
    here['high.m3u8'] = '#EXTM3U\n#EXTINF:2.0,\nhigh-9.m4s\n'
    expect(await pieces.newest(MASTER)).toBeNull()
    expect(await pieces.newest(MASTER)).not.toBeNull()
    expect(asked).toEqual(['master.m3u8', 'low.m3u8', 'low-8.m4s', 'low.m3u8', 'master.m3u8', 'high.m3u8', 'high-9.m4s'])
  })

  it('asks_for_nothing_while_an_answer_is_on_its_way', async () => {
    const answers: (() => void)[] = []
    const pieces = new NativePieces(() => new Promise((resolve) => answers.push(() => resolve(new Response('', { status: 503 })))))
    const first = pieces.newest(MASTER)
    expect(await pieces.newest(MASTER)).toBeNull()
    expect(answers.length).toBe(1)
    answers[0]?.()
    expect(await first).toBeNull()
    void pieces.newest(MASTER)
    expect(answers.length).toBe(2)
  })

  it('asks_again_after_a_line_that_broke', async () => {
    let broken = true
    const pieces = new NativePieces((url) => (broken ? Promise.reject(new TypeError('no line')) : Promise.resolve(new Response(files[url.split('/').pop() ?? ''] ?? 'x'.repeat(36)))))
    await expect(pieces.newest(MASTER)).rejects.toThrow('no line')
    broken = false
    expect(await pieces.newest(MASTER)).not.toBeNull()
  })

  it('finds_it_in_the_playlist_of_the_sound_alone', async () => {
    const pieces = new NativePieces(() => Promise.resolve(new Response('#EXTM3U\n#EXTINF:2.0,\nsound-8.m4s\n')))
    expect(await pieces.newest(MASTER.replace('master', 'sound'))).not.toBeNull()
  })

  it('says_nothing_while_there_is_no_stream', async () => {
    const pieces = new NativePieces(() => Promise.resolve(new Response('', { status: 503 })))
    expect(await pieces.newest(MASTER)).toBeNull()
    expect(named('#EXTM3U\n', 'last', MASTER)).toBeNull()
  })
})
