import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { api, csrfToken, errorFrom, queryText } from './client'

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

describe('a line that breaks', () => {
  const broken = new TypeError('Failed to fetch')
  const fine = () => new Response('{"ok":1}', { status: 200 })
  const ask = vi.fn<typeof fetch>()
  beforeEach(() => {
    vi.useFakeTimers()
    vi.stubGlobal('fetch', ask.mockReset())
    vi.stubGlobal('document', { cookie: '' })
  })
  afterEach(() => {
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })
  const after = async <T>(answer: Promise<T>) => {
    const settled = answer.then((value) => ({ value }), (error: unknown) => ({ error }))
    await vi.runAllTimersAsync()
    return settled
  }

  it('costs_a_question_nothing_but_time', async () => {
    ask.mockRejectedValueOnce(broken).mockRejectedValueOnce(broken).mockResolvedValueOnce(fine())
    expect(await after(api.get('/api/me'))).toEqual({ value: { ok: 1 } })
    expect(ask).toHaveBeenCalledTimes(3)
  })

  it('is_told_when_it_stays_broken', async () => {
    ask.mockRejectedValue(broken)
    expect(await after(api.get('/api/me'))).toMatchObject({ error: { status: 0, code: 'unreachable' } })
    expect(ask).toHaveBeenCalledTimes(3)
  })

  it('never_makes_a_change_twice', async () => {
    ask.mockRejectedValueOnce(broken).mockImplementation(async () => fine())
    expect(await after(api.post('/api/notices', {}))).toMatchObject({ error: { code: 'unreachable' } })
    expect(ask).toHaveBeenCalledTimes(1)
  })

  it('is_not_asked_again_by_who_has_gone', async () => {
    const gone = new AbortController()
    ask.mockRejectedValueOnce(broken)
    const answer = after(api.get('/api/me', { signal: gone.signal }))
    gone.abort()
    expect(await answer).toMatchObject({ error: { name: 'AbortError' } })
    expect(ask).toHaveBeenCalledTimes(1)
  })
})
