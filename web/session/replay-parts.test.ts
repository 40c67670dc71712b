import { describe, expect, it } from 'vitest'
import { chapterAt, chapterLines, resumeFrom, saidUntil } from './replay-chapters'
import { cutsOf, cutsTrouble, settledCuts, shownLength, timeOf } from './replay-cuts'
import { commandOf, nextSpeed } from './replay-keys'
import { ReplayLinks } from './replay-links'
import { parseSprites, spriteAt } from './replay-sprites'

const span = (from_ms: number, to_ms: number) => ({ from_ms, to_ms })

describe('chapters', () => {
  const chapters = [{ ms: 0, title: '导入' }, { ms: 60_000, title: '例文' }, { ms: 120_000, title: '小结' }]
  it('tell_which_is_on_and_which_were_seen', () => {
    const lines = chapterLines(chapters, 200_000, 70_000, [span(0, 58_000), span(121_000, 150_000)])
    expect(lines.map((one) => one.state)).toEqual(['seen', 'now', 'rest'])
    expect(lines.map((one) => one.to_ms)).toEqual([60_000, 120_000, 200_000])
  })
  it('the_first_holds_from_its_own_start', () => {
    expect(chapterAt([{ ms: 5_000, title: '' }], 4_000)).toBe(-1)
    expect(chapterAt(chapters, 60_000)).toBe(1)
  })
  it('neither_the_first_seconds_nor_the_end_are_resumed', () => {
    expect(resumeFrom(5_000, 100_000)).toBeNull()
    expect(resumeFrom(95_000, 100_000)).toBeNull()
    expect(resumeFrom(50_000, 100_000)).toBe(50_000)
    expect(resumeFrom(null, null)).toBeNull()
  })
  it('nobody_has_said_yet_what_comes_later', () => {
    const lines = [1, 2, 3, 9].map((ms) => ({ ms }))
    expect(saidUntil(lines, 3, 2)).toEqual([{ ms: 2 }, { ms: 3 }])
  })
})

describe('sprites', () => {
  const vtt = 'WEBVTT\n\n00:00.000 --> 00:10.000\nsprite-0.jpg#xywh=0,0,160,90\n\n2\n00:00:10.000 --> 01:00:20.500\r\nsprite-1.jpg#xywh=160,90,160,90\n'
  it('are_read_with_and_without_hours', () => {
    const sprites = parseSprites(vtt)
    expect(sprites).toEqual([
      { from_ms: 0, to_ms: 10_000, file: 'sprite-0.jpg', x: 0, y: 0, w: 160, h: 90 },
      { from_ms: 10_000, to_ms: 3_620_500, file: 'sprite-1.jpg', x: 160, y: 90, w: 160, h: 90 },
    ])
    expect(spriteAt(sprites, 9_999)?.x).toBe(0)
    expect(spriteAt(sprites, 10_000)?.x).toBe(160)
    expect(spriteAt(sprites, 9_000_000)?.x).toBe(160)
  })
  it('a_broken_file_gives_none', () => {
    expect(parseSprites('<html>')).toEqual([])
    expect(spriteAt([], 5)).toBeUndefined()
  })
})

describe('keys', () => {
  it('do_what_the_list_says', () => {
    expect(commandOf(' ')).toEqual({ do: 'toggle' })
    expect(commandOf('K')).toEqual({ do: 'toggle' })
    expect(commandOf('7')).toEqual({ do: 'share', share: 0.7 })
    expect(commandOf('ArrowLeft')).toEqual({ do: 'step', ms: -5_000 })
    expect(commandOf('Tab')).toBeNull()
  })
  it('speeds_stay_within_their_list', () => {
    expect(nextSpeed(1, 1)).toBe(1.25)
    expect(nextSpeed(2, 1)).toBe(2)
    expect(nextSpeed(0.75, -1)).toBe(0.75)
  })
})

describe('links', () => {
  it('an_expired_one_is_renewed_but_not_in_a_circle', () => {
    const links = new ReplayLinks()
    expect(links.refused(410, 0)).toBe('renew')
    expect(links.refused(410, 5_000)).toBe('broken')
    expect(links.refused(410, 3_600_000)).toBe('renew')
  })
  it('a_forged_one_is_not_asked_for_again', () => {
    const links = new ReplayLinks()
    expect(links.refused(403, 0)).toBe('forbidden')
    expect(links.refused(0, 0)).toBe('unreachable')
    expect(links.refused(416, 0)).toBe('broken')
  })
})

describe('cuts', () => {
  it('what_is_hidden_outside_the_ends_shortens_nothing', () => {
    const cuts = { from_ms: 10_000, to_ms: 90_000, hidden: [span(0, 20_000), span(50_000, 60_000), span(55_000, 65_000)] }
    expect(shownLength(cuts, 100_000)).toBe(55_000)
    expect(settledCuts(cuts, 100_000)).toEqual({ from_ms: 10_000, to_ms: 90_000, hidden: [span(10_000, 20_000), span(50_000, 65_000)] })
  })
  it('ends_that_cut_nothing_are_none', () => {
    expect(settledCuts({ from_ms: 0, to_ms: 100_000, hidden: [] }, 100_000)).toEqual({ from_ms: null, to_ms: null, hidden: [] })
  })
  it('trouble_is_told_before_saving', () => {
    expect(cutsTrouble({ from_ms: 50_000, to_ms: 40_000, hidden: [] }, 100_000)).toBe('end_before_start')
    expect(cutsTrouble({ from_ms: null, to_ms: 200_000, hidden: [] }, 100_000)).toBe('outside')
    expect(cutsTrouble({ from_ms: null, to_ms: null, hidden: [span(0, 95_000)] }, 100_000)).toBe('too_short')
    expect(cutsTrouble({ from_ms: null, to_ms: null, hidden: [] }, 100_000)).toBeNull()
  })
  it('what_is_hidden_at_an_end_is_cut_off', () => {
    expect(cutsOf([span(0, 5_000), span(30_000, 40_000), span(90_000, 100_000)], 100_000)).toEqual({ from_ms: 5_000, to_ms: 90_000, hidden: [span(30_000, 40_000)] })
    expect(cutsOf([], 100_000)).toEqual({ from_ms: null, to_ms: null, hidden: [] })
  })
  it('times_are_read_as_people_write_them', () => {
    expect(timeOf('25:40')).toBe(1_540_000)
    expect(timeOf('1:02:03')).toBe(3_723_000)
    expect(timeOf('25：40')).toBe(1_540_000)
    expect(timeOf('3')).toBe(180_000)
    expect(timeOf('1:99')).toBeNull()
    expect(timeOf('不知道')).toBeNull()
  })
})
