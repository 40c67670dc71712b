import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { CHROMIUM_CODECS, FakePeer, FakeSocket, FakeTrack, fakeMediaDevices, history, person, roster, welcome } from './fakes'
import { LiveRoom } from './live-room'
import type { LineMode, ParticipantView, Welcome } from '@/protocol/signaling'

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

const settle = () => vi.advanceTimersByTimeAsync(0)
const HOST = { you: 1 }

const kept: LineMode[] = []

function newRoom(videoSlots = 2): LiveRoom {
  const room = new LiveRoom({
    socketUrl: 'ws://127.0.0.1/s',
    ticket: () => Promise.resolve('ticket'),
    resume: null,
    keepResume: () => undefined,
    videoSlots,
    mode: 'auto',
    keepMode: (mode) => kept.push(mode),
    openSocket: (url) => new FakeSocket(url) as unknown as WebSocket,
    createPeer: () => new FakePeer() as unknown as RTCPeerConnection,
    capabilities: () => CHROMIUM_CODECS as RTCRtpCodec[],
    mediaDevices: fakeMediaDevices(),
  })
  made.push(room)
  return room
}

/** Everything up to the answered offer. */
async function arrive(over: Partial<Welcome> = {}, people?: ParticipantView[]) {
  const socket = FakeSocket.last
  socket.opens()
  socket.says(welcome(socket.newest('hello').id, over))
  socket.says(roster(people))
  socket.says(history())
  await settle()
  await answer()
}
async function answer() {
  const socket = FakeSocket.last
  socket.says({ type: 'answer', re: socket.newest('offer').id, sdp: 'v=0\r\na=rtpmap:111 opus/48000/2\r\na=fmtp:111 useinbandfec=1\r\n' })
  await settle()
  await settle()
}
/** Answers every unanswered request with `ok`. */
async function ok(type: string) {
  FakeSocket.last.says({ type: 'ok', re: FakeSocket.last.newest(type).id })
  await settle()
  await settle()
}
async function entered(over: Partial<Welcome> = {}, people?: ParticipantView[]) {
  const room = newRoom()
  room.enter()
  await settle()
  await arrive(over, people)
  FakePeer.last.becomes('connected')
  return room
}

describe('the one offer', () => {
  it('has_every_sending_line_empty_and_then_the_slots', async () => {
    await entered()
    const peer = FakePeer.last
    expect(peer.transceivers.map((one) => [one.kind, one.init.direction])).toEqual([
      ['audio', 'sendonly'],
      ['video', 'sendonly'],
      ['video', 'sendonly'],
      ['audio', 'sendonly'],
      ...Array.from({ length: 3 }, () => ['audio', 'recvonly']),
      ...Array.from({ length: 2 }, () => ['video', 'recvonly']),
    ])
    expect(peer.transceivers[1]?.init.sendEncodings?.map((one) => [one.rid, one.scaleResolutionDownBy])).toEqual([
      ['l', 4],
      ['m', 2],
      ['h', 1],
    ])
    expect(peer.transceivers.every((one) => one.sender.track === null)).toBe(true)
    expect(peer.transceivers[8]?.codecs[0]?.sdpFmtpLine).toContain('42e01f')
    expect(FakeSocket.last.newest('offer').sdp).toContain('usedtx=1')
  })

  it('the_servers_sentence_is_shown_when_it_cannot_use_the_offer', async () => {
    const room = newRoom()
    room.enter()
    await settle()
    FakeSocket.last.opens()
    FakeSocket.last.says(welcome(FakeSocket.last.newest('hello').id))
    await settle()
    FakeSocket.last.says({ type: 'refused', re: FakeSocket.last.newest('offer').id, code: 'no_common_codec', sentence: '浏览器不支持 H.264、VP8 或 Opus，无法收看。' })
    await settle()
    await settle()
    expect(room.state.mediaTrouble).toContain('无法收看')
  })
})

