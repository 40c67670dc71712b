import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { FakeSocket, welcome } from './fakes'
import { RequestError, SignalingClient } from './signaling-client'
import type { LineState } from './signaling-client'
import type { ServerMessage } from '@/protocol/signaling'

beforeEach(() => {
  vi.useFakeTimers()
  FakeSocket.all = []
})
afterEach(() => vi.useRealTimers())

function client(over: { resume?: string | null; ticket?: (fresh: boolean) => Promise<string> } = {}) {
  const states: LineState[] = []
  const heard: ServerMessage[] = []
  const kept: (string | null)[] = []
  const tickets: boolean[] = []
  const line = new SignalingClient({
    url: 'ws://127.0.0.1/api/sessions/s/socket',
    ticket: over.ticket ?? ((fresh) => (tickets.push(fresh), Promise.resolve(`ticket-${tickets.length}`))),
    resume: over.resume ?? null,
    onState: (state) => states.push(state),
    onWelcome: () => undefined,
    onMessage: (message) => heard.push(message),
    keepResume: (token) => kept.push(token),
    openSocket: (url) => new FakeSocket(url) as unknown as WebSocket,
    random: () => 0.5,
  })
  return { line, states, heard, kept, tickets, at: () => states[states.length - 1] }
}

async function entered(over: Parameters<typeof client>[0] = {}) {
  const made = client(over)
  made.line.start()
  await vi.advanceTimersByTimeAsync(0)
  FakeSocket.last.opens()
  FakeSocket.last.says(welcome(FakeSocket.last.newest('hello').id))
  return made
}

describe('entering', () => {
  it('says_hello_with_the_ticket_and_keeps_the_resume_token', async () => {
    const { at, kept } = await entered()
    expect(FakeSocket.last.newest('hello')).toMatchObject({ protocol: 1, ticket: 'ticket-1' })
    expect(FakeSocket.last.newest('hello')).not.toHaveProperty('resume')
    expect(at()).toEqual({ at: 'open' })
    expect(kept).toEqual(['token-1'])
  })

  it('resumes_over_a_reload_with_the_kept_token', async () => {
    await entered({ resume: 'kept' })
    expect(FakeSocket.last.newest('hello').resume).toBe('kept')
  })

  it('asks_for_one_fresh_ticket_and_then_believes_the_refusal', async () => {
    const { line, at, tickets } = client()
    line.start()
    await vi.advanceTimersByTimeAsync(0)
    for (const n of [1, 2]) {
      FakeSocket.last.opens()
      FakeSocket.last.says({ type: 'refused', re: FakeSocket.last.newest('hello').id, code: 'ticket_expired', sentence: '进入凭证已过期。' })
      await vi.advanceTimersByTimeAsync(0)
      if (n === 1) expect(FakeSocket.all).toHaveLength(2)
    }
    expect(tickets).toEqual([false, true])
    expect(at()).toMatchObject({ at: 'closed', reason: 'refused', code: 'ticket_expired', sentence: '进入凭证已过期。' })
  })

  it('does_not_knock_again_when_the_ticket_itself_is_refused', async () => {
    const { line, at } = client({ ticket: () => Promise.reject({ status: 403, sentence: '这场活动不接受访客。' }) })
    line.start()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(FakeSocket.all).toHaveLength(0)
    expect(at()).toMatchObject({ reason: 'refused', sentence: '这场活动不接受访客。' })
  })

  it('waits_for_a_server_that_is_restarting', async () => {
    const { line, at } = client()
    line.start()
    await vi.advanceTimersByTimeAsync(0)
    FakeSocket.last.opens()
    FakeSocket.last.says({ type: 'refused', re: FakeSocket.last.newest('hello').id, code: 'server_stopping', sentence: '服务器正在重启。' })
    await vi.advanceTimersByTimeAsync(2_000)
    expect(FakeSocket.all.length).toBeGreaterThan(1)
    expect(at()?.at).toBe('connecting')
  })
})

describe('a ledger that cannot be written', () => {
  it('tells_who_comes_for_the_first_time_why_nobody_gets_in', async () => {
    const { line, at } = client()
    line.start()
    await vi.advanceTimersByTimeAsync(0)
    FakeSocket.last.opens()
    FakeSocket.last.says({ type: 'refused', re: FakeSocket.last.newest('hello').id, code: 'not_recorded', sentence: '服务器没能记下这一步，请重试。' })
    await vi.advanceTimersByTimeAsync(10_000)
    expect(at()).toMatchObject({ at: 'connecting', why: 'not_recorded' })
    FakeSocket.last.closes(1006)
    await vi.advanceTimersByTimeAsync(0)
    expect(at()).toMatchObject({ at: 'connecting', why: null })
    line.leave()
  })

  it('is_waited_for_with_the_same_resume_token', async () => {
    const { line, at } = await entered()
    FakeSocket.last.closes(1006)
    await vi.advanceTimersByTimeAsync(1_000)
    FakeSocket.last.opens()
    const refused = FakeSocket.last.newest('hello')
    FakeSocket.last.says({ type: 'refused', re: refused.id, code: 'not_recorded', sentence: '服务器没能记下这一步，请重试。' })
    await vi.advanceTimersByTimeAsync(10_000)
    expect(at()).toMatchObject({ at: 'reconnecting', why: 'not_recorded' })
    FakeSocket.last.opens()
    expect(FakeSocket.last.newest('hello').resume).toBe(refused.resume)
    expect(refused.resume).toBeTruthy()
    line.leave()
  })
})

