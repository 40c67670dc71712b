import { describe, expect, it } from 'vitest'
import { person } from '@/session/fakes'
import { videoSlotsFor, socketUrl } from './entering'
import { arrange } from './views'
import type { ViewsInput } from './views'
import type { SlotView } from '@/protocol/signaling'

const track = (id: string) => ({ id }) as MediaStreamTrack
const slot = (mid: string, participant: number, source: 'camera' | 'screen'): SlotView => ({ mid, publication: Number(mid), participant, source, layer: 'high' })
const input = (over: Partial<ViewsInput>): ViewsInput => ({
  you: 2,
  slots: [],
  slotTracks: new Map(['7', '8', '9'].map((mid) => [mid, { kind: 'video' as const, track: track(mid) }])),
  participants: new Map([
    [1, person(1, { role: 'host' })],
    [3, person(3)],
  ]),
  ownScreen: null,
  ownCamera: null,
  ...over,
})

describe('what stands where', () => {
  it('slides_take_the_stage_and_cameras_stand_beside', () => {
    const views = arrange(input({ slots: [slot('7', 3, 'camera'), slot('8', 1, 'screen'), slot('9', 1, 'camera')] }))
    expect(views.stage).toMatchObject({ source: 'screen', participant: 1 })
    expect(views.tiles.map((one) => one.participant)).toEqual([1, 3])
  })

  it('without_slides_the_teacher_takes_the_stage', () => {
    const views = arrange(input({ slots: [slot('7', 3, 'camera'), slot('9', 1, 'camera')] }))
    expect(views.stage).toMatchObject({ source: 'camera', participant: 1 })
  })

  it('people_who_confer_stand_in_one_grid_until_slides_come', () => {
    const cameras = [slot('7', 3, 'camera'), slot('9', 1, 'camera')]
    const views = arrange(input({ slots: cameras, ownCamera: track('c'), gallery: true }))
    expect(views.stage).toBeNull()
    expect(views.tiles.map((one) => one.participant)).toEqual([1, 3, 2])
    expect(arrange(input({ slots: [...cameras, slot('8', 1, 'screen')], gallery: true })).stage).toMatchObject({ source: 'screen' })
  })

  it('an_empty_slot_shows_nobody', () => {
    expect(arrange(input({ slots: [{ mid: '7', publication: null, participant: null, source: null, layer: null }] }))).toEqual({ stage: null, tiles: [] })
  })

  it('the_one_who_shares_sees_the_shared_screen', () => {
    const views = arrange(input({ slots: [slot('7', 3, 'camera')], ownScreen: track('s'), ownCamera: track('c') }))
    expect(views.stage).toMatchObject({ own: true, source: 'screen' })
    expect(views.tiles[0]).toMatchObject({ own: true, source: 'camera' })
  })
})

describe('entering', () => {
  it('uses_the_scheme_of_the_page', () => {
    expect(socketUrl({ protocol: 'https:', host: 'a:8443' }, '/s')).toBe('wss://a:8443/s')
    expect(socketUrl({ protocol: 'http:', host: 'a' }, '/s')).toBe('ws://a/s')
  })

  it('never_asks_for_more_than_nine_pictures', () => {
    for (const kind of ['broadcast', 'seminar', 'report'] as const) {
      for (const role of ['host', 'presenter', 'viewer'] as const) expect(videoSlotsFor(kind, role, false)).toBeLessThanOrEqual(9)
    }
    expect(videoSlotsFor('seminar', 'viewer', true)).toBeLessThanOrEqual(4)
  })
})
