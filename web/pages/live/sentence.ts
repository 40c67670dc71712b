import { words as shell } from '@/locale'
import { live as words } from '@/locale/zh-CN/live'
import { NoWebrtc } from '@/session/media-way'
import { RequestError } from '@/session/signaling-client'

/** The sentence to show for a request that did not work. */
export function sentenceFor(error: unknown): string {
  if (error instanceof NoWebrtc) return words.request.no_webrtc
  if (!(error instanceof RequestError)) return shell.errors.unexpected
  if (error.code === 'not_connected' || error.code === 'no_answer') return words.request[error.code]
  return error.sentence || shell.errors.unexpected
}