describe('slots', () => {
  const camera = (participant: number, width = 1200) => ({ participant, source: 'camera' as const, width })
  const screen = { participant: 1, source: 'screen' as const, width: 1200 }

  it('asks_for_what_is_on_screen_and_follows_it', async () => {
    const room = await entered()
    room.show([camera(1)])
    expect(FakeSocket.last.newest('slots').slots).toEqual([{ mid: '7', show: { participant: 1, source: 'camera' }, max_layer: 'high' }])
    room.show([screen, camera(1, 300)])
    expect(FakeSocket.last.newest('slots').slots).toEqual([
      { mid: '7', show: { participant: 1, source: 'camera' }, max_layer: 'low' },
      { mid: '8', show: { participant: 1, source: 'screen' }, max_layer: 'high' },
    ])
    const asked = FakeSocket.last.count('slots')
    FakeSocket.last.says({ type: 'participant_joined', participant: person(3) })
    room.show([screen, camera(1, 310)])
    await vi.advanceTimersByTimeAsync(1_000)
    expect(FakeSocket.last.count('slots')).toBe(asked)
    expect(FakeSocket.last.newest('watching')).toMatchObject({ visible: true })
  })

  it('while_a_window_is_dragged_nothing_is_asked', async () => {
    const room = await entered()
    room.show([camera(1)])
    const asked = FakeSocket.last.count('slots')
    for (const width of [900, 700, 500, 300]) {
      room.show([camera(1, width)])
      await vi.advanceTimersByTimeAsync(50)
    }
    expect(FakeSocket.last.count('slots')).toBe(asked)
    expect(FakeSocket.last.newest('watching')).toMatchObject({ visible: true })
    await vi.advanceTimersByTimeAsync(200)
    expect(FakeSocket.last.count('slots')).toBe(asked + 1)
    expect(FakeSocket.last.newest('slots').slots).toMatchObject([{ max_layer: 'low' }])
  })

  it('a_hidden_page_asks_for_nothing_after_a_while_and_for_everything_at_once_when_seen', async () => {
    const room = await entered()
    room.setWatching(true, true)
    room.show([camera(1)])
    room.setWatching(false, true)
    await vi.advanceTimersByTimeAsync(4_000)
    expect(FakeSocket.last.newest('slots').slots).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1_500)
    expect(FakeSocket.last.newest('slots').slots).toEqual([])
    room.setWatching(true, true)
    expect(FakeSocket.last.newest('slots').slots).toHaveLength(1)
  })

  it('a_glance_elsewhere_and_a_window_of_its_own_cost_no_picture', async () => {
    const room = await entered()
    room.setWatching(true, true)
    room.show([camera(1)])
    const asked = FakeSocket.last.count('slots')
    room.setWatching(false, true)
    await vi.advanceTimersByTimeAsync(3_000)
    room.setWatching(true, true)
    await vi.advanceTimersByTimeAsync(10_000)
    room.setWatching(false, true, true)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(FakeSocket.last.count('slots')).toBe(asked)
    expect(FakeSocket.last.newest('watching')).toMatchObject({ visible: true })
  })
})

