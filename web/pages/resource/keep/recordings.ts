/** What is happening with a Recording, in words. Pure. */
import { resources } from '@/locale/zh-CN/resources'
import { dateWords, type Moment } from '@/locale/time-words'
import { sizeWords } from '@/locale/size-words'
import type { RecordingView } from '../shapes'

export function recordingWords(one: Pick<RecordingView, 'state' | 'step' | 'permille'>): string {
  const w = resources.recording
  if (one.state !== 'finishing') return w[one.state]
  // 100 % is told when it is there.
  return w.finishing(Math.min(99, Math.floor(one.permille / 10)), w.steps[one.step ?? ''] ?? '')
}

/** Will something come of it without anybody doing anything? */
export const goesOn = (one: Pick<RecordingView, 'state'>) => one.state === 'recording' || one.state === 'closed' || one.state === 'finishing'

/** What becomes of what was captured, once it is finished. */
export function captureWords(one: Pick<RecordingView, 'state' | 'bytes' | 'capture_until' | 'capture_gone_at'>, now: Moment): string {
  const w = resources.recording
  if (one.state !== 'finished' && one.state !== 'empty') return ''
  if (one.capture_gone_at) return w.captureGone(dateWords(one.capture_gone_at, now))
  return one.capture_until ? w.captureUntil(dateWords(one.capture_until, now), sizeWords(one.bytes)) : w.captureStays(sizeWords(one.bytes))
}
