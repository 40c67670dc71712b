/** What is happening with a Recording, in words. Pure. */
import { resources } from '@/locale/zh-CN/resources'
import type { RecordingView } from '../shapes'

export function recordingWords(one: Pick<RecordingView, 'state' | 'step' | 'permille'>): string {
  const w = resources.recording
  if (one.state !== 'finishing') return w[one.state]
  // 100 % is told when it is there.
  return w.finishing(Math.min(99, Math.floor(one.permille / 10)), w.steps[one.step ?? ''] ?? '')
}

/** Will something come of it without anybody doing anything? */
export const goesOn = (one: Pick<RecordingView, 'state'>) => one.state === 'recording' || one.state === 'closed' || one.state === 'finishing'
