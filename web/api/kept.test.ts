import { expect, test } from 'vitest'
import { kept } from './kept'

function paper(): Storage {
  const all = new Map<string, string>()
  return { getItem: (key: string) => all.get(key) ?? null, setItem: (key: string, value: string) => void all.set(key, value), removeItem: (key: string) => void all.delete(key) } as unknown as Storage
}

test('what is kept is there until it is forgotten', () => {
  const storage = paper()
  const one = kept<{ text: string }>(() => storage, 'draft')
  expect(one.kept()).toBeNull()
  one.keep({ text: '请参加。' })
  expect(kept<{ text: string }>(() => storage, 'draft').kept()).toEqual({ text: '请参加。' })
  expect(kept(() => storage, 'another').kept()).toBeNull()
  one.forget()
  expect(one.kept()).toBeNull()
})

test('a browser that keeps nothing, or something odd, is no trouble', () => {
  const none = kept<string>(() => { throw new Error('denied') }, 'draft')
  none.keep('x')
  none.forget()
  expect(none.kept()).toBeNull()
  const storage = paper()
  storage.setItem('draft', '{half')
  expect(kept(() => storage, 'draft').kept()).toBeNull()
})
