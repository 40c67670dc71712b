/** Takes a file from the server: what is refused is told in words instead of being saved as a broken file. */
import { ApiError, errorFrom } from './client'
import { words } from '@/locale'

/** `onPart` is told which part of the file has come, of 1, where its length is known. */
export async function download(path: string, onPart?: (part: number) => void): Promise<void> {
  let response: Response
  let content: Blob
  try {
    response = await fetch(path, { credentials: 'same-origin' })
    if (!response.ok) throw errorFrom(response.status, await response.json().catch(() => undefined))
    content = await blobOf(response, onPart)
  } catch (error) {
    if (error instanceof ApiError) throw error
    throw new ApiError(0, 'unreachable', words.errors.unreachable)
  }
  const url = URL.createObjectURL(content)
  const link = document.createElement('a')
  link.href = url
  link.download = fileName(response.headers.get('content-disposition'))
  link.click()
  // The browser has begun to save it by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}

export async function blobOf(response: Response, onPart?: (part: number) => void): Promise<Blob> {
  const length = Number(response.headers.get('content-length') ?? 0)
  if (!onPart || !response.body || !(length > 0)) return response.blob()
  const reader = response.body.getReader()
  const pieces: BlobPart[] = []
  let come = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    pieces.push(value)
    come += value.length
    onPart(Math.min(1, come / length))
  }
  return new Blob(pieces)
}

/** The name in UTF-8 (RFC 8187) of a content disposition. */
export function fileName(disposition: string | null): string {
  const found = /filename\*=UTF-8''([^;]+)/.exec(disposition ?? '')
  try {
    return found?.[1] ? decodeURIComponent(found[1]) : 'report'
  } catch {
    return 'report'
  }
}
