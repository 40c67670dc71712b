import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { LineCheck, candidates, figures, gradeOf, judge, onlyWay } from './line-check'
import type { CheckResult, PathResult } from './line-check'
import type { LineCheckState } from '@/protocol/api'

const ANSWER = [
  'v=0',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111',
  'a=candidate:1 1 udp 2130706431 203.0.113.5 7882 typ host',
  'a=candidate:2 1 tcp 1518280447 203.0.113.5 443 typ host tcptype passive',
  'a=candidate:3 1 tcp 1518280446 2001:db8::5 443 typ host tcptype passive',
  'a=end-of-candidates',
  '',
].join('\r\n')

const path = (over: Partial<PathResult> = {}): PathResult => ({ state: 'works', places: ['203.0.113.5:7882'], ports: [7882], connectMs: 80, roundTripMs: 20, lossPercent: 0, jitterMs: 2, kbps: 2_000, limited: false, ...over })
const result = (over: Partial<CheckResult> = {}): CheckResult => ({
  server: { ok: true, roundTripMs: 20 }, socket: { ok: true }, udp: path(), tcp: path(), down: { ok: true, kbps: 8_000 }, up: { ok: true, kbps: 3_000 }, ...over,
})

describe('the verdict', () => {
  it.each([
    ['teach', {}],
    ['teach', { udp: path({ state: 'blocked' }) }],
    ['teach', { down: { ok: false, kbps: 0 }, up: { ok: false, kbps: 0 } }],
    ['watch', { up: { ok: true, kbps: 300 } }],
    ['teach', { udp: path({ kbps: 700 }) }],
    ['small', { udp: path({ kbps: 400 }) }],
    ['listen', { udp: path({ kbps: 120 }) }],
    ['listen', { udp: path({ kbps: null }), down: { ok: true, kbps: 120 } }],
    ['listen', { udp: path({ lossPercent: 25 }) }],
    ['poor', { udp: path({ lossPercent: 40 }) }],
    ['poor', { udp: path({ kbps: 50 }) }],
    ['teach', { udp: path({ state: 'blocked' }), down: { ok: true, kbps: 120 } }],
    ['blocked', { udp: path({ state: 'blocked' }), tcp: path({ state: 'blocked' }) }],
    ['blocked', { udp: path({ state: 'blocked' }), tcp: path({ state: 'not_offered' }) }],
    ['unknown', { udp: path({ state: 'unknown' }), tcp: path({ state: 'unknown' }) }],
    ['no_socket', { socket: { ok: false } }],
    ['no_server', { server: { ok: false, roundTripMs: null } }],
  ] as [string, Partial<CheckResult>][])('is_%s_for_%o', (verdict, over) => expect(judge(result(over))).toBe(verdict))
})

describe('the picture that fits', () => {
  it.each([
    [2_000, 'high'], [1_799, 'mid'], [620, 'mid'], [400, 'low'], [150, 'sound'], [60, 'poor'],
  ])('in_%s_kbps_is_%s', (kbps, grade) => expect(gradeOf(path({ kbps }), null)).toBe(grade))
  it('is_measured_by_the_web_where_no_test_packets_flow', () => expect(gradeOf(path({ kbps: null }), { ok: true, kbps: 700 })).toBe('mid'))
  it('is_unknown_where_nothing_was_measured', () => expect(gradeOf(path({ kbps: null }), null)).toBeNull())
})

describe('the ways in an answer', () => {
  it('are_told_apart_with_their_ports', () => {
    expect(candidates(ANSWER)).toEqual([
      { way: 'udp', address: '203.0.113.5', port: 7882 },
      { way: 'tcp', address: '203.0.113.5', port: 443 },
      { way: 'tcp', address: '2001:db8::5', port: 443 },
    ])
  })
  it('can_be_tried_alone', () => {
    expect(candidates(onlyWay(ANSWER, 'tcp')).map((one) => one.way)).toEqual(['tcp', 'tcp'])
    expect(onlyWay(ANSWER, 'udp')).toContain('a=end-of-candidates')
  })
})

describe('figures', () => {
  const pair = { type: 'candidate-pair', state: 'succeeded', currentRoundTripTime: 0.2, totalRoundTripTime: 1.2, responsesReceived: 30, requestsSent: 41 }
  it('come_from_the_questions_of_the_path_where_no_media_flows', () => {
    const found = figures([pair])
    expect(found.roundTripMs).toBeCloseTo(40)
    expect(found.lossPercent).toBeCloseTo(25)
  })
  it('come_from_packets_where_they_flow', () => {
    expect(figures([{ type: 'inbound-rtp', packetsReceived: 90, packetsLost: 10 }, pair]).lossPercent).toBeCloseTo(10)
  })
  it('are_unknown_from_a_handful', () => expect(figures([{ ...pair, requestsSent: 4, responsesReceived: 4 }]).lossPercent).toBeNull())
})

