import { describe, expect, it } from 'vitest'
import { boardLines } from './board-lines'

describe('a title on the board', () => {
  it('a short title stays on one line', () => expect(boardLines('群文阅读', 9)).toEqual(['群文阅读']))
  it('a colon breaks the line', () => expect(boardLines('习作单元整体教学：从观察到表达', 9)).toEqual(['习作单元整体教学', '从观察到表达']))
  it('a long title breaks in the middle', () => expect(boardLines('分数教学中的三个常见误区', 9)).toEqual(['分数教学中的', '三个常见误区']))
  it('a wide board still breaks a long title', () => expect(boardLines('分数教学中的三个常见误区', 13)).toHaveLength(2))
  it('what does not fit ends in an ellipsis', () => {
    const lines = boardLines('一二三四五六七八九十一二三四五六七八九十一二三四五', 9)
    expect(lines).toHaveLength(2)
    expect(lines[1]?.endsWith('…')).toBe(true)
    expect(Array.from(lines[1] ?? '')).toHaveLength(10)
  })
})
