import { expect, test } from 'vitest'
import { fileName } from './download'

test('the Chinese name of a file is taken, and a broken one is not', () => {
  expect(fileName("attachment; filename=\"report.xlsx\"; filename*=UTF-8''%E5%87%BA%E5%B8%AD%20a.xlsx")).toBe('出席 a.xlsx')
  expect(fileName("attachment; filename*=UTF-8''%E5%87")).toBe('report')
  expect(fileName(null)).toBe('report')
})
