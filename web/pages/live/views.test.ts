import { describe, expect, it } from 'vitest'
import { person } from '@/session/fakes'
import { videoSlotsFor, socketUrl } from './entering'
import { arrange, asked, flowing } from './views'
import type { ViewsInput } from './views'
import type { PublicationView, SlotView, Source } from '@/protocol/signaling'

const track = (id: string) => ({ id }) as MediaStreamTrack
const pub = (id: number, participant: number, source: Source, muted = false): PublicationView => ({ id, participant, source, muted })
const slot = (mid: string, participant: number, source: 'camera' | 'screen', over: Partial<SlotView> = {}): SlotView => ({ mid, publication: Number(mid), participant, source, layer: 'high', paused: false, ...over })
const input = (over: Partial<ViewsInput>): ViewsInput => ({
  you: 2,
  publications: [],
  slots: [],
  slotTracks: new Map(['7', '8', '9'].map((mid) => [mid, { kind: 'video' as const, track: track(mid) }])),
  participants: new Map([[1, person(1, { role: 'host' })], ...Array.from({ length: 14 }, (_, n) => [n + 2, person(n + 2)] as const)]),
  ownScreen: null,
  ownCamera: null,
  ...over,
})
const cameras = [pub(7, 3, 'camera'), pub(9, 1, 'camera')]
const screen = pub(8, 1, 'screen')
const who = (views: { participant: number }[]) => views.map((one) => one.participant)

describe('what stands where', () => {
  it('slides_take_the_stage_and_cameras_stand_beside', () => {
    const views = arrange(input({ publications: [...cameras, screen], beside: true }))
    expect(views.stage).toMatchObject({ source: 'screen', participant: 1 })
    expect(views.beside).toMatchObject({ participant: 1 })
    expect(who(views.tiles)).toEqual([3])
  })

  it('without_slides_the_teacher_takes_the_stage', () => {
    expect(arrange(input({ publications: cameras })).stage).toMatchObject({ source: 'camera', participant: 1 })
  })

  it('the_newest_screen_is_shown_when_two_share', () => {
    expect(arrange(input({ publications: [pub(1, 1, 'screen'), pub(2, 3, 'screen')] })).stage).toMatchObject({ participant: 3 })
  })

  it('never_shows_me_to_myself_nor_a_camera_that_is_covered', () => {
    expect(arrange(input({ publications: [pub(1, 2, 'camera'), pub(2, 1, 'camera', true)] }))).toMatchObject({ stage: null, tiles: [] })
  })

  it('people_who_confer_stand_in_one_grid_until_slides_come', () => {
    const views = arrange(input({ publications: cameras, ownCamera: track('c'), gallery: true }))
    expect(views.stage).toBeNull()
    expect(who(views.tiles)).toEqual([1, 3, 2])
    expect(arrange(input({ publications: [...cameras, screen], gallery: true })).stage).toMatchObject({ source: 'screen' })
  })

  it('who_only_speaks_has_a_place_in_the_grid_and_costs_no_slot', () => {
    const views = arrange(input({ publications: [...cameras, pub(10, 4, 'microphone'), pub(11, 1, 'microphone')], gallery: true }))
    expect(who(views.tiles)).toEqual([1, 3, 4])
    expect(who(asked(views, new Map()))).toEqual([1, 3])
  })

  it('the_one_who_shares_sees_the_shared_screen', () => {
    const views = arrange(input({ publications: [pub(7, 3, 'camera')], ownScreen: track('s'), ownCamera: track('c') }))
    expect(views.stage).toMatchObject({ own: true, source: 'screen' })
    expect(views.tiles[0]).toMatchObject({ own: true, source: 'camera' })
  })

  it('a_picture_keeps_its_key_when_another_slot_brings_it', () => {
    const in7 = arrange(input({ publications: [cameras[0]!], slots: [slot('7', 3, 'camera')] })).stage
    const in8 = arrange(input({ publications: [cameras[0]!], slots: [slot('8', 3, 'camera')] })).stage
    expect([in7?.track?.id, in8?.track?.id]).toEqual(['7', '8'])
    expect(in7?.key).toBe(in8?.key)
  })

  it('what_the_line_holds_back_is_told', () => {
    expect(arrange(input({ publications: [cameras[0]!], slots: [slot('7', 3, 'camera', { layer: null, paused: true })] })).stage?.paused).toBe(true)
  })
})

