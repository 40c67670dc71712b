import { describe, expect, it } from 'vitest'
import { namesOf } from './names'
import { recordingWords } from './recordings'
import { fileTrouble, kindOf, titleOf } from './upload-check'

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
  })
})

describe('recordings', () => {
  const one = { state: 'finishing' as const, step: 'compose', permille: 427 }
  it('tell_how_far_the_finishing_is', () => {
    expect(recordingWords(one)).toBe('正在整理 42 %：合成画面')
    expect(recordingWords({ ...one, step: 'later' })).toBe('正在整理 42 %')
    expect(recordingWords({ ...one, permille: 1000 })).toBe('正在整理 99 %：合成画面')
    expect(recordingWords({ ...one, state: 'closed' })).toBe('已录好，等着整理')
  })
})