describe('the line', () => {
  it('is_used_as_the_person_said_after_every_return', async () => {
    const room = await entered()
    expect(FakeSocket.last.newest('line_mode')).toMatchObject({ mode: 'auto' })
    room.chooseMode('saving')
    expect(FakeSocket.last.newest('line_mode')).toMatchObject({ mode: 'saving' })
    expect(kept[kept.length - 1]).toBe('saving')
    FakeSocket.last.closes(1006)
    await vi.advanceTimersByTimeAsync(1_000)
    await arrive({ resumed: true })
    expect(FakeSocket.last.newest('line_mode')).toMatchObject({ mode: 'saving' })
  })

  it('a_host_asks_for_the_details_of_one_person', async () => {
    const room = await entered(HOST)
    const asked = room.lineOf(2)
    const details = { estimate_kbps: 900, sent_kbps: 800, received_kbps: 0, loss_percent: 1, uplink_loss_percent: 0, round_trip_ms: 40, step: 'full', mode: 'auto', layers: [], freezes: 0, freeze_ms: 0, concealed_permille: 0, transport: 'tcp' } as const
    FakeSocket.last.says({ type: 'line_details', re: FakeSocket.last.newest('line_details').id, participant: 2, details: { ...details, layers: [] } })
    expect((await asked).transport).toBe('tcp')
  })

  it('is_reported_every_ten_seconds_once_there_is_something_to_compare', async () => {
    await entered()
    await vi.advanceTimersByTimeAsync(10_500)
    expect(FakeSocket.last.count('line_report')).toBe(0)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(FakeSocket.last.newest('line_report')).toMatchObject({ freezes: 0, freeze_ms: 0, concealed_permille: 0, decoded_fps: 0 })
  })

  it('that_died_with_its_network_is_replaced_by_the_first_that_opens_and_the_peer_stays', async () => {
    const room = await entered()
    room.show([{ participant: 1, source: 'camera', width: 1200 }])
    const old = FakeSocket.last
    old.alive = false
    room.networkChanged()
    await settle()
    expect(FakeSocket.all).toHaveLength(2)
    expect(old.closedWith).toBeNull()
    FakeSocket.last.opens()
    expect(old.closedWith).toBe(1000)
    expect(FakeSocket.last.newest('hello')).toMatchObject({ resume: 'token-1' })
    FakeSocket.last.says(welcome(FakeSocket.last.newest('hello').id, { resumed: true }))
    await settle()
    expect(FakePeer.last.offers).toEqual([{ iceRestart: false }, { iceRestart: true }])
    expect(FakeSocket.last.newest('offer')).toMatchObject({ continues: true })
    expect(room.state.slotTracks.size).toBe(5)
    await answer()
    expect(FakeSocket.last.newest('slots').slots).toMatchObject([{ mid: '7' }])
    expect(FakePeer.all).toHaveLength(1)
    expect(room.state.media).toBe('connected')
  })

  it('that_outlived_the_change_stays', async () => {
    const room = await entered()
    room.networkChanged()
    await settle()
    expect(FakePeer.last.offers).toHaveLength(2)
    await answer()
    for (const spare of FakeSocket.all.slice(1)) {
      expect(spare.closedWith).toBe(1000)
      spare.opens()
      expect(spare.sent).toEqual([])
    }
    expect(FakePeer.all).toHaveLength(1)
    expect(room.state.media).toBe('connected')
  })
})

describe('going on air', () => {
  it('needs_no_second_offer', async () => {
    const room = await entered(HOST)
    const work = room.toggleMicrophone()
    await settle()
    await ok('publish')
    await work
    expect(FakeSocket.last.newest('publish')).toMatchObject({ source: 'microphone', mid: '0' })
    expect(FakePeer.last.transceivers[0]?.sender.track?.kind).toBe('audio')
    expect(FakePeer.last.offers).toHaveLength(1)
    expect(room.state.own.microphone).toBe('on')
  })

  it('muting_keeps_the_microphone_and_tells_the_room', async () => {
    const room = await entered(HOST)
    void room.toggleMicrophone()
    await settle()
    await ok('publish')
    void room.toggleMicrophone()
    await settle()
    expect(FakeSocket.last.newest('mute')).toMatchObject({ source: 'microphone', muted: true })
    expect(FakePeer.last.transceivers[0]?.sender.track).toMatchObject({ enabled: false })
    expect(FakeSocket.last.count('unpublish')).toBe(0)
  })

  it('a_refused_publish_turns_the_camera_off_again', async () => {
    const room = await entered()
    const work = room.toggleCamera()
    const outcome = expect(work).rejects.toMatchObject({ code: 'not_admitted' })
    await settle()
    FakeSocket.last.says({ type: 'refused', re: FakeSocket.last.newest('publish').id, code: 'not_admitted', sentence: '请先举手，主持人同意后才能发言。' })
    await outcome
    expect(room.state.own.camera).toBe('off')
    expect(FakePeer.last.transceivers[1]?.sender.track).toBeNull()
    expect(room.devices.state.camera).toBe('off')
  })

  it('the_host_can_mute_me_but_only_i_unmute', async () => {
    const room = await entered({}, [person(1, { role: 'host' }), person(2, { may_publish: true })])
    void room.toggleMicrophone()
    await settle()
    await ok('publish')
    FakeSocket.last.says({ type: 'muted_by_host', source: 'microphone' })
    expect(room.state.own.microphone).toBe('muted')
    expect(room.state.notice?.kind).toBe('muted_by_host')
    void room.toggleMicrophone()
    expect(room.state.own.microphone).toBe('on')
  })

  it('being_dismissed_gives_the_devices_back', async () => {
    const room = await entered({}, [person(1, { role: 'host' }), person(2, { may_publish: true })])
    void room.toggleMicrophone()
    await settle()
    await ok('publish')
    const track = room.devices.state.microphoneTrack as unknown as FakeTrack
    FakeSocket.last.says({ type: 'dismissed' })
    await settle()
    expect(track.readyState).toBe('ended')
    expect(room.state.own.microphone).toBe('off')
  })

  it('a_screen_closed_in_the_browsers_own_bar_is_unpublished', async () => {
    const room = await entered(HOST)
    void room.toggleScreen()
    await settle()
    await settle()
    await ok('publish')
    await ok('publish')
    expect(FakeSocket.last.sent.filter((one) => one.type === 'publish').map((one) => one.source)).toEqual(['screen', 'screen_audio'])
    ;(room.state.screenTrack as unknown as FakeTrack).onended?.()
    await settle()
    expect(room.state.notice?.kind).toBe('screen_ended')
    expect(room.state.own.screen_audio).toBe('off')
    expect(FakeSocket.last.sent.filter((one) => one.type === 'unpublish').map((one) => one.source)).toEqual(['screen_audio', 'screen'])
  })
})