describe('whom one wants large', () => {
  const grid = { publications: [...cameras, pub(10, 4, 'camera')], gallery: true }

  it('my_pin_comes_before_slides_and_slides_before_the_spotlight', () => {
    const pinned = { participant: 4, source: 'camera' as const }
    const views = arrange(input({ ...grid, publications: [...grid.publications, screen], pinned, spotlight: 3 }))
    expect(views.stage).toMatchObject({ participant: 4, source: 'camera' })
    expect(views.tiles.map((one) => [one.participant, one.source])).toEqual([[1, 'screen'], [3, 'camera'], [1, 'camera']])
    expect(arrange(input({ ...grid, publications: [...grid.publications, screen], spotlight: 3 })).stage).toMatchObject({ source: 'screen' })
  })

  it('the_spotlight_leads_a_grid_out_of_its_evenness', () => {
    expect(arrange(input({ ...grid, spotlight: 4 })).stage).toMatchObject({ participant: 4 })
  })

  it('a_pin_of_somebody_who_went_is_no_pin', () => {
    expect(arrange(input({ ...grid, pinned: { participant: 5, source: 'camera' } })).stage).toBeNull()
  })
})

describe('pages', () => {
  const twelve = Array.from({ length: 12 }, (_, n) => pub(n + 1, n + 3, 'camera'))

  it('twelve_cameras_are_nine_and_three_and_only_those_seen_are_asked_for', () => {
    const first = arrange(input({ publications: twelve, gallery: true, perPage: 9 }))
    expect([first.tiles.length, first.pages, first.elsewhere]).toEqual([9, 2, [12, 13, 14]])
    const second = arrange(input({ publications: twelve, gallery: true, perPage: 9, page: 1 }))
    expect(who(asked(second, new Map([['12:camera', 480]])))).toEqual([12, 13, 14])
    expect(asked(second, new Map([['12:camera', 480]]))[0]?.width).toBe(480)
  })

  it('a_page_that_is_gone_is_the_last_one', () => {
    expect(arrange(input({ publications: twelve.slice(0, 5), gallery: true, perPage: 4, page: 7 }))).toMatchObject({ page: 1, pages: 2 })
  })

  it('the_spotlight_is_on_the_first_page_of_everybody', () => {
    expect(arrange(input({ publications: [...twelve, screen], gallery: true, perPage: 9, spotlight: 14 })).tiles[0]).toMatchObject({ participant: 14 })
  })
})

describe('entering', () => {
  it('uses_the_scheme_of_the_page', () => {
    expect(socketUrl({ protocol: 'https:', host: 'a:8443' }, '/s')).toBe('wss://a:8443/s')
    expect(socketUrl({ protocol: 'http:', host: 'a' }, '/s')).toBe('ws://a/s')
  })

  it('never_asks_for_more_than_a_page_of_cameras_and_the_slides', () => {
    for (const kind of ['broadcast', 'seminar', 'report'] as const) expect(videoSlotsFor(kind, false)).toBeLessThanOrEqual(10)
    expect(videoSlotsFor('seminar', true)).toBe(5)
  })
})

describe('what comes of the large picture', () => {
  const stage = (over: Partial<SlotView>) => arrange(input({ publications: [screen], slots: [slot('8', 1, 'screen', over)] })).stage

  it('is_its_height_once_it_flows_and_that_it_is_held_back', () => {
    expect(flowing(stage({}), 720)).toBe(720)
    expect(flowing(stage({ layer: null }), 720)).toBeNull()
    expect(flowing(stage({ layer: null, paused: true }), 720)).toBe('held')
    expect(flowing(null, 720)).toBeNull()
  })

  it('is_nothing_where_it_is_my_own', () => {
    expect(flowing(arrange(input({ ownScreen: track('s') })).stage, 720)).toBeNull()
  })
})
