import { describe, expect, it } from 'vitest'
import { person } from './fakes'
import { planSlots } from './slot-plan'
import type { SlotPlanInput } from './slot-plan'
import type { PublicationView, Source } from '@/protocol/signaling'

const pub = (id: number, participant: number, source: Source, muted = false): PublicationView => ({ id, participant, source, muted })
const people = new Map([
  [1, person(1, { role: 'host' })],
  [2, person(2)],
  [3, person(3, { role: 'presenter' })],
  [4, person(4, { may_publish: true })],
])
const base: SlotPlanInput = { mids: ['7', '8', '9'], publications: [], participants: people, you: 2, choice: 'auto', step: 'high', before: [], small: false }
const plan = (over: Partial<SlotPlanInput>) => planSlots({ ...base, ...over })
const layers = (over: Partial<SlotPlanInput>) => plan(over).map((one) => one.max_layer)

describe('who is shown where', () => {
  it('puts_the_screen_and_the_host_before_speakers', () => {
    const wishes = plan({ publications: [pub(1, 4, 'camera'), pub(2, 3, 'camera'), pub(3, 1, 'camera'), pub(4, 1, 'screen'), pub(5, 1, 'microphone')] })
    expect(wishes.map((one) => one.show)).toEqual([
      { participant: 1, source: 'screen' },
      { participant: 1, source: 'camera' },
      { participant: 3, source: 'camera' },
    ])
  })

  it('never_shows_me_to_myself_nor_a_muted_camera', () => {
    expect(plan({ publications: [pub(1, 2, 'camera'), pub(2, 1, 'camera', true)] })).toEqual([])
  })

  it('nobody_jumps_when_a_screen_appears_or_goes', () => {
    const alone = plan({ publications: [pub(1, 1, 'camera')] })
    expect(alone[0]).toMatchObject({ mid: '7' })
    const both = plan({ publications: [pub(1, 1, 'camera'), pub(2, 1, 'screen')], before: alone })
    expect(both.find((one) => one.show?.source === 'camera')?.mid).toBe('7')
    expect(both.find((one) => one.show?.source === 'screen')?.mid).toBe('8')
    expect(plan({ publications: [pub(1, 1, 'camera')], before: both })).toMatchObject([{ mid: '7' }])
  })

  it('the_newest_screen_wins_when_two_share', () => {
    expect(plan({ publications: [pub(1, 1, 'screen'), pub(2, 3, 'screen')] })).toMatchObject([{ show: { participant: 3 } }])
  })
})

describe('how large', () => {
  const camera = [pub(1, 1, 'camera')]
  const withScreen = [pub(1, 1, 'camera'), pub(2, 1, 'screen')]

  it('a_camera_alone_on_the_stage_is_high', () => expect(layers({ publications: camera })).toEqual(['high']))
  it('a_camera_beside_slides_needs_only_the_half', () => expect(layers({ publications: withScreen })).toEqual(['high', 'mid']))
  it('a_grid_needs_only_quarters', () => {
    const many = [1, 3, 4, 5, 6, 7].map((who, n) => pub(n, who, 'camera'))
    expect(new Set(layers({ publications: many, mids: ['1', '2', '3', '4', '5', '6'] }))).toEqual(new Set(['low']))
  })

  it('the_choice_of_the_person_limits_cameras_but_never_the_text_of_slides', () => {
    expect(layers({ publications: withScreen, choice: 'low' })).toEqual(['high', 'low'])
    expect(layers({ publications: camera, choice: 'mid' })).toEqual(['mid'])
    expect(layers({ publications: withScreen, choice: 'high' })).toEqual(['high', 'high'])
  })

  it('a_weak_line_takes_cameras_first_and_slides_last', () => {
    expect(layers({ publications: withScreen, step: 'low' })).toEqual(['high', 'low'])
    expect(plan({ publications: withScreen, step: 'slides' }).map((one) => one.show?.source)).toEqual(['screen'])
    expect(plan({ publications: withScreen, step: 'audio' })).toEqual([])
  })

  it('a_choice_of_the_person_is_not_undone_by_the_ladder', () => {
    expect(layers({ publications: camera, choice: 'high', step: 'audio' })).toEqual(['high'])
  })
})
