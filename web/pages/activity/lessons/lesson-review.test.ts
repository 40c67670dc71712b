import { describe, expect, it } from 'vitest'
import { checkLessonReview, hasLesson } from './lesson-review'

describe('a lesson review', () => {
  it('says which lesson, what was good and what might be otherwise', () => {
    expect(Object.keys(checkLessonReview({ lesson: ' ', strengths: '', advice: '' }))).toEqual(['lesson', 'strengths', 'advice'])
    expect(checkLessonReview({ lesson: '《草原》', strengths: '朗读有层次', advice: '板书可以留白' })).toEqual({})
  })
  it('is of a lesson that has begun', () => {
    expect(hasLesson({ kind: 'open_lesson', state: 'ended' })).toBe(true)
    expect(hasLesson({ kind: 'lesson_review', state: 'planned' })).toBe(false)
    expect(hasLesson({ kind: 'lecture', state: 'ended' })).toBe(false)
  })
})
