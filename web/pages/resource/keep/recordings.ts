/** What is happening with a Recording, in words. Pure. */
import { resources } from '@/locale/zh-CN/resources'
import { dateWords, durationWords, type Moment } from '@/locale/time-words'
import { sizeWords } from '@/locale/size-words'
import type { RecordingView } from '../shapes'

export function recordingWords(one: Pick<RecordingView, 'state' | 'step' | 'permille' | 'waits_for_room'>): string {
  const w = resources.recording
  if (one.waits_for_room) return w.waitsForRoom
  if (one.state !== 'finishing') return w[one.state]
  // 100 % is told when it is there.
  return w.finishing(Math.min(99, Math.floor(one.permille / 10)), w.steps[one.step ?? ''] ?? '')
}

/** Will something come of it without anybody doing anything? */
export const goesOn = (one: Pick<RecordingView, 'state'>) => one.state === 'recording' || one.state === 'closed' || one.state === 'finishing'

/** What becomes of what was captured, once it is finished. */
export function captureWords(one: Pick<RecordingView, 'state' | 'bytes' | 'capture_until' | 'capture_gone_at'>, held: boolean, now: Moment): string {
  const w = resources.recording.capture
  if (one.state !== 'finished' && one.state !== 'empty') return ''
  if (one.capture_gone_at) return w.gone(dateWords(one.capture_gone_at, now))
  const size = sizeWords(one.bytes)
  if (!one.capture_until) return held ? w.held(size) : w.stays(size)
  return (one.state === 'empty' ? w.untilEmpty : w.until)(dateWords(one.capture_until, now), size)
}

/** What finishing found; nothing before it looked. */
export function checkWords(one: Pick<RecordingView, 'checked' | 'doubts' | 'lost_ms'>): string {
  const w = resources.recording
  if (!one.checked) return ''
  const lost = one.lost_ms < 60_000 ? `${Math.ceil(one.lost_ms / 1000)} 秒` : durationWords(one.lost_ms)
  return one.doubts.length === 0 ? w.checked : w.doubtsLead(one.doubts.map((doubt) => w.doubts[doubt](lost)).join('，'))
}
