// Pictures of every page of the desk, from the built files and an API played by this program; no server is started.
// usage: node desk-shots.mjs [name,name] — pictures go to shots/desk/
import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { launch } from './browser.mjs'
import { ORIGIN, serve } from './desk-stage.mjs'
import { activities, NOW } from './desk-world.mjs'

const shots = fileURLToPath(new URL('./shots/desk', import.meta.url))
mkdirSync(shots, { recursive: true })
const SIZES = { wide: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } }
const a = activities
const zhou = a.live.studio.id

const sentence = (status, code, text, fields) => [status, { code, sentence: text, fields }]
const PAGES = [
  { name: 'sign-in', who: 'nobody', path: `/sign-in?next=/live/${a.live.session.id}` },
  { name: 'sign-in-wrong', who: 'nobody', path: '/sign-in', act: signIn },
  { name: 'sign-in-locked', who: 'nobody', path: '/sign-in', act: signIn, change: { 'POST /api/logins': sentence(423, 'locked_out', '密码连续输错，为了安全，这个账号暂停登录到 15:27。', { until: '2026-11-20T15:27:00+08:00' }) } },
  { name: 'home', who: 'teacher', path: '/' },
  { name: 'home-empty', who: 'teacher', path: '/', change: { 'GET /api/home': [200, { live: [], today: [], next: [], recent: [] }], 'GET /api/me/attendance': [200, { rows: [], total: 0, page: 1, size: 100 }] } },
  { name: 'home-error', who: 'teacher', path: '/', change: { 'GET /api/home': sentence(500, 'inside', '服务器没能完成这一步，请稍后重试。已做的其他操作不受影响。') } },
  { name: 'home-loading', who: 'teacher', path: '/', slow: '/api/home' },
  { name: 'account-menu', who: 'admin', path: '/', act: (page) => page.getByTestId('account-menu').click() },
  { name: 'schedule', who: 'teacher', path: '/schedule' },
  { name: 'schedule-list', who: 'teacher', path: '/schedule', act: (page) => page.getByTestId('schedule-view-list').check({ force: true }) },
  { name: 'studios', who: 'admin', path: '/studios' },
  { name: 'studio', who: 'teacher', path: `/studios/${zhou}` },
  { name: 'studio-host', who: 'host', path: `/studios/${zhou}` },
  { name: 'add-member', who: 'admin', path: `/studios/${zhou}`, act: addMember },
  { name: 'activity-live-host', who: 'host', path: `/activities/${a.live.id}` },
  { name: 'activity-live', who: 'teacher', path: `/activities/${a.live.id}` },
  { name: 'activity-go-live', who: 'host', path: `/activities/${a.mine.id}` },
  { name: 'activity-planned', who: 'teacher', path: `/activities/${a.reading.id}` },
  { name: 'activity-guest', who: 'nobody', path: `/activities/${a.live.id}` },
  { name: 'activity-ended', who: 'host', path: `/activities/${a.group.id}` },
  { name: 'activity-cancelled', who: 'teacher', path: `/activities/${a.fairy.id}` },
  { name: 'plan', who: 'host', path: `/studios/${zhou}/plan` },
  { name: 'plan-errors', who: 'host', path: `/studios/${zhou}/plan`, act: (page) => page.getByTestId('af-save').click() },
  { name: 'attendance', who: 'teacher', path: '/attendance', act: (page) => page.getByTestId('attendance-more').nth(2).click() },
  { name: 'attendance-empty', who: 'teacher', path: '/attendance', change: { 'GET /api/me/attendance': [200, { rows: [], total: 0, page: 1, size: 100 }] } },
  { name: 'mine', who: 'admin', path: '/mine' },
  { name: 'admin-accounts', who: 'admin', path: '/admin' },
  { name: 'admin-add-account', who: 'admin', path: '/admin', act: addAccount },
  { name: 'admin-schools', who: 'admin', path: '/admin/schools' },
  { name: 'admin-regions', who: 'admin', path: '/admin/regions' },
  { name: 'no-permission', who: 'teacher', path: '/admin' },
  { name: 'not-found', who: 'teacher', path: '/activities/nothing' },
  { name: 'missing-page', who: 'teacher', path: '/there/is/nothing' },
]

async function signIn(page) {
  await page.getByTestId('account-name').fill('chen')
  await page.getByTestId('password').fill('not-it')
  await page.getByTestId('sign-in').click()
}
async function addMember(page) {
  await page.getByTestId('add-member').click()
  await page.getByTestId('mf-account').fill('王')
  await page.getByTestId('mf-account-option').first().waitFor()
}
async function addAccount(page) {
  await page.getByTestId('add-account').click()
  await page.getByTestId('xf-login').fill('陈')
  await page.getByTestId('xf-save').click()
}

const only = process.argv[2]
const themes = process.env.THEMES?.split(',') ?? ['light', 'dark']
const browser = await launch()
let wrong = 0
for (const [size, viewport] of Object.entries(SIZES)) {
  for (const theme of themes) {
    const context = await browser.newContext({ viewport, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', colorScheme: theme, hasTouch: size === 'phone' })
    for (const shot of PAGES) {
      if (only && !only.split(',').includes(shot.name)) continue
      const page = await context.newPage()
      const complain = (text) => {
        wrong += 1
        console.error(`${shot.name} ${size} ${theme}: ${text}`)
      }
      page.on('pageerror', (error) => complain(error.message))
      page.on('console', (message) => message.type() === 'error' && !/status of [45]/.test(message.text()) && complain(message.text()))
      await page.clock.setFixedTime(NOW)
      await page.route(`${ORIGIN}/**`, (route) => serve(route, shot))
      await page.goto(ORIGIN + shot.path)
      await page.locator('#content').waitFor()
      await page.waitForTimeout(shot.slow ? 700 : 250)
      if (shot.act) await shot.act(page)
      await page.waitForTimeout(250)
      const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
      if (wider > 0) complain(`${wider} px wider than the window`)
      await page.screenshot({ path: `${shots}/${shot.name}-${size}-${theme}.png`, fullPage: !shot.act })
      await page.close()
    }
    await context.close()
  }
}
await browser.close()
if (wrong > 0) process.exit(1)
