import { describe, expect, it } from 'vitest'
import { checkAccount, type AccountFields } from './account-check'

const good: AccountFields = { name: '陈晓梅', login_name: 'chen.xm', password: 'liuxi-2026', role: 'teacher', school: 's', region_scope: '', title: '', subject: '' }
const wrong = (change: Partial<AccountFields>) => Object.keys(checkAccount({ ...good, ...change }))

describe('a new account', () => {
  it('a complete one has nothing wrong', () => expect(wrong({})).toEqual([]))
  it('a login name has no capitals, spaces or Chinese', () => {
    for (const login_name of ['Chen', 'c x', '陈晓梅', 'ab', 'a'.repeat(33)]) expect(wrong({ login_name })).toEqual(['login_name'])
  })
  it('a teacher has a school, an office a region, an admin neither', () => {
    expect(wrong({ school: '' })).toEqual(['school'])
    expect(wrong({ role: 'office', school: '' })).toEqual(['region_scope'])
    expect(wrong({ role: 'admin', school: '' })).toEqual([])
  })
  it('a short password is refused', () => expect(wrong({ password: '1234567' })).toEqual(['password']))
})

describe('an account that is there already', () => {
  const changed = (change: Partial<AccountFields>) => Object.keys(checkAccount({ ...good, login_name: '', password: '', ...change }, false))
  it('keeps its login name and, where none is typed, its password', () => expect(changed({})).toEqual([]))
  it('gets no short password', () => expect(changed({ password: '1234567' })).toEqual(['password']))
})
