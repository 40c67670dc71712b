import { createRenderer, h, nextTick, ref, type App } from 'vue'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { ApiError } from '@/api/client'
import { useLoading, type Loading } from './loading'

vi.mock('vue-router', () => ({ useRoute: () => ({ fullPath: '/office' }), useRouter: () => ({ replace: vi.fn() }) }))

/** Enough of a page for a component without one. */
const { createApp } = createRenderer<object, object>({
  insert() {}, remove() {}, patchProp() {}, setText() {}, setElementText() {}, createElement: () => ({}), createText: () => ({}), createComment: () => ({}), parentNode: () => null, nextSibling: () => null,
})
const apps: App<object>[] = []
beforeEach(() => {
  vi.stubGlobal('addEventListener', vi.fn())
  vi.stubGlobal('removeEventListener', vi.fn())
})
afterEach(() => {
  apps.splice(0).forEach((app) => app.unmount())
  vi.unstubAllGlobals()
})
const turn = () => new Promise((resolve) => setTimeout(resolve))
/** Until the answer of the server, which takes a turn, is there. */
const settled = async () => {
  await nextTick()
  await turn()
  await turn()
}

/** A page of the Region `place`; the server answers while `up`. */
async function page(keeps: boolean) {
  const place = ref('county')
  const up = ref(true)
  let load!: Loading<string>
  const app = createApp({
    setup() {
      load = useLoading(async () => {
        await turn()
        if (!up.value) throw new ApiError(500, 'inside', '请稍后重试。', {})
        return `table of ${place.value}`
      }, place, keeps)
      return () => h('p')
    },
  })
  app.mount({})
  apps.push(app)
  await settled()
  return { place, up, load }
}

it('keeps what it shows after a failed refresh, and says that it is old', async () => {
  const { up, load } = await page(true)
  const before = load.at.value
  up.value = false
  await load.reload()
  expect([load.data.value, load.problem.value?.sentence, load.at.value]).toEqual(['table of county', '请稍后重试。', before])
  up.value = true
  await load.reload()
  expect([load.data.value, load.problem.value]).toEqual(['table of county', null])
})
it('drops what it kept as soon as other parameters cannot be had', async () => {
  const { place, up, load } = await page(true)
  up.value = false
  place.value = 'city'
  await nextTick()
  expect([load.data.value, load.moving.value]).toEqual(['table of county', true])
  await settled()
  expect([load.data.value, load.problem.value?.status, load.problem.value?.code]).toEqual([undefined, 500, 'inside'])
})
it('does not take a refresh in between for the other parameters', async () => {
  const { place, up, load } = await page(true)
  up.value = false
  place.value = 'city'
  await nextTick()
  await load.reload()
  expect(load.data.value).toBeUndefined()
  up.value = true
  await load.reload()
  expect([load.data.value, load.moving.value]).toEqual(['table of city', false])
})
it('drops the old content at once where the page does not keep it', async () => {
  const { place, load } = await page(false)
  place.value = 'city'
  await nextTick()
  expect(load.data.value).toBeUndefined()
  await settled()
  expect(load.data.value).toBe('table of city')
})
