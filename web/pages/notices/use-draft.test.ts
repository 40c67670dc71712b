import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ApiError } from '@/api/client'
import type { NoticeDraftForm, NoticeDraftView } from '@/protocol/api'
import { SAVED_AFTER_MS, useDraft } from './use-draft'

const view = (content: string, revision: number, by = '周文澜'): NoticeDraftView => ({ content, revision, by, at: '2026-03-02T09:00:00+08:00' })

/** As the server does it. */
function server() {
  const one = { now: view('', 0), saved: [] as NoticeDraftForm[], down: false }
  const fetch = async () => one.now
  const save = async (form: NoticeDraftForm) => {
    if (one.down) throw new ApiError(0, 'unreachable', '连不上服务器')
    if (form.revision !== one.now.revision) throw new ApiError(409, 'notice_draft_changed', '刚被别人改过')
    one.saved.push(form)
    return (one.now = view(form.content, form.revision + 1))
  }
  return Object.assign(one, { fetch, save })
}

describe('the draft of a notice', () => {
  beforeEach(() => { vi.useFakeTimers() })
  afterEach(() => { vi.useRealTimers() })

  it('is saved once, a moment after the last letter', async () => {
    const there = server()
    const draft = useDraft(there)
    await draft.open()
    draft.changed('请')
    draft.changed('请全体')
    await vi.advanceTimersByTimeAsync(SAVED_AFTER_MS)
    expect(there.saved).toEqual([{ content: '请全体', revision: 0 }])
    expect(draft.begun.value).toBe(true)
    draft.changed('请全体成员')
    await draft.save()
    await vi.advanceTimersByTimeAsync(SAVED_AFTER_MS)
    expect(there.saved.map((one) => one.revision)).toEqual([0, 1])
  })
  it('of a co-host who saved meanwhile is shown, and nothing is written over it unasked', async () => {
    const there = server()
    const draft = useDraft(there)
    await draft.open()
    there.now = view('对方写的', 1, '林雨桐')
    draft.changed('我写的')
    await draft.save()
    expect(draft.other.value).toEqual(there.now)
    draft.changed('我写的，还在写')
    await vi.advanceTimersByTimeAsync(SAVED_AFTER_MS)
    expect([there.saved, draft.text.value]).toEqual([[], '我写的，还在写'])
    await draft.settle('mine')
    expect(there.now).toMatchObject({ content: '我写的，还在写', revision: 2 })
    there.now = view('又改', 3)
    draft.changed('不要了')
    await draft.save()
    await draft.settle('theirs')
    expect([draft.text.value, there.now.revision]).toEqual(['又改', 3])
  })
  it('that could not be saved stays and says why, and goes with the next try', async () => {
    const there = server()
    const draft = useDraft(there)
    await draft.open()
    there.down = true
    draft.changed('请全体')
    await draft.save()
    expect([draft.trouble.value, draft.text.value]).toEqual(['连不上服务器', '请全体'])
    there.down = false
    await draft.save()
    expect([draft.trouble.value, there.now.content]).toEqual(['', '请全体'])
  })
})
