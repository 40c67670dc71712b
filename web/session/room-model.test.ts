import { describe, expect, it } from 'vitest'
import { person, welcome } from './fakes'
import { RoomModel } from './room-model'
import type { ChatLine, Welcome } from '@/protocol/signaling'

const line = (seq: number, participant = 1): ChatLine => ({ seq, participant, name: '周文澜', role: 'host', text: `第 ${seq} 条`, at_ms: seq })
function room(over: Partial<Welcome> = {}) {
  const model = new RoomModel()
  model.welcome(welcome(1, { now_ms: 5_000, ...over }) as Welcome & { type: 'welcome' }, 3_000)
  return model
}

describe('what is known of a Session', () => {
  it('keeps_the_servers_clock', () => expect(room().state.clockOffset).toBe(2_000))

  it('counts_people_who_are_here_and_no_machines', () => {
    const model = room({ participants: [person(1), person(2), person(3, { connected: false }), person(4, { kind: 'encoder' })] })
    expect(model.people.value.map((one) => one.id)).toEqual([1, 2, 3])
    expect(model.present.value).toBe(2)
  })

  it('orders_hosts_first_and_hands_by_waiting', () => {
    const model = room({ participants: [person(3, { hand_raised_ms: 50 }), person(2, { hand_raised_ms: 90 }), person(1, { role: 'host' }), person(4, { hand_raised_ms: 10 })] })
    expect(model.people.value[0]?.id).toBe(1)
    expect(model.hands.value.map((one) => one.id)).toEqual([4, 3, 2])
  })

  it('who_leaves_takes_the_publications_along', () => {
    const model = room({ publications: [{ id: 9, participant: 1, source: 'camera', muted: false }] })
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

  it('a_line_of_chat_appears_once_and_ours_is_not_unread', () => {
    const model = room({ chat: [line(1)] })
    model.apply({ type: 'chat', line: line(2) })
    model.apply({ type: 'chat', line: line(2) })
    model.apply({ type: 'chat', line: line(3, 2) })
    expect(model.state.chat.map((one) => one.seq)).toEqual([1, 2, 3])
    expect(model.state.unread).toBe(1)
  })

  it('lines_missed_while_away_are_unread', () => {
    const model = room({ chat: [line(1)] })
    model.welcome(welcome(2, { chat: [line(1), line(2), line(3)] }) as Welcome & { type: 'welcome' }, 0)
    expect(model.state.unread).toBe(2)
  })
})
