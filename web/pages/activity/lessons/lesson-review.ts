/** Lesson reviews of an Activity: what the server is asked, and what a form needs. */
import { api } from '@/api/client'
import { lessonReviews as w } from '@/locale/zh-CN/lesson-reviews'
import type { FieldErrors } from '@/pages/desk/form'
import type { ActivityCard } from '@/pages/desk/shapes'
import type { LessonReviewForm, LessonReviewView, Rows } from '@/protocol/api'

const path = (activity: string) => `/api/activities/${encodeURIComponent(activity)}/lesson-reviews`

export const calls = {
  list: (activity: string, signal?: AbortSignal) => api.get<Rows<LessonReviewView>>(path(activity), { signal }).then((answer) => answer.rows),
  send: (activity: string, form: LessonReviewForm) => api.post<Rows<LessonReviewView>>(path(activity), form).then((answer) => answer.rows),
}

/** There is a lesson to speak of, and it has begun. */
export const hasLesson = (one: Pick<ActivityCard, 'kind' | 'state'>): boolean =>
  (one.kind === 'open_lesson' || one.kind === 'lesson_review') && (one.state === 'live' || one.state === 'ended')

export function checkLessonReview(v: LessonReviewForm): FieldErrors {
  const errors: FieldErrors = {}
  if (v.lesson.trim() === '') errors.lesson = w.lessonMissing
  if (v.strengths.trim() === '') errors.strengths = w.strengthsMissing
  if (v.advice.trim() === '') errors.advice = w.adviceMissing
  return errors
}
