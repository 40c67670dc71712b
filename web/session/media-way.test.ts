/** UDP → TCP is the browser's own choice within one Peer; → HLS and back is ours. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { CHROMIUM_CODECS, FakePeer, FakeSocket, fakeMediaDevices, history, person, roster, segment, welcome } from './fakes'
import { LiveRoom } from './live-room'
import type { ParticipantView, ServerMessage, Welcome } from '@/protocol/signaling'

beforeEach(() => {
  vi.useFakeTimers()
  FakeSocket.all = []
  FakePeer.all = []
})
const made: LiveRoom[] = []
afterEach(() => {
  for (const room of made.splice(0)) room.dispose()
  vi.useRealTimers()
})

const HOUR_MS = 3_600_000
const URL = '/hls/lcs1.a/s/master.m3u8'
const settle = () => vi.advanceTimersByTimeAsync(0)
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)
const socket = () => FakeSocket.last
const says = (message: ServerMessage) => socket().says(message)

function newRoom(webrtc = true): LiveRoom {
  const room = new LiveRoom({
    socketUrl: 'ws://127.0.0.1/s',
    ticket: () => Promise.resolve('ticket'),
    resume: null,
    keepResume: () => undefined,
    videoSlots: 2,
    mode: 'auto',
    keepMode: () => undefined,
    openSocket: (url) => new FakeSocket(url) as unknown as WebSocket,
    createPeer: webrtc ? () => new FakePeer() as unknown as RTCPeerConnection : undefined,
    capabilities: () => CHROMIUM_CODECS as RTCRtpCodec[],
    mediaDevices: fakeMediaDevices(),
    random: () => 0,
  })
  made.push(room)
  return room
}

async function welcomed(over: Partial<Welcome> = {}, people?: ParticipantView[]) {
  socket().opens()
  says(welcome(socket().newest('hello').id, over))
  says(roster(people))
  says(history())
  await settle()
}
async function entered(webrtc = true, people?: ParticipantView[]) {
  const room = newRoom(webrtc)
  room.enter()
  await settle()
  await welcomed({}, people)
  return room
}
async function answer() {
  says({ type: 'answer', re: socket().newest('offer').id, sdp: 'v=0\r\n' })
  await settle()
  await settle()
}
async function refuse(type: string, code: 'webrtc_full' | 'no_common_codec' | 'bad_offer' | 'too_fast', sentence = '') {
  says({ type: 'refused', re: socket().newest(type).id, code, sentence })
  await settle()
  await settle()
}
async function address(url = URL, expiresIn = HOUR_MS) {
  says({ type: 'hls', re: socket().newest('hls').id, url, expires_ms: Date.now() + expiresIn })
  await settle()
}
/** Somebody whom neither UDP nor TCP reaches, and who watches the plain stream. */
async function fallen() {
  const room = await entered()
  await answer()
  await pass(12_000)
  await address()
  return room
}
/** The same in a browser that has nothing else: nothing is tried beside it. */
async function only() {
  const room = await entered(false)
  await address()
  return room
}
const told = () => socket().sent.flatMap((one) => (one.type === 'fetched' ? [(one.pieces as { number: number }[]).map((piece) => piece.number)] : []))

