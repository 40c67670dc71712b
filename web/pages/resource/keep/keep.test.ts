import { describe, expect, it } from 'vitest'
import { namesOf } from './names'
import { captureWords, checkWords, recordingWords } from './recordings'
import { fileTrouble, kindOf, subjectOf, titleOf } from './upload-check'

describe('presenters', () => {
  it('a_name_that_was_there_keeps_its_account', () => {
    const before = [{ id: 'a', name: '周文澜' }]
    expect(namesOf(' 周文澜、王秀英，王秀英 ', before)).toEqual([{ id: 'a', name: '周文澜' }, { id: null, name: '王秀英' }])
    expect(namesOf('  ', before)).toEqual([])
  })
})

describe('uploads', () => {
  it('wrong_files_are_refused_before_they_travel', () => {
    expect(fileTrouble({ name: '片段.avi', size: 5 })).not.toBe('')
    expect(fileTrouble({ name: '微课.MP4', size: 0 })).not.toBe('')
    expect(fileTrouble({ name: '微课.mp4', size: 3 * 1024 ** 3 })).not.toBe('')
    expect(fileTrouble({ name: '微课.MP4', size: 5 })).toBe('')
  })
  it('the_name_says_what_it_mostly_is', () => {
    expect(kindOf('a.mp4')).toBe('micro_lesson')
    expect(kindOf('a.b.pptx')).toBe('courseware')
    expect(kindOf('a.png')).toBe('other')
    expect(titleOf('面积模型.v2.mp4')).toBe('面积模型.v2')
    expect([subjectOf('小学语文'), subjectOf('小学'), subjectOf('科学')]).toEqual([{ subject: '语文', stage: 'primary' }, { subject: '小学', stage: '' }, { subject: '科学', stage: '' }])
  })
})

describe('recordings', () => {
  const one = { state: 'finishing' as const, step: 'compose', permille: 427, waits_for_room: false }
  it('tell_how_far_the_finishing_is', () => {
    expect(recordingWords(one)).toBe('正在整理 42 %：合成画面')
    expect(recordingWords({ ...one, step: 'later' })).toBe('正在整理 42 %')
    expect(recordingWords({ ...one, permille: 1000 })).toBe('正在整理 99 %：合成画面')
    expect(recordingWords({ ...one, state: 'closed' })).toBe('已录好，等着整理')
    expect(recordingWords({ ...one, state: 'closed', waits_for_room: true })).toContain('磁盘空间不够')
  })
  it('tell_what_becomes_of_what_was_captured', () => {
    const now = '2026-11-23T09:00:00+08:00'
    const captured = { state: 'finished' as const, bytes: 1_250_000_000, capture_until: '2026-12-23', capture_gone_at: null }
    expect(captureWords(captured, false, now)).toBe('原始录制（1.25 GB）保留到 12月23日，之后核对回放完好再清理。')
    expect(captureWords({ ...captured, state: 'empty' }, false, now)).toBe('原始录制（1.25 GB）保留到 12月23日，之后清理。')
    expect(captureWords({ ...captured, capture_until: null }, true, now)).toBe('已封存，原始录制（1.25 GB）一并保留。')
    expect(captureWords({ ...captured, capture_until: null }, false, now)).toBe('原始录制（1.25 GB）不会自动清理。')
    expect(captureWords({ ...captured, capture_until: null, capture_gone_at: '2027-01-02T20:00:00+08:00' }, false, now)).toBe('原始录制已于 2027年1月2日清理。')
    expect(captureWords({ ...captured, state: 'finishing' }, false, now)).toBe('')
  })
  it('tell_what_the_check_found', () => {
    expect(checkWords({ checked: false, doubts: [], lost_ms: 0 })).toBe('')
    expect(checkWords({ checked: true, doubts: [], lost_ms: 300 })).toBe('已检查，没有发现问题。')
    expect(checkWords({ checked: true, doubts: ['gaps'], lost_ms: 11_200 })).toContain('共有 12 秒没有录到')
    expect(checkWords({ checked: true, doubts: ['gaps', 'clipped'], lost_ms: 120_000 })).toBe('检查发现：画面或声音共有 2 分钟没有录到，声音有破音。请看一遍回放。')
  })
})
