/** Where to go after signing in: only to a page of this site, never to another. */
export function nextPath(asked: unknown): string {
  const path = Array.isArray(asked) ? asked[0] : asked
  if (typeof path !== 'string' || !path.startsWith('/')) return '/'
  // `//host` and `/\host` leave the site; control characters are dropped by URL parsers and could hide such a pair.
  if (/^\/[/\\]/.test(path) || Array.from(path).some((c) => c < ' ' || c === '\\')) return '/'
  return path.startsWith('/sign-in') ? '/' : path
}
