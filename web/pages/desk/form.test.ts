import { describe, expect, it } from 'vitest'
import { ApiError } from '@/api/client'
import { refusedFields, useForm } from './form'

const refusal = new ApiError(422, 'invalid_fields', '有内容需要修改，请看各项下面的提示。', { planned_end: '一次活动最长 24 小时，请检查结束日期。' })

function form(save: () => Promise<void>, check: (v: { title: string }) => Record<string, string> = () => ({})) {
  return useForm({ initial: { title: '习作' }, check, save, serverNames: { planned_end: 'end' } })
}

describe('saving a form', () => {
  it('what the browser finds wrong is not sent', async () => {
    let sent = 0
    const one = form(async () => void (sent += 1), (v): Record<string, string> => (v.title === '' ? { title: '请填写。' } : {}))
    one.values.title = ''
    expect(await one.submit()).toBe(false)
    expect([sent, one.tries.value, one.errors.value]).toEqual([0, 1, { title: '请填写。' }])
  })
  it('the sentences of the server stand under the fields of the form', async () => {
    const one = form(() => Promise.reject(refusal))
    await one.submit()
    expect(one.errors.value).toEqual({ end: '一次活动最长 24 小时，请检查结束日期。' })
    expect(one.problem.value).toBe('')
  })
  it('a refusal without fields is told as a whole and nothing typed is lost', async () => {
    const one = form(() => Promise.reject(new ApiError(409, 'already_live', '直播已经开始了，请直接进入课堂。')))
    one.values.title = '新名称'
    await one.submit()
    expect([one.problem.value, one.values.title, one.saved.value]).toEqual(['直播已经开始了，请直接进入课堂。', '新名称', false])
  })
  it('pressing twice sends once', async () => {
    let sent = 0
    let release = () => {}
    const one = form(() => {
      sent += 1
      return new Promise<void>((done) => (release = done))
    })
    const first = one.submit()
    expect(await one.submit()).toBe(false)
    release()
    expect([await first, sent, one.saved.value]).toEqual([true, 1, true])
  })
  it('fields of other refusals are facts, not mistakes', () => {
    expect(refusedFields(new ApiError(401, 'wrong_password', '不对。', { left: '3' }), {})).toEqual({})
  })
})
