import { describe, expect, it } from 'vitest'
import { deviceRows, lineRows, reportText, sentence } from './rows'
import type { CheckResult, PathResult } from '@/session/line-check'

const path = (over: Partial<PathResult> = {}): PathResult => ({ state: 'works', places: ['203.0.113.5:7882'], ports: [7882], connectMs: 90, roundTripMs: 21.4, lossPercent: 0, jitterMs: 2.4, kbps: 2_000, limited: false, ...over })
const tcp = (over: Partial<PathResult> = {}) => path({ places: ['203.0.113.5:443'], ports: [443], ...over })
const result = (over: Partial<CheckResult> = {}): CheckResult => ({
  server: { ok: true, roundTripMs: 18 }, socket: { ok: true }, udp: path(), tcp: tcp(), down: { ok: true, kbps: 8_230 }, up: { ok: true, kbps: 640 }, ...over,
})

describe('the sentence', () => {
  it('names_the_ports_to_open_when_both_ways_are_blocked', () => {
    const said = sentence(result({ udp: path({ state: 'blocked' }), tcp: tcp({ state: 'blocked' }) }))
    expect(said).toMatchObject({ mark: 'bad', title: '无法连接：请联系网管开放 UDP 端口 7882 或 TCP 端口 443' })
  })
  it('names_one_where_the_server_has_but_one', () => {
    expect(sentence(result({ udp: path({ state: 'blocked' }), tcp: tcp({ state: 'not_offered', ports: [] }) })).title).toBe('无法连接：请联系网管开放 UDP 端口 7882')
  })
  it('lets_a_school_behind_tcp_teach_and_says_how_it_could_be_better', () => {
    const said = sentence(result({ udp: path({ state: 'blocked' }), up: { ok: true, kbps: 2_000 } }))
    expect(said).toMatchObject({ mark: 'ok', title: '可以上课' })
    expect(said.text).toContain('UDP 端口 7882')
  })
  it('is_only_listening_on_a_thin_line_and_says_by_which_figures', () => {
    const said = sentence(result({ udp: path({ kbps: 120, limited: true, lossPercent: 3.2 }) }))
    expect(said).toMatchObject({ mark: 'warn', title: '只能听' })
    expect(said.figures).toBe('实测只能听：下行约 120 千比特/秒，往返 21 毫秒，抖动 2 毫秒，丢包 3.2 %。')
  })
  it('says_when_the_way_that_lessons_take_is_held_back', () => {
    expect(sentence(result({ udp: path({ kbps: 300, limited: true }) })).text).toContain('UDP 比 TCP 差')
    expect(sentence(result()).text).not.toContain('UDP 比 TCP 差')
  })
  it('calls_no_line_fit_for_a_lesson_on_which_sound_breaks', () => expect(sentence(result({ udp: path({ lossPercent: 45 }) })).mark).toBe('bad'))
})

describe('the rows', () => {
  it('say_what_is_measured_what_is_under_way_and_what_waits', () => {
    const rows = lineRows({ running: 'tcp', progress: 42, result: result({ tcp: null, down: null, up: null }) })
    expect(rows.map((one) => one.mark)).toEqual(['ok', 'ok', 'ok', 'run', 'wait', 'wait'])
    expect(rows[2]).toMatchObject({ value: '通，能看 720p', figures: '下行 2.0 兆比特/秒以上，往返 21 毫秒，抖动 2 毫秒，丢包 0.0 %，0.1 秒接通', detail: '203.0.113.5:7882' })
  })
  it('what_was_not_tried_is_not_called_blocked', () => {
    const rows = lineRows({ running: null, progress: 100, result: result({ tcp: tcp({ state: 'unknown' }), down: null }) })
    expect([rows[3]?.mark, rows[4]?.mark]).toEqual(['skip', 'skip'])
  })
  it('a_lossy_way_is_weak_and_a_thin_one_too_and_each_says_what_to_do', () => {
    const rows = lineRows({ running: null, progress: 100, result: result({ udp: path({ lossPercent: 6 }) }) })
    expect([rows[2]?.mark, rows[4]?.mark, rows[5]?.mark]).toEqual(['warn', 'ok', 'warn'])
    expect([rows[2]?.advice, rows[5]?.advice].every((one) => one?.includes('请'))).toBe(true)
  })
  it('a_way_that_is_thin_and_lossy_hears_of_both_and_one_that_only_loses_of_that', () => {
    const adviceOf = (over: Partial<PathResult>) => lineRows({ running: null, progress: 100, result: result({ udp: path(over) }) })[2]?.advice ?? ''
    expect(adviceOf({ kbps: 290, limited: true, lossPercent: 3.2 })).toMatch(/^带宽偏小。.*丢包偏多。/)
    expect(adviceOf({ lossPercent: 25 })).toMatch(/^丢包偏多。/)
    expect(adviceOf({ lossPercent: 25 })).not.toContain('带宽')
  })
  it('no_bad_row_leaves_the_reader_without_a_next_step', () => {
    const all = result({ server: { ok: false, roundTripMs: null }, socket: { ok: false }, udp: path({ state: 'blocked' }), tcp: tcp({ state: 'blocked' }), down: { ok: true, kbps: 90 }, up: { ok: true, kbps: 90 } })
    const rows = lineRows({ running: null, progress: 100, result: all })
    expect(rows.filter((one) => one.mark === 'bad' || one.mark === 'warn')).toHaveLength(6)
    expect(rows.every((one) => one.advice.endsWith('。'))).toBe(true)
    const weak = result({ udp: path({ roundTripMs: 600 }), tcp: tcp({ jitterMs: 90 }) })
    expect(lineRows({ running: null, progress: 100, result: weak }).slice(2, 4).map((one) => one.advice)).toEqual([expect.stringContaining('往返偏慢'), expect.stringContaining('时快时慢')])
  })
  it('a_way_without_test_packets_still_says_what_is_known', () => {
    const rows = lineRows({ running: null, progress: 100, result: result({ udp: path({ kbps: null, jitterMs: null }) }) })
    expect(rows[2]).toMatchObject({ mark: 'ok', value: '通，能看 720p', figures: '往返 21 毫秒，丢包 0.0 %，0.1 秒接通' })
  })
  it('a_microphone_that_is_open_asks_for_a_word', () => {
    const devices = { microphone: 'on', microphoneName: '内置麦克风', heard: false, camera: 'denied', cameraName: '', speaker: 'unknown' } as const
    const rows = deviceRows(devices, { microphone: '', camera: '浏览器没有得到摄像头的许可。' })
    expect(rows.map((one) => one.mark)).toEqual(['ok', 'bad', 'wait'])
    expect(rows[0]?.detail).toContain('请说一句话')
    expect(rows[1]?.value).toContain('许可')
  })
})

describe('the text to hand on', () => {
  it('has_the_verdict_the_ports_and_the_figures', () => {
    const full = result()
    const text = reportText({ at: '2026-11-22 12:00', address: 'https://lectern.example', browser: 'Chromium' }, full, lineRows({ running: null, progress: 100, result: full }))
    for (const part of ['结论：可以听课，主讲偏紧', '✓ 音视频首选通道（UDP）：通，能看 720p，下行 2.0 兆比特/秒以上，往返 21 毫秒', '203.0.113.5:7882', '! 上行带宽：640 千比特/秒。主讲时请', '地址：https://lectern.example']) expect(text).toContain(part)
  })
})
