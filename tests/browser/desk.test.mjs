// How the desk's pages behave under hands: keyboard, focus, refusals, the way back after sign-in.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { desk, launch, phone } from './browser.mjs'
import { ORIGIN, serve } from './desk-stage.mjs'
import { activities, NOW } from './desk-world.mjs'

let browser
before(async () => (browser = await launch()))
after(() => browser.close())

async function open(path, { who = 'teacher', change = {}, viewport = desk } = {}) {
  const context = await browser.newContext({ viewport, locale: 'zh-CN', timezoneId: 'Asia/Shanghai' })
  const page = await context.newPage()
  const stage = { who, change: { ...change }, asked: [] }
  page.setDefaultTimeout(15_000)
  await page.clock.setFixedTime(NOW)
  await page.route(`${ORIGIN}/**`, (route) => {
    stage.asked.push(`${route.request().method()} ${new URL(route.request().url()).pathname}`)
    return serve(route, stage)
  })
  await page.goto(ORIGIN + path)
  return { page, stage }
}
const focused = (page) => page.evaluate(() => document.activeElement?.getAttribute('data-testid') ?? document.activeElement?.id ?? '')

test('a page that needs a login leads to sign-in and back', async () => {
  const { page, stage } = await open('/studios?x=1', { who: 'nobody' })
  await page.waitForURL(/\/sign-in\?next=/)
  stage.change['POST /api/logins'] = [200, { account: {} }]
  await page.getByTestId('account-name').fill('chen')
  await page.getByTestId('password').fill('lectern-demo')
  stage.who = 'teacher'
  await page.keyboard.press('Enter')
  await page.waitForURL((url) => url.pathname === '/studios')
  assert.equal(new URL(page.url()).search, '?x=1')
})

test('a wrong password keeps the name and says how many tries are left', async () => {
  const { page } = await open('/sign-in', { who: 'nobody' })
  await page.getByTestId('account-name').fill('chen')
  await page.getByTestId('password').fill('wrong-one')
  await page.keyboard.press('Enter')
  await page.getByTestId('sign-in-error').getByText('还可以再试 3 次').waitFor()
  assert.equal(await page.getByTestId('account-name').inputValue(), 'chen')
  assert.equal(await focused(page), 'password')
})

test('a form with mistakes takes the focus to its list of mistakes, and the list leads to the field', async () => {
  const { page } = await open(`/studios/${activities.live.studio.id}/plan`, { who: 'host' })
  await page.getByTestId('af-end').fill('14:00')
  await page.getByTestId('af-save').click()
  await page.getByTestId('error-summary').waitFor()
  assert.equal(await focused(page), 'error-summary')
  await page.getByTestId('error-summary').getByRole('link', { name: '结束' }).click()
  assert.equal(await focused(page), 'af-end')
})

test('what the server refuses stands under the field and nothing typed is lost', async () => {
  const { page } = await open(`/studios/${activities.live.studio.id}/plan`, { who: 'host' })
  await page.getByTestId('af-title').fill('古诗里的月亮')
  await page.getByTestId('af-save').click()
  await page.getByTestId('field-error').getByText('一次活动最长 24 小时').waitFor()
  assert.equal(await page.getByTestId('af-title').inputValue(), '古诗里的月亮')
})

test('the host goes live from the page of the activity and lands in the room', async () => {
  const { page, stage } = await open(`/activities/${activities.mine.id}`, { who: 'host' })
  await page.getByTestId('go-live').click()
  await page.waitForURL(`${ORIGIN}/live/${activities.live.session.id}`)
  assert.ok(stage.asked.includes(`POST /api/activities/${activities.mine.id}/go-live`))
})

test('a page that could not be fetched is fetched again by its one button', async () => {
  const { page, stage } = await open('/', { change: { 'GET /api/home': [500, { code: 'inside', sentence: '服务器没能完成这一步，请稍后重试。' }] } })
  await page.getByTestId('retry').waitFor()
  delete stage.change['GET /api/home']
  await page.getByTestId('retry').click()
  await page.getByTestId('live-hero').waitFor()
})

test('a member is found, chosen and added by keyboard alone', async () => {
  const { page, stage } = await open(`/studios/${activities.live.studio.id}`, { who: 'admin' })
  await page.getByTestId('add-member').focus()
  await page.keyboard.press('Enter')
  await page.getByTestId('mf-account').focus()
  await page.keyboard.type('王')
  await page.getByTestId('mf-account-option').getByText('王建国').waitFor()
  await page.keyboard.press('Enter')
  assert.equal(await page.getByTestId('mf-account').inputValue(), '王建国')
  await page.getByTestId('mf-save').focus()
  await page.keyboard.press('Enter')
  await page.getByTestId('studio-said').getByText('王建国已加入').waitFor()
  assert.ok(stage.asked.some((ask) => ask.startsWith('POST') && ask.endsWith('/memberships')))
})

test('the account menu closes on Escape and gives the focus back', async () => {
  const { page } = await open('/', { viewport: phone })
  await page.getByTestId('account-menu').click()
  await page.getByTestId('account-pop').waitFor()
  await page.keyboard.press('Escape')
  await page.getByTestId('account-pop').waitFor({ state: 'detached' })
  assert.equal(await focused(page), 'account-menu')
})

test('at 200 % zoom no page scrolls sideways', async () => {
  // A window of 720 × 450 is what a person with 1440 × 900 sees at 200 %.
  const { page } = await open('/', { who: 'admin', viewport: { width: 720, height: 450 } })
  for (const path of ['/', '/schedule', '/studios', `/studios/${activities.live.studio.id}`, `/activities/${activities.live.id}`, '/attendance', '/mine', '/admin', '/admin/schools', '/admin/regions']) {
    await page.goto(ORIGIN + path)
    await page.locator('#content h1, #content h2').first().waitFor()
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0, path)
  }
})