describe('after a drop', () => {
  const PUBLISHED = { id: 4, participant: 1, source: 'microphone' as const, muted: false }
  async function speaking() {
    const room = await entered(HOST)
    void room.toggleMicrophone()
    await settle()
    await ok('publish')
    FakeSocket.last.says({ type: 'publication_added', publication: PUBLISHED })
    return room
  }
  async function back(over: Partial<Welcome>) {
    await vi.advanceTimersByTimeAsync(1_000)
    await arrive({ ...HOST, resumed: true, ...over })
  }

  it('what_is_on_air_stays_on_air', async () => {
    const room = await speaking()
    FakeSocket.last.closes(1006)
    expect(room.state.line).toMatchObject({ at: 'reconnecting' })
    await back({ publications: [PUBLISHED] })
    expect(FakePeer.all).toHaveLength(1)
    expect(FakeSocket.last.count('publish')).toBe(0)
    expect(FakeSocket.last.count('mute')).toBe(0)
    expect(room.state.notice).toBeNull()
  })

  it('what_was_muted_and_stopped_meanwhile_is_told', async () => {
    const room = await speaking()
    FakeSocket.last.closes(1006)
    void room.toggleMicrophone()
    await back({ publications: [PUBLISHED] })
    expect(FakeSocket.last.newest('mute')).toMatchObject({ muted: true })
    FakeSocket.last.closes(1006)
    await room.stopSpeaking()
    await back({ publications: [{ ...PUBLISHED, muted: true }] })
    expect(FakeSocket.last.newest('unpublish')).toMatchObject({ source: 'microphone' })
  })

  it('whom_the_host_muted_meanwhile_is_muted_and_who_unmuted_is_not', async () => {
    const room = await speaking()
    FakeSocket.last.closes(1006)
    await back({ publications: [{ ...PUBLISHED, muted: true }] })
    expect(room.state.own.microphone).toBe('muted')
    expect(room.state.notice?.kind).toBe('muted_by_host')
    FakeSocket.last.closes(1006)
    void room.toggleMicrophone()
    await back({ publications: [{ ...PUBLISHED, muted: true }] })
    expect(room.state.own.microphone).toBe('on')
    expect(FakeSocket.last.newest('mute')).toMatchObject({ muted: false })
  })

  it('a_peer_that_the_server_has_no_more_is_replaced_and_what_was_on_air_published', async () => {
    const room = await speaking()
    void room.toggleMicrophone()
    await settle()
    await ok('mute')
    FakeSocket.last.closes(1006)
    expect(FakePeer.last.connectionState).toBe('connected')
    await vi.advanceTimersByTimeAsync(1_000)
    const socket = FakeSocket.last
    socket.opens()
    socket.says(welcome(socket.newest('hello').id, { ...HOST, resumed: true }))
    await settle()
    socket.says({ type: 'refused', re: socket.newest('offer').id, code: 'peer_gone', sentence: '音视频连接已经断开，正在重新连接。' })
    await settle()
    await settle()
    expect(FakePeer.all).toHaveLength(2)
    expect(socket.newest('offer')).not.toHaveProperty('continues')
    await answer()
    expect(FakePeer.last.transceivers[0]?.sender.track?.kind).toBe('audio')
    await ok('publish')
    expect(socket.newest('publish')).toMatchObject({ source: 'microphone', mid: '0' })
    expect(socket.newest('mute')).toMatchObject({ muted: true })
    expect(room.state.mediaTrouble).toBe('')
  })

  it('a_late_return_is_a_new_participant_and_is_told_so', async () => {
    const room = await entered()
    FakeSocket.last.closes(1006)
    await vi.advanceTimersByTimeAsync(1_000)
    await arrive({ resumed: false, you: 7 })
    expect(room.state.notice?.kind).toBe('rejoined')
    expect(FakePeer.all).toHaveLength(2)
  })
})

