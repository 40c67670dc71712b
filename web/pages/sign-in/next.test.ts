import { describe, expect, it } from 'vitest'
import { nextPath } from './next'

describe('where sign-in leads', () => {
  it('a page of this site is kept with its query', () => expect(nextPath('/live/abc?x=1')).toBe('/live/abc?x=1'))
  it('another site is never reached', () => {
    for (const bad of ['//evil.example', '/\\evil.example', 'https://evil.example', 'javascript:alert(1)', '/\t/evil.example', '', undefined, 7]) {
      expect(nextPath(bad)).toBe('/')
    }
  })
  it('sign-in does not lead to itself', () => expect(nextPath('/sign-in?next=/x')).toBe('/'))
  it('of several the first counts', () => expect(nextPath(['/studios', '//x'])).toBe('/studios'))
})
