/** Asks the server over HTTP: JSON both ways, the CSRF token on every change, errors in people's words. */
import { words } from '@/locale'
import { setServerClock } from './server-clock'

export class ApiError extends Error {
  constructor(
    /** HTTP status; 0 when the server could not be reached. */
    readonly status: number,
    /** Stable, for programs. */
    readonly code: string,
    /** Chinese, for people. */
    readonly sentence: string,
    /** Field name → what is wrong with it. */
    readonly fields: Record<string, string> = {},
  ) {
    super(`${status} ${code}`)
  }
}

type Query = Record<string, string | number | boolean | null | undefined>

export interface Ask {
  query?: Query
  signal?: AbortSignal
}

/** Phones change from Wi-Fi to the mobile network, and browsers give up what is on its way: ms until each further try of a question. */
const AGAIN_AFTER = [400, 1_200]

export const api = {
  get: <T>(path: string, ask: Ask = {}) => request<T>('GET', path, undefined, ask),
  post: <T>(path: string, body?: unknown, ask: Ask = {}) => request<T>('POST', path, body, ask),
  put: <T>(path: string, body?: unknown, ask: Ask = {}) => request<T>('PUT', path, body, ask),
  patch: <T>(path: string, body?: unknown, ask: Ask = {}) => request<T>('PATCH', path, body, ask),
  /** A form with files; the browser writes its boundaries. */
  upload: <T>(path: string, form: FormData, ask: Ask = {}) => request<T>('POST', path, form, ask),
  delete: <T>(path: string, ask: Ask = {}) => request<T>('DELETE', path, undefined, ask),
}

/** Sends a form with a file; `progress` is told the share that has left this device, 0 to 1. */
export function upload<T>(path: string, form: FormData, progress: (share: number) => void, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    // Not `fetch`: it tells nothing of how far an upload has come.
    const request = new XMLHttpRequest()
    const give = () => request.abort()
    signal.addEventListener('abort', give)
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) progress(event.loaded / event.total)
    }
    request.onerror = () => reject(new ApiError(0, 'unreachable', words.errors.unreachable))
    request.onabort = () => reject(new DOMException('aborted', 'AbortError'))
    request.onload = () => {
      const answer = parse(request.responseText)
      if (request.status >= 200 && request.status < 300) resolve(answer as T)
      else reject(errorFrom(request.status, answer))
    }
    request.onloadend = () => signal.removeEventListener('abort', give)
    request.open('POST', path)
    request.setRequestHeader('accept', 'application/json')
    const token = csrfToken(document.cookie)
    if (token) request.setRequestHeader('x-csrf-token', token)
    request.send(form)
  })
}

/** The sentence to show for anything that was thrown. */
export function sentenceOf(error: unknown): string {
  return error instanceof ApiError ? error.sentence : words.errors.unexpected
}

async function request<T>(method: string, path: string, body: unknown, ask: Ask): Promise<T> {
  const headers: Record<string, string> = { accept: 'application/json' }
  /** A form writes its own type, a file has one. */
  const raw = body instanceof FormData || body instanceof Blob ? body : null
  if (body !== undefined && !raw) headers['content-type'] = 'application/json'
  if (method !== 'GET') {
    const token = csrfToken(document.cookie)
    if (token) headers['x-csrf-token'] = token
  }
  const { response, text } = await answered(ask, method === 'GET' ? AGAIN_AFTER : [], async () => {
    const response = await fetch(path + queryText(ask.query), {
      method,
      headers,
      credentials: 'same-origin',
      body: raw ?? (body === undefined ? undefined : JSON.stringify(body)),
      signal: ask.signal,
    })
    return { response, text: await response.text() }
  })
  setServerClock(response.headers.get('date'), Date.now())
  if (response.ok) return (text ? parse(text) : undefined) as T
  throw errorFrom(response.status, parse(text))
}

async function answered<T>(ask: Ask, pauses: number[], once: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await once()
    } catch {
      ask.signal?.throwIfAborted()
      const pause = pauses[tries]
      if (pause === undefined) throw new ApiError(0, 'unreachable', words.errors.unreachable)
      await new Promise((resolve) => setTimeout(resolve, pause))
      ask.signal?.throwIfAborted()
    }
  }
}

/** The token of the cookie `lectern_csrf`, which the server lets scripts of this origin read. */
export function csrfToken(cookies: string): string | null {
  const found = /(?:^|;\s*)lectern_csrf=([^;]*)/.exec(cookies)
  return found?.[1] ? decodeURIComponent(found[1]) : null
}

export function queryText(query: Query | undefined): string {
  const pairs = Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== null && value !== '')
  if (pairs.length === 0) return ''
  return '?' + pairs.map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(String(value))}`).join('&')
}

export function errorFrom(status: number, answer: unknown): ApiError {
  const said = (typeof answer === 'object' && answer !== null ? answer : {}) as Partial<{
    code: string
    sentence: string
    fields: Record<string, string>
  }>
  const fallback = status >= 500 ? words.errors.serverTrouble : words.errors.unexpected
  return new ApiError(status, said.code ?? `http_${status}`, said.sentence ?? fallback, said.fields ?? {})
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