describe('asking', () => {
  it('gives_each_answer_to_the_request_with_its_id', async () => {
    const { line } = await entered()
    const offer = line.request({ type: 'offer', sdp: 'v=0' })
    const chat = line.request({ type: 'chat', text: '好' })
    FakeSocket.last.says({ type: 'refused', re: FakeSocket.last.newest('chat').id, code: 'too_fast', sentence: '发得太快了，请稍等再发。' })
    FakeSocket.last.says({ type: 'answer', re: FakeSocket.last.newest('offer').id, sdp: 'answer' })
    await expect(offer).resolves.toMatchObject({ type: 'answer', sdp: 'answer' })
    await expect(chat).rejects.toMatchObject({ code: 'too_fast', sentence: '发得太快了，请稍等再发。' })
  })

  it('gives_up_on_a_request_that_is_never_answered', async () => {
    const { line } = await entered()
    const asked = line.request({ type: 'raise_hand' })
    const outcome = expect(asked).rejects.toMatchObject({ code: 'no_answer' })
    await vi.advanceTimersByTimeAsync(12_000)
    await outcome
  })

  it('tells_the_waiting_when_the_line_drops', async () => {
    const { line } = await entered()
    const asked = line.request({ type: 'raise_hand' })
    FakeSocket.last.closes(1006)
    await expect(asked).rejects.toBeInstanceOf(RequestError)
    await expect(line.request({ type: 'raise_hand' })).rejects.toMatchObject({ code: 'not_connected' })
  })

  it('routes_what_answers_nothing_to_the_room', async () => {
    const { heard } = await entered()
    FakeSocket.last.says({ type: 'admitted' })
    FakeSocket.last.onmessage?.({ data: 'not json' })
    expect(heard).toEqual([{ type: 'admitted' }])
  })
})

