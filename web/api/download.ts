/** Takes a file from the server: what is refused is told in words instead of being saved as a broken file. */
import { ApiError, errorFrom } from './client'
import { words } from '@/locale'

export async function download(path: string): Promise<void> {
  let response: Response
  try {
    response = await fetch(path, { credentials: 'same-origin' })
  } catch {
    throw new ApiError(0, 'unreachable', words.errors.unreachable)
  }
  if (!response.ok) throw errorFrom(response.status, await response.json().catch(() => undefined))
  const url = URL.createObjectURL(await response.blob())
  const link = document.createElement('a')
  link.href = url
  link.download = fileName(response.headers.get('content-disposition'))
  link.click()
  // The browser has begun to save it by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
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
