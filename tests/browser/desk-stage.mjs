// Serves the built pages and the played API to a browser page, inside the browser: no port is opened.
import { existsSync, readFileSync } from 'node:fs'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { answer } from './desk-world.mjs'

const dist = fileURLToPath(new URL('../../web/dist', import.meta.url))
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' }
export const ORIGIN = 'http://lectern.test'

export async function serve(route, shot) {
  const request = route.request()
  const { pathname, searchParams } = new URL(request.url())
  if (pathname.startsWith('/api/')) {
    if (shot.slow === pathname) return new Promise(() => {})
    const [status, body] = answer(shot.who, request.method(), pathname, shot.change, searchParams) ?? [404, { code: 'no_such_route', sentence: '没有这个接口。' }]
    return route.fulfill({ status, contentType: 'application/json', body: JSON.stringify(body) })
  }
  const file = existsSync(dist + pathname) && extname(pathname) ? dist + pathname : `${dist}/index.html`
  return route.fulfill({ status: 200, contentType: TYPES[extname(file)] ?? 'application/octet-stream', body: readFileSync(file) })
}