describe('from WebRTC to the plain stream', () => {
  it('whoever_gets_media_by_udp_or_tcp_never_asks_for_it', async () => {
    const room = await entered()
    await answer()
    await pass(11_000)
    FakePeer.last.becomes('connected')
    await pass(120_000)
    expect(socket().count('hls')).toBe(0)
    expect(room.state.crowd).toBeNull()
    expect(room.state.media).toBe('connected')
  })

  it('after_twelve_seconds_without_a_way_by_udp_or_tcp', async () => {
    const room = await entered()
    await answer()
    await pass(11_900)
    expect(socket().count('hls')).toBe(0)
    await pass(200)
    expect(socket().count('hls')).toBe(1)
    expect(FakePeer.last.connectionState).not.toBe('closed')
    await address()
    expect(room.state.crowd).toEqual({ url: URL, stream: 1, cause: 'blocked' })
    expect(room.state.media).toBe('idle')
    expect(FakePeer.last.connectionState).toBe('closed')
    expect(FakeSocket.all).toHaveLength(1)
    expect(socket().count('hello')).toBe(1)
  })

  it('at_once_where_the_browser_has_no_webrtc', async () => {
    const room = await entered(false)
    expect(FakePeer.all).toHaveLength(0)
    expect(socket().count('offer')).toBe(0)
    await address()
    expect(room.state.crowd?.cause).toBe('unsupported')
    await pass(HOUR_MS / 2)
    expect(socket().count('offer')).toBe(0)
  })

  it('at_once_where_the_places_for_webrtc_are_taken', async () => {
    const room = await entered()
    await refuse('offer', 'webrtc_full', '实时名额已满。')
    expect(socket().count('hls')).toBe(1)
    await address()
    expect(room.state.crowd?.cause).toBe('full')
    expect(room.state.mediaTrouble).toBe('')
  })

  it('at_once_where_browser_and_server_have_no_codec_in_common', async () => {
    const room = await entered()
    await refuse('offer', 'no_common_codec', '无法收看。')
    expect(room.state.mediaTrouble).toBe('无法收看。')
    await address()
    expect(room.state.crowd?.cause).toBe('unsupported')
    expect(room.state.mediaTrouble).toBe('')
  })

  it('when_what_flowed_is_lost_and_not_back_within_eighteen_seconds', async () => {
    const room = await entered()
    await answer()
    FakePeer.last.becomes('connected')
    await pass(60_000)
    FakePeer.last.becomes('failed')
    await settle()
    await answer()
    await pass(6_100)
    await answer()
    await pass(6_100)
    await answer()
    expect(socket().count('hls')).toBe(0)
    await pass(6_000)
    expect(socket().count('hls')).toBe(1)
    await address()
    expect(room.state.crowd?.cause).toBe('lost')
  })

  it('not_after_a_loss_that_mends', async () => {
    const room = await entered()
    await answer()
    FakePeer.last.becomes('connected')
    FakePeer.last.becomes('failed')
    await settle()
    await answer()
    await pass(10_000)
    FakePeer.last.becomes('connected')
    await pass(60_000)
    expect(socket().count('hls')).toBe(0)
    expect(room.state.media).toBe('connected')
  })

  it('not_for_whoever_sends_or_may', async () => {
    for (const people of [[person(2, { role: 'host', may_publish: true })], [person(2, { may_publish: true })]]) {
      const room = await entered(true, people)
      await answer()
      await pass(60_000)
      expect(socket().count('hls')).toBe(0)
      expect(room.state.media).toBe('blocked')
    }
  })

  it('but_for_them_too_where_there_is_no_webrtc_at_all', async () => {
    await entered(false, [person(2, { role: 'host', may_publish: true })])
    expect(socket().count('hls')).toBe(1)
  })

  it('soon_after_the_right_to_speak_is_taken_back', async () => {
    const room = await entered(true, [person(1, { role: 'host' }), person(2, { may_publish: true })])
    await answer()
    await pass(30_000)
    says({ type: 'participant_changed', participant: person(2) })
    says({ type: 'dismissed' })
    await pass(18_000)
    expect(socket().count('hls')).toBe(1)
    await address()
    expect(room.state.crowd?.cause).toBe('blocked')
  })

  it('not_when_media_connects_while_there_is_no_stream_to_be_had', async () => {
    const room = await entered()
    await answer()
    await pass(12_100)
    await refuse('hls', 'too_fast', '请稍后再试。')
    FakePeer.last.becomes('connected')
    await pass(60_000)
    expect(socket().count('hls')).toBe(1)
    expect(room.state.crowd).toBeNull()
    expect(room.state.media).toBe('connected')
  })

  it('webrtc_goes_on_trying_while_the_stream_is_asked_for_again_and_again', async () => {
    const room = await entered()
    await answer()
    await pass(12_100)
    await refuse('hls', 'too_fast')
    await pass(3_000)
    expect(socket().count('hls')).toBe(2)
    await refuse('hls', 'too_fast')
    expect(room.state.crowd).toBeNull()
    await pass(6_000)
    expect(socket().count('hls')).toBe(3)
    await address()
    expect(room.state.crowd?.cause).toBe('blocked')
  })
})

