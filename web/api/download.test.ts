import { expect, test } from 'vitest'
import { blobOf, fileName } from './download'

test('the Chinese name of a file is taken, and a broken one is not', () => {
  expect(fileName("attachment; filename=\"report.xlsx\"; filename*=UTF-8''%E5%87%BA%E5%B8%AD%20a.xlsx")).toBe('出席 a.xlsx')
  expect(fileName("attachment; filename*=UTF-8''%E5%87")).toBe('report')
  expect(fileName(null)).toBe('report')
})

test('how much of a file has come is told where its length is known', async () => {
  const pieces = () =>
    new ReadableStream({
      start(controller) {
        controller.enqueue(new Uint8Array(30))
        controller.enqueue(new Uint8Array(10))
        controller.close()
      },
    })
  const told: number[] = []
  const known = new Response(pieces(), { headers: { 'content-length': '40' } })
  expect((await blobOf(known, (part) => told.push(part))).size).toBe(40)
  expect(told).toEqual([0.75, 1])
  expect((await blobOf(new Response(pieces()), () => expect.unreachable())).size).toBe(40)
})
