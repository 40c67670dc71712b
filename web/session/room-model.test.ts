import { describe, expect, it } from 'vitest'
import { checkIn, history, person, place, roster, welcome } from './fakes'
import { RoomModel } from './room-model'
import type { ChatLine, ParticipantView, Welcome } from '@/protocol/signaling'

const line = (seq: number, participant = 1): ChatLine => ({ seq, participant, name: '周文澜', role: 'host', text: `第 ${seq} 条`, at_ms: seq })
function arrive(model: RoomModel, over: Partial<Welcome> = {}) {
  model.welcome(welcome(1, { now_ms: 5_000, ...over }) as Welcome & { type: 'welcome' }, 3_000)
}
function room(people?: ParticipantView[], over: Partial<Welcome> = {}) {
  const model = new RoomModel()
  arrive(model, over)
  model.apply(roster(people))
  model.apply(history())
  return model
}

describe('what is known of a Session', () => {
  it('keeps_the_servers_clock', () => expect(room().state.clockOffset).toBe(2_000))

  it('counts_people_who_are_here_and_no_machines', () => {
    const model = room([person(1), person(2), person(3, { connected: false }), person(4, { kind: 'encoder' })])
    expect(model.people.value.map((one) => one.id)).toEqual([1, 2, 3])
    expect(model.present.value).toBe(2)
  })

  it('a_classroom_counts_the_people_seated_in_it_and_not_itself', () => {
    const model = room([person(1), person(2, { kind: 'classroom', connected: false, seated: 9 })])
    expect(model.present.value).toBe(10)
    model.apply({ type: 'place', place: place('site', { seated: 3 }) })
    expect(model.present.value).toBe(13)
  })

  it('hears_of_check_ins_and_forgets_them_at_a_return', () => {
    const model = room()
    model.apply({ type: 'check_in', check_in: checkIn() })
    expect(model.checkIns.asked).toBe(true)
    arrive(model, { resumed: true })
    expect(model.checkIns.asked).toBe(false)
  })

  it('orders_hosts_first_and_hands_by_waiting', () => {
    const model = room([person(3, { hand_raised_ms: 50 }), person(2, { hand_raised_ms: 90 }), person(1, { role: 'host' }), person(4, { hand_raised_ms: 10 })])
    expect(model.people.value[0]?.id).toBe(1)
    expect(model.hands.value.map((one) => one.id)).toEqual([4, 3, 2])
  })

  it('who_leaves_takes_the_publications_along', () => {
    const model = room(undefined, { publications: [{ id: 9, participant: 1, source: 'camera', muted: false }] })
    expect(model.publication(1, 'camera')?.id).toBe(9)
    model.apply({ type: 'participant_left', participant: 1 })
    expect(model.publication(1, 'camera')).toBeUndefined()
  })

  it('knows_when_i_may_speak', () => {
    const model = room()
    expect(model.mayPublish.value).toBe(false)
    model.apply({ type: 'participant_changed', participant: person(2, { may_publish: true }) })
    expect(model.mayPublish.value).toBe(true)
  })

  it('the_number_of_people_is_right_before_the_roster_is_whole', () => {
    const model = new RoomModel()
    arrive(model, { people: 31 })
    model.apply(roster([person(1)], false))
    expect(model.present.value).toBe(31)
    model.apply(roster([person(2)]))
    expect(model.present.value).toBe(2)
  })

  it('on_the_way_back_nobody_vanishes_until_the_new_roster_is_whole', () => {
    const model = room([person(1), person(2), person(3)])
    arrive(model, { resumed: true })
    model.apply(roster([person(1)], false))
    expect(model.people.value).toHaveLength(3)
    model.apply({ type: 'participant_joined', participant: person(9) })
    model.apply(roster([person(2)]))
    expect(model.people.value.map((one) => one.id)).toEqual([1, 2, 9])
  })

  it('keeps_who_speaks_whom_the_host_shows_and_how_the_lines_are', () => {
    const model = room()
    model.apply({ type: 'speakers', speakers: [2, 1] })
    model.apply({ type: 'spotlight', participant: 2 })
    expect(model.state).toMatchObject({ recording: 'on', recordingLight: null })
    model.apply({ type: 'recording', state: 'paused' })
    const light = { bytes: 48_211_034, written_ms_ago: 640, trouble: null }
    model.apply({ type: 'recording_light', light })
    expect(model.state).toMatchObject({ recording: 'paused', recordingLight: light })
    model.apply({ type: 'lines', lines: [{ participant: 1, bars: 4 }, { participant: 2, bars: 1 }] })
    model.apply({ type: 'lines', lines: [{ participant: 2, bars: 2 }] })
    model.apply({ type: 'your_line', step: 'screen_only', mode: 'auto', estimate_kbps: 210 })
    expect(model.state).toMatchObject({ speakers: [2, 1], spotlight: 2, step: 'screen_only', estimateKbps: 210 })
    expect(Array.from(model.state.bars)).toEqual([[1, 4], [2, 2]])
    arrive(model)
    expect(model.state).toMatchObject({ speakers: [], spotlight: null, step: 'full' })
  })

  it('a_host_knows_since_when_nothing_is_written_down', () => {
    const model = room()
    const { clockOffset } = model.state
    model.apply({ type: 'ledger', written: false, since_ms: 70_000 + clockOffset })
    expect(model.state.unwrittenSince).toBe(70_000)
    model.apply({ type: 'ledger', written: true, since_ms: 90_000 + clockOffset })
    expect(model.state.unwrittenSince).toBeNull()
    model.apply({ type: 'ledger', written: false, since_ms: 99_000 })
    arrive(model)
    expect(model.state.unwrittenSince, 'coming in again was written down').toBeNull()
  })

  it('a_line_of_chat_appears_once_and_ours_is_not_unread', () => {
    const model = room()
    model.apply({ type: 'chat', line: line(1, 2) })
    model.apply({ type: 'chat', line: line(2) })
    model.apply({ type: 'chat', line: line(2) })
    model.apply({ type: 'chat', line: line(3, 2) })
    expect(model.state.chat.map((one) => one.seq)).toEqual([1, 2, 3])
    expect(model.state.unread).toBe(1)
  })

  it('lines_missed_while_away_are_unread', () => {
    const model = room()
    model.apply({ type: 'chat', line: line(1, 2) })
    arrive(model, { resumed: true })
    model.apply(history([line(1, 2), line(2)], false))
    expect(model.state.chat).toHaveLength(1)
    model.apply(history([line(3)]))
    expect(model.state.chat).toHaveLength(3)
    expect(model.state.unread).toBe(2)
  })
})
