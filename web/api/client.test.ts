import { describe, expect, it } from 'vitest'
import { csrfToken, errorFrom, queryText } from './client'

describe('asking the server', () => {
  it('finds_the_csrf_token_among_other_cookies', () => {
    expect(csrfToken('a=1; lectern_csrf=x%2By; b=2')).toBe('x+y')
    expect(csrfToken('not_lectern_csrf=1')).toBeNull()
  })

  it('leaves_out_empty_query_values', () => {
    expect(queryText({ region: '330100', page: 2, school: '', tier: undefined })).toBe('?region=330100&page=2')
    expect(queryText({})).toBe('')
  })

  it('shows_the_servers_sentence_and_never_a_bare_code', () => {
    expect(errorFrom(422, { code: 'name_taken', sentence: '这个名字已经有人用了。', fields: { name: '请换一个' } })).toMatchObject({
      code: 'name_taken',
      sentence: '这个名字已经有人用了。',
      fields: { name: '请换一个' },
    })
    expect(errorFrom(502, undefined).sentence).toMatch(/[\u4e00-\u9fff]/)
  })
})