describe('a whole check', () => {
  beforeEach(() => vi.useFakeTimers())
  afterEach(() => vi.useRealTimers())

  /** A server that answers `open` ways, in a world where time is what the clock says. */
  function world(open: readonly string[], { reachable = true, socket = true, takesPackets = true, answers = true } = {}) {
    const ended: string[] = []
    let asked = 0
    const check = new LineCheck({
      origin: 'http://lectern',
      open: () => Promise.resolve({ id: 'check', sdp: ANSWER }),
      // Half of the packets have flowed when it is asked first.
      read: () => {
        asked += 1
        return Promise.resolve<LineCheckState>({
          begun: takesPackets, over: asked % 3 === 0, estimate_kbps: takesPackets ? 640 : null, limited: true,
          loss_percent: takesPackets ? 2.5 : null, jitter_ms: 4, round_trip_ms: null,
        })
      },
      end: (id) => Promise.resolve(ended.push(id)),
      now: () => Date.now(),
      fetch: (async (url: string, init: RequestInit) => {
        if (!answers) await new Promise(() => undefined)
        if (!reachable) throw new TypeError('unreachable')
        const kb = Number(/kb=(\d+)/.exec(url)?.[1] ?? 0)
        const up = init.body ? (init.body as Uint8Array).byteLength : 0
        const bytes = kb * 1024
        if (up) await new Promise((resolve) => setTimeout(resolve, 20 + up / 125))
        else if (!kb) await new Promise((resolve) => setTimeout(resolve, 20))
        let given = false
        const reader = {
          read: async () => {
            if (given) return { done: true, value: undefined }
            given = true
            await new Promise((resolve) => setTimeout(resolve, bytes / 250))
            return { done: false, value: new Uint8Array(bytes) }
          },
        }
        return { ok: true, body: { getReader: () => reader } }
      }) as unknown as typeof fetch,
      openSocket: () => {
        const made = { onopen: null, onerror: null, close() {} } as unknown as WebSocket
        setTimeout(() => (socket ? made.onopen?.(new Event('open')) : made.onerror?.(new Event('error'))), 5)
        return made
      },
      createPeer: () => {
        const peer = {
          connectionState: 'new',
          onconnectionstatechange: null as (() => void) | null,
          addTransceiver() {},
          createOffer: () => Promise.resolve({ type: 'offer', sdp: 'v=0' }),
          setLocalDescription: () => Promise.resolve(),
          setRemoteDescription: ({ sdp }: { sdp: string }) => {
            const way = candidates(sdp)[0]?.way ?? ''
            if (open.includes(way)) {
              setTimeout(() => {
                peer.connectionState = 'connected'
                peer.onconnectionstatechange?.()
              }, 90)
            }
            return Promise.resolve()
          },
          getStats: () => Promise.resolve([{ type: 'candidate-pair', state: 'succeeded', currentRoundTripTime: 0.03 }]),
          close() {},
        }
        return peer as unknown as RTCPeerConnection
      },
    })
    return { check, ended }
  }
  const finish = async (check: LineCheck) => {
    const done = check.start()
    await vi.advanceTimersByTimeAsync(120_000)
    await done
  }

  it('goes_through_every_part_and_ends_its_peers', async () => {
    const { check, ended } = world(['udp', 'tcp'])
    await finish(check)
    expect(check.state).toMatchObject({ running: null, progress: 100 })
    expect(check.state.result.udp).toMatchObject({ state: 'works', places: ['203.0.113.5:7882'], connectMs: 90, roundTripMs: 30, kbps: 640, limited: true, lossPercent: 2.5, jitterMs: 4 })
    expect(check.state.result.tcp?.places).toEqual(['203.0.113.5:443', '[2001:db8::5]:443'])
    expect(check.state.result.down?.kbps).toBeCloseTo(2_000, -1)
    expect(check.state.result.up?.kbps).toBeCloseTo(1_000, -1)
    expect(ended).toEqual(['check', 'check'])
    expect(judge(check.state.result)).toBe('teach')
  })

  it('a_browser_that_takes_no_test_packets_is_judged_without', async () => {
    const { check } = world(['udp', 'tcp'], { takesPackets: false })
    await finish(check)
    expect(check.state.result.udp).toMatchObject({ state: 'works', roundTripMs: 30, kbps: null, lossPercent: null })
    expect(judge(check.state.result)).toBe('teach')
  })

  it('the_bar_moves_while_the_line_is_filled', async () => {
    const { check } = world(['udp'])
    const done = check.start()
    await vi.advanceTimersByTimeAsync(900)
    const before = check.state.progress
    await vi.advanceTimersByTimeAsync(600)
    expect(check.state.running).toBe('udp')
    expect(check.state.progress).toBeGreaterThan(before)
    check.stop()
    await vi.advanceTimersByTimeAsync(60_000)
    await done
  })

  it('a_school_that_blocks_udp_is_seen', async () => {
    const { check } = world(['tcp'])
    await finish(check)
    expect([check.state.result.udp?.state, check.state.result.tcp?.state]).toEqual(['blocked', 'works'])
  })

  it('a_proxy_that_stops_websockets_is_seen', async () => {
    const { check } = world(['udp'], { socket: false })
    await finish(check)
    expect(judge(check.state.result)).toBe('no_socket')
  })

  it('without_the_server_nothing_else_is_tried', async () => {
    const { check } = world([], { reachable: false })
    await finish(check)
    expect(check.state.result).toMatchObject({ server: { ok: false }, socket: null, udp: null })
    expect(judge(check.state.result)).toBe('no_server')
  })

  it('a_server_that_never_answers_is_not_waited_for', async () => {
    const { check } = world(['udp'], { answers: false })
    await finish(check)
    expect(check.state).toMatchObject({ running: null, result: { server: { ok: false } } })
  })

  it('a_check_that_was_stopped_says_nothing_more', async () => {
    const { check } = world(['udp'])
    const done = check.start()
    await vi.advanceTimersByTimeAsync(200)
    check.stop()
    await vi.advanceTimersByTimeAsync(60_000)
    await done
    expect(check.state.running).toBeNull()
    expect(check.state.result.tcp).toBeNull()
  })
})