describe('the address', () => {
  it('is_renewed_before_it_expires_and_the_stream_goes_on', async () => {
    const room = await only()
    await pass(HOUR_MS - 61_000)
    expect(socket().count('hls')).toBe(1)
    await pass(2_000)
    expect(socket().count('hls')).toBe(2)
    await address('/hls/lcs1.b/s/master.m3u8')
    expect(room.state.crowd).toMatchObject({ url: '/hls/lcs1.b/s/master.m3u8', stream: 1 })
  })

  it('expires_by_the_servers_clock', async () => {
    const room = newRoom(false)
    room.enter()
    await settle()
    await welcomed({ now_ms: Date.now() + 600_000 })
    await address(URL, HOUR_MS)
    await pass(HOUR_MS - 600_000 - 61_000)
    expect(socket().count('hls')).toBe(1)
    await pass(2_000)
    expect(socket().count('hls')).toBe(2)
  })

  it('that_is_about_to_expire_is_not_asked_for_without_a_pause', async () => {
    await only()
    await pass(HOUR_MS - 59_000)
    const asked = socket().count('hls')
    await address(URL, 1_000)
    await pass(19_000)
    expect(socket().count('hls')).toBe(asked)
    await pass(2_000)
    expect(socket().count('hls')).toBe(asked + 1)
  })

  it('that_is_refused_is_asked_for_again_but_not_at_each_try_of_the_player', async () => {
    const room = await fallen()
    await pass(30_000)
    for (let n = 0; n < 5; n += 1) room.streamRefused()
    await address()
    room.streamRefused()
    expect(socket().count('hls')).toBe(2)
  })

  it('is_asked_for_after_a_return_instead_of_an_offer', async () => {
    const room = await fallen()
    const offers = socket().count('offer')
    socket().closes(1006)
    await pass(1_000)
    await welcomed({ resumed: true })
    expect(offers).toBe(1)
    expect(socket().count('offer')).toBe(0)
    expect(socket().count('hls')).toBe(1)
    await address()
    expect(room.state.crowd).toEqual({ url: URL, stream: 1, cause: 'blocked' })
  })

  it('after_a_restart_of_the_server_it_is_that_of_another_stream', async () => {
    const room = await fallen()
    socket().closes(1012)
    await pass(1_000)
    await welcomed({ resumed: false })
    expect(socket().count('offer')).toBe(0)
    await address()
    expect(room.state.crowd).toMatchObject({ url: URL, stream: 2 })
  })
})

describe('what was fetched', () => {
  it('is_told_picture_and_sound_together_and_also_by_a_hidden_page', async () => {
    const room = await fallen()
    room.setWatching(false, true)
    room.streamLoaded(segment(41))
    room.streamLoaded(new ArrayBuffer(700))
    await pass(300)
    room.streamLoaded(segment(41, '00000000000000aa'))
    await pass(700)
    expect(socket().newest('fetched').pieces).toEqual([{ number: 41, proof: 'a1b2c3d4e5f60718' }, { number: 41, proof: '00000000000000aa' }])
    room.streamLoaded(segment(41))
    room.streamLoaded(segment(42, '0000000000000001'))
    await pass(1_000)
    expect(told()).toEqual([[41, 41], [42]])
    expect(socket().newest('watching')).toMatchObject({ visible: false })
  })

  it('while_the_line_is_away_is_told_after_the_return_behind_the_question_for_the_address', async () => {
    const room = await fallen()
    socket().closes(1006)
    room.streamLoaded(segment(50, '0000000000000050'))
    room.streamLoaded(segment(51, '0000000000000051'))
    await pass(1_000)
    await welcomed({ resumed: true })
    expect(told()).toEqual([])
    await address()
    expect(told()).toEqual([[50, 51]])
  })

  it('is_nothing_while_webrtc_flows', async () => {
    const room = await entered()
    await answer()
    FakePeer.last.becomes('connected')
    room.streamLoaded(segment(1))
    await pass(5_000)
    expect(told()).toEqual([])
  })
})

describe('the line of who watches the plain stream', () => {
  it('is_what_the_player_saw', async () => {
    const room = await fallen()
    const report = { freezes: 1, freeze_ms: 900, concealed_permille: 0, decoded_fps: 25 }
    room.reportStream(report)
    expect(socket().newest('line_report')).toMatchObject(report)
    await pass(60_000)
    expect(socket().count('line_report')).toBe(1)
  })
})