describe('a broken media path', () => {
  it('restarts_ice_twice_and_then_makes_a_new_peer_on_the_same_line', async () => {
    const room = await entered()
    FakePeer.last.becomes('failed')
    await settle()
    expect(room.state.media).toBe('unstable')
    expect(FakePeer.last.offers).toEqual([{ iceRestart: false }, { iceRestart: true }])
    await answer()
    await vi.advanceTimersByTimeAsync(6_000)
    await answer()
    expect(FakePeer.last.offers).toHaveLength(3)
    await vi.advanceTimersByTimeAsync(6_000)
    await answer()
    expect(FakePeer.all).toHaveLength(2)
    expect(FakeSocket.all).toHaveLength(1)
    expect(room.state.media).toBe('blocked')
    FakePeer.last.becomes('connected')
    expect(room.state.media).toBe('connected')
  })

  it('a_short_disconnection_mends_itself', async () => {
    const room = await entered()
    FakePeer.last.becomes('disconnected')
    await vi.advanceTimersByTimeAsync(1_500)
    FakePeer.last.becomes('connected')
    await vi.advanceTimersByTimeAsync(8_000)
    expect(FakePeer.last.offers).toHaveLength(1)
    expect(room.state.media).toBe('connected')
  })

  it('says_when_no_path_opens_at_all', async () => {
    const room = newRoom()
    room.enter()
    await settle()
    await arrive()
    await vi.advanceTimersByTimeAsync(14_000)
    expect(room.state.media).toBe('connecting')
    await vi.advanceTimersByTimeAsync(2_000)
    expect(room.state.media).toBe('blocked')
    expect(room.state.line.at).toBe('open')
  })
})

describe('watching', () => {
  it('is_told_every_15_seconds_and_when_it_changes', async () => {
    const room = await entered()
    room.setWatching(true, true)
    const before = FakeSocket.last.count('watching')
    expect(FakeSocket.last.newest('watching')).toMatchObject({ visible: true, sound: true })
    room.setWatching(true, true)
    expect(FakeSocket.last.count('watching')).toBe(before)
    room.setWatching(false, true)
    expect(FakeSocket.last.newest('watching')).toMatchObject({ visible: false })
    await vi.advanceTimersByTimeAsync(15_000)
    expect(FakeSocket.last.count('watching')).toBe(before + 2)
  })
})

describe('the end', () => {
  it('leaves_nothing_running', async () => {
    const room = await entered()
    FakeSocket.last.says({ type: 'session_ended' })
    expect(room.state.line).toMatchObject({ at: 'closed', reason: 'ended' })
    expect(FakePeer.last.connectionState).toBe('closed')
    room.dispose()
    expect(vi.getTimerCount()).toBe(0)
  })
})