describe('dropping', () => {
  it('comes_back_as_the_same_participant_without_a_new_ticket', async () => {
    const { at, tickets } = await entered()
    FakeSocket.last.closes(1006)
    expect(at()).toMatchObject({ at: 'reconnecting', attempt: 1 })
    await vi.advanceTimersByTimeAsync(1_000)
    FakeSocket.last.opens()
    expect(FakeSocket.last.newest('hello').resume).toBe('token-1')
    expect(tickets).toEqual([false, false])
    FakeSocket.last.says(welcome(FakeSocket.last.newest('hello').id, { resumed: true, resume: 'token-2' }))
    expect(at()).toEqual({ at: 'open' })
  })

  it('pauses_longer_and_longer_but_never_over_8_seconds', async () => {
    await entered()
    FakeSocket.last.closes(1006)
    const times: number[] = []
    let seen = FakeSocket.all.length
    for (let ms = 0; ms < 60_000; ms += 100) {
      await vi.advanceTimersByTimeAsync(100)
      if (FakeSocket.all.length > seen) {
        seen = FakeSocket.all.length
        times.push(ms)
        FakeSocket.last.closes(1006)
      }
    }
    const pauses = times.slice(1).map((time, n) => time - (times[n] ?? 0))
    expect(times[0]).toBeLessThan(500)
    expect(Math.max(...pauses)).toBeLessThanOrEqual(8_000)
    expect(pauses[3]).toBeGreaterThan(pauses[0] ?? 0)
    expect(times.length).toBeGreaterThan(8)
  })

  it('enters_anew_once_the_resume_window_has_passed', async () => {
    const { kept } = await entered()
    FakeSocket.last.closes(1006)
    for (let s = 0; s < 130; s += 1) {
      await vi.advanceTimersByTimeAsync(1_000)
      FakeSocket.last.closes(1006)
    }
    await vi.advanceTimersByTimeAsync(10_000)
    FakeSocket.last.opens()
    expect(FakeSocket.last.newest('hello')).not.toHaveProperty('resume')
    expect(kept[kept.length - 1]).toBeNull()
  })

  it('enters_anew_at_once_when_the_server_forgot_us', async () => {
    await entered()
    FakeSocket.last.closes(1006)
    await vi.advanceTimersByTimeAsync(1_000)
    FakeSocket.last.opens()
    FakeSocket.last.says({ type: 'refused', re: FakeSocket.last.newest('hello').id, code: 'resume_expired', sentence: '' })
    await vi.advanceTimersByTimeAsync(0)
    FakeSocket.last.opens()
    expect(FakeSocket.last.newest('hello')).not.toHaveProperty('resume')
  })

  it('stops_after_ten_minutes_and_says_so', async () => {
    const { at } = await entered()
    FakeSocket.last.closes(1006)
    for (let s = 0; s < 620; s += 1) {
      await vi.advanceTimersByTimeAsync(1_000)
      FakeSocket.last.closes(1006)
    }
    expect(at()).toMatchObject({ at: 'closed', reason: 'lost' })
  })

  it('notices_a_line_that_is_silently_dead', async () => {
    const { at } = await entered()
    await vi.advanceTimersByTimeAsync(25_000)
    expect(at()?.at).toBe('open')
    expect(FakeSocket.all).toHaveLength(1)
    FakeSocket.last.alive = false
    await vi.advanceTimersByTimeAsync(10_000 + 4_000 + 4_000)
    expect(at()?.at).toBe('reconnecting')
  })

  it('suspected_it_is_asked_and_another_is_opened_beside_it', async () => {
    const { line, at } = await entered()
    const old = FakeSocket.last
    const verdicts = [line.suspect(), line.suspect()]
    await vi.advanceTimersByTimeAsync(0)
    expect(await Promise.all(verdicts)).toEqual([true, true])
    expect(old.count('ping')).toBe(1)
    expect(at()).toEqual({ at: 'open' })
    expect(FakeSocket.all.slice(1).every((spare) => spare.closedWith === 1000 && spare.sent.length === 0)).toBe(true)

    old.alive = false
    const dead = line.suspect()
    await vi.advanceTimersByTimeAsync(0)
    const spare = FakeSocket.last
    spare.closes(1006)
    await vi.advanceTimersByTimeAsync(300)
    expect(FakeSocket.last).not.toBe(spare)
    FakeSocket.last.opens()
    expect(await dead).toBe(false)
    expect(old.closedWith).toBe(1000)
    expect(FakeSocket.last.newest('hello').resume).toBe('token-1')
    FakeSocket.last.says(welcome(FakeSocket.last.newest('hello').id, { resumed: true }))
    expect(at()).toEqual({ at: 'open' })
  })

  it('suspected_and_silent_it_is_given_up_although_no_other_opens', async () => {
    const { line, at } = await entered()
    FakeSocket.last.alive = false
    const dead = line.suspect()
    await vi.advanceTimersByTimeAsync(3_900)
    expect(at()?.at).toBe('open')
    await vi.advanceTimersByTimeAsync(200)
    expect(await dead).toBe(false)
    expect(at()?.at).toBe('reconnecting')
  })

  it('retries_at_once_when_the_network_is_back', async () => {
    const { line } = await entered()
    FakeSocket.last.closes(1006)
    const before = FakeSocket.all.length
    line.retryNow()
    await vi.advanceTimersByTimeAsync(0)
    expect(FakeSocket.all.length).toBe(before + 1)
    await vi.advanceTimersByTimeAsync(5_000)
    expect(FakeSocket.all.length).toBe(before + 1)
  })

  it.each([
    [4009, 'removed'],
    [4010, 'ended'],
    [4011, 'replaced'],
  ] as const)('never_knocks_again_after_close_code_%i', async (code, reason) => {
    const { at } = await entered()
    const before = FakeSocket.all.length
    FakeSocket.last.closes(code)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(at()).toMatchObject({ at: 'closed', reason })
    expect(FakeSocket.all.length).toBe(before)
  })

  it.each([4008, 4012])('resumes_after_close_code_%i', async (code) => {
    await entered()
    FakeSocket.last.closes(code)
    await vi.advanceTimersByTimeAsync(1_000)
    FakeSocket.last.opens()
    expect(FakeSocket.last.newest('hello').resume).toBe('token-1')
  })

  it('a_restarted_server_is_entered_anew', async () => {
    await entered()
    FakeSocket.last.closes(1012)
    await vi.advanceTimersByTimeAsync(1_000)
    FakeSocket.last.opens()
    expect(FakeSocket.last.newest('hello')).not.toHaveProperty('resume')
  })

  it('leaving_says_so_and_forgets_the_token', async () => {
    const { line, at, kept } = await entered()
    const socket = FakeSocket.last
    line.leave()
    expect(socket.count('leave')).toBe(1)
    expect(at()).toMatchObject({ reason: 'left' })
    expect(kept[kept.length - 1]).toBeNull()
  })

  it('a_reload_keeps_the_token', async () => {
    const { line, kept } = await entered()
    line.stop()
    expect(kept).toEqual(['token-1'])
  })
})