describe('back to WebRTC', () => {
  it('is_tried_after_three_minutes_while_the_stream_plays_on', async () => {
    const room = await fallen()
    await pass(179_000)
    expect(FakePeer.all).toHaveLength(1)
    await pass(2_000)
    expect(FakePeer.all).toHaveLength(2)
    expect(room.state.crowd).not.toBeNull()
    await answer()
    FakePeer.last.becomes('connected')
    expect(room.state.crowd).not.toBeNull()
    await pass(1_500)
    expect(room.state.crowd).toBeNull()
    expect(room.state.media).toBe('connected')
    await pass(HOUR_MS)
    expect(socket().count('hls')).toBe(1)
  })

  it('a_try_that_fails_ends_in_the_same_stream_and_the_next_comes_later', async () => {
    const room = await fallen()
    await pass(180_000)
    await answer()
    room.streamLoaded(segment(90, '0000000000000090'))
    await pass(11_000)
    expect(told()).toEqual([])
    await pass(1_000)
    expect(FakePeer.last.connectionState).toBe('closed')
    expect(room.state.crowd).toMatchObject({ url: URL, stream: 1 })
    expect(socket().count('hls')).toBe(2)
    await address()
    expect(room.state.crowd).toMatchObject({ url: URL, stream: 1 })
    expect(told()).toEqual([[90]])
    await pass(350_000)
    expect(FakePeer.all).toHaveLength(2)
    await pass(15_000)
    expect(FakePeer.all).toHaveLength(3)
  })

  it('where_places_were_taken_it_is_tried_every_five_minutes', async () => {
    const room = await entered()
    await refuse('offer', 'webrtc_full')
    await address()
    for (let n = 1; n <= 3; n += 1) {
      await pass(299_000)
      expect(socket().count('offer')).toBe(n)
      await pass(2_000)
      await refuse('offer', 'webrtc_full')
      await address()
      expect(room.state.crowd).toMatchObject({ url: URL, stream: 1, cause: 'full' })
    }
    await pass(301_000)
    await answer()
    FakePeer.last.becomes('connected')
    await pass(2_000)
    expect(room.state.crowd).toBeNull()
  })

  it('another_network_is_tried_soon_and_not_at_each_word_of_it', async () => {
    const room = await fallen()
    room.networkChanged()
    room.networkChanged()
    await pass(3_100)
    expect(FakePeer.all).toHaveLength(2)
    await answer()
    await pass(13_000)
    await address()
    room.networkChanged()
    await pass(10_000)
    expect(FakePeer.all).toHaveLength(2)
  })

  it('a_try_that_the_line_did_not_survive_leaves_the_stream', async () => {
    const room = await fallen()
    await pass(180_000)
    await answer()
    socket().closes(1006)
    expect(FakePeer.last.connectionState).toBe('closed')
    await pass(1_000)
    await welcomed({ resumed: true })
    expect(socket().count('hls')).toBe(1)
    expect(socket().count('offer')).toBe(0)
    await address()
    expect(room.state.crowd).toMatchObject({ url: URL })
  })

  it('what_connected_and_broke_before_its_first_picture_leaves_the_stream', async () => {
    const room = await fallen()
    await pass(180_000)
    await answer()
    FakePeer.last.becomes('connected')
    FakePeer.last.becomes('failed')
    await pass(2_000)
    expect(room.state.crowd).not.toBeNull()
    expect(socket().count('hls')).toBe(2)
  })
})

describe('speaking', () => {
  const admitted = () => {
    says({ type: 'participant_changed', participant: person(2, { may_publish: true }) })
    says({ type: 'admitted' })
  }

  it('a_hand_is_raised_over_the_same_line', async () => {
    const room = await fallen()
    room.ask({ type: 'raise_hand' }).catch(() => undefined)
    expect(socket().newest('raise_hand')).toBeTruthy()
    expect(room.state.crowd).not.toBeNull()
  })

  it('who_is_let_on_gets_webrtc_at_once_and_speaks_over_it', async () => {
    const room = await fallen()
    admitted()
    await settle()
    expect(FakePeer.all).toHaveLength(2)
    const work = room.toggleMicrophone()
    expect(room.state.own.microphone).toBe('starting')
    await answer()
    FakePeer.last.becomes('connected')
    await pass(1_500)
    says({ type: 'ok', re: socket().newest('publish').id })
    await work
    expect(FakePeer.all).toHaveLength(2)
    expect(room.state.crowd).toBeNull()
    expect(room.state.own.microphone).toBe('on')
    expect(socket().newest('publish')).toMatchObject({ source: 'microphone', mid: '0' })
  })

  it('where_webrtc_cannot_be_had_it_is_said_and_the_stream_plays_on', async () => {
    const room = await fallen()
    admitted()
    const work = room.toggleMicrophone()
    const outcome = expect(work).rejects.toThrow()
    await settle()
    await answer()
    await pass(12_100)
    await outcome
    expect(room.state.notice?.kind).toBe('cannot_speak')
    expect(room.state.own.microphone).toBe('off')
    expect(room.devices.state.microphone).toBe('off')
    expect(room.state.crowd).toMatchObject({ url: URL })
    expect(socket().count('hls')).toBe(2)
  })
})

describe('the end', () => {
  it('leaves_nothing_running', async () => {
    const room = await fallen()
    room.streamLoaded(segment(3))
    says({ type: 'session_ended' })
    expect(room.state.crowd).toBeNull()
    room.dispose()
    expect(vi.getTimerCount()).toBe(0)
  })
})
