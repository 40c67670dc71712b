// Every page as the person it is for, on a desk and on a phone: nothing complains, nothing scrolls sideways, and what is
// typed there is really kept by the server.

import assert from 'node:assert/strict';
import { call, desk, person, phone, shots, signIn } from './browser.mjs';
import path from 'node:path';

const sizes = { desk, phone };

export async function pages(browser, server) {
  const open = (viewport = desk) => person(browser, server.url, viewport, { colorScheme: 'light' });
  const nobody = await open();
  await signingIn(nobody, server);
  await guest(nobody, server);
  const host = await open();
  await signIn(host, 'zhouwenlan');
  await hosting(host);
  await conferring(host, browser, server);
  const teacher = await open();
  await signIn(teacher, 'chenxiaomei');
  await teaching(teacher);
  const office = await open();
  await signIn(office, 'songyaqin');
  await supervising(office);
  const admin = await open();
  await signIn(admin, 'admin');
  await administering(admin, await open());
  await signingOut(teacher);
  for (const page of [nobody, host, teacher, office, admin]) {
    assert.deepEqual(page.complaints, []);
    await page.context().close();
  }
}
// The broadcast that is always on gives the pages something live to show.
pages.server = { broadcast: true };

// Opens the page in both sizes, and in the dark where asked; checks what holds for every page and keeps the pictures.
async function look(page, name, address, ready, { dark = false } = {}) {
  for (const [size, viewport] of Object.entries(sizes)) {
    await page.setViewportSize(viewport);
    await page.goto(address);
    await page.locator(ready).first().waitFor();
    await settled(page, `${name}-${size}`);
    if (size === 'desk') await enlarged(page, name);
    if (!dark) continue;
    await page.emulateMedia({ colorScheme: 'dark' });
    await settled(page, `${name}-${size}-dark`);
    await page.emulateMedia({ colorScheme: 'light' });
  }
  await page.setViewportSize(desk);
}

// A window of half the width and height is what a person at 200 % sees.
async function enlarged(page, name) {
  await page.setViewportSize({ width: desk.width / 2, height: desk.height / 2 });
  await fits(page, `${name} at 200 %`);
  await page.setViewportSize(desk);
}

// Nothing scrolls sideways, once the page has drawn itself anew for the size it has now.
async function fits(page, name) {
  const wider = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  await page.waitForFunction(() => document.documentElement.scrollWidth <= innerWidth, null, { polling: 100, timeout: 5_000 })
    .catch(async () => assert.fail(`${name} scrolls ${await wider()} px sideways`));
}

async function settled(page, name) {
  await page.locator('[data-testid="skeleton"]').waitFor({ state: 'detached' });
  await fits(page, name);
  const { title, headings } = await page.evaluate(() => ({
    title: document.title,
    headings: document.querySelectorAll('h1, h2, h3').length,
  }));
  assert.ok(title.includes('讲台'), `${name} has the title ${title}`);
  assert.ok(headings > 0, `${name} has a heading`);
  await page.screenshot({ path: path.join(shots, `page-${name}.png`), fullPage: true });
}

// A dialog or a state of the page that is open now, in both sizes.
async function still(page, name) {
  for (const [size, viewport] of Object.entries(sizes)) {
    await page.setViewportSize(viewport);
    await fits(page, `${name} on a ${size}`);
    await page.screenshot({ path: path.join(shots, `page-${name}-${size}.png`) });
  }
  await page.setViewportSize(desk);
}

const focused = (page) => page.evaluate(() => document.activeElement?.dataset.testid ?? document.activeElement?.id ?? '');
const has = (page, testid, text) => page.getByTestId(testid).filter({ hasText: text }).first().waitFor();

async function signingIn(page) {
  await look(page, 'sign-in', '/sign-in', '[data-testid="sign-in-form"]');
  await page.goto('/studios?x=1');
  await page.waitForURL(/\/sign-in\?next=/);
  await page.getByTestId('account-name').fill('linyutong');
  await page.getByTestId('password').fill('not the one');
  await page.keyboard.press('Enter');
  await has(page, 'sign-in-error', /还可以再试 \d 次/);
  assert.equal(await page.getByTestId('account-name').inputValue(), 'linyutong');
  assert.equal(await focused(page), 'password');
  await still(page, 'sign-in-wrong');
  await page.getByTestId('password').fill('lectern-demo');
  await page.keyboard.press('Enter');
  await page.waitForURL((url) => url.pathname === '/studios' && url.search === '?x=1');
  await page.getByTestId('account-menu').click();
  await page.getByTestId('sign-out').click();
  await page.waitForURL(/\/sign-in/);
}

// Whoever has no account: the door of what allows guests, and a page that is not there.
async function guest(page, server) {
  const asked = await person(page.context().browser(), server.url);
  await signIn(asked, 'zhouwenlan');
  const { live } = (await call(asked, 'GET', '/api/home')).body;
  await asked.context().close();
  await look(page, 'door-guest', `/live/${live[0].session.id}`, '[data-testid="guest-name"]');
  await page.getByTestId('enter').click();
  await page.getByText('请填写姓名').waitFor();
  await look(page, 'activity-guest', `/activities/${live[0].id}`, '[data-testid="activity-title"]');
  await check(page);
  await look(page, 'missing', '/there/is/nothing', 'text=没有找到这个页面');
}

// What a technician of a school does, who has no account: reads the verdict, tries the devices, copies the text.
async function check(page) {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write', 'camera', 'microphone']);
  page.setDefaultTimeout(60_000);
  await look(page, 'check', '/check', '[data-testid="verdict"]');
  const mark = (id) => page.getByTestId(`check-${id}`).getAttribute('data-mark');
  for (const part of ['server', 'socket', 'udp', 'tcp', 'down', 'up']) assert.equal(await mark(part), 'ok', `${part} works here`);
  assert.equal(await page.getByTestId('verdict').getAttribute('data-mark'), 'ok');
  await page.getByTestId('open-devices').click();
  await page.locator('[data-testid="check-camera"][data-mark="ok"] video').waitFor();
  await page.locator('[data-testid="check-microphone"][data-mark="ok"]').waitFor();
  await page.getByTestId('play').click();
  await page.getByTestId('heard').click();
  await page.locator('[data-testid="check-speaker"][data-mark="ok"]').waitFor();
  await still(page, 'check-devices');
  await page.getByTestId('copy-report').click();
  await has(page, 'copy-report', '已复制');
  const text = await page.evaluate(() => navigator.clipboard.readText());
  for (const part of ['结论：可以上课', '✓ 音视频首选通道（UDP）', '✓ 音视频备用通道（TCP）', '通，能看 ', '丢包 ', '浏览器：', '地址：']) assert.ok(text.includes(part), `${part} is in\n${text}`);
  console.log(text);
}

async function hosting(page) {
  const studio = (await call(page, 'GET', '/api/me')).body.memberships.find((one) => one.role === 'host').studio.id;
  const all = (await call(page, 'GET', `/api/studios/${studio}/activities?size=100`)).body.rows;
  const planned = all.find((one) => one.state === 'planned');
  const ended = all.find((one) => one.state === 'ended');
  const live = all.find((one) => one.state === 'live');
  await look(page, 'activity-planned-host', `/activities/${planned.id}`, '[data-testid="go-live"]');
  await look(page, 'activity-live-host', `/activities/${live.id}`, '[data-testid="enter-live"]');
  await look(page, 'activity-ended-host', `/activities/${ended.id}`, '[data-testid="activity-title"]');
  await look(page, 'edit-activity', `/activities/${planned.id}/edit`, '[data-testid="af-save"]');
  await look(page, 'studio-host', `/studios/${studio}`, '[data-testid="member-row"]');
  // The count of a Series opens to its Activities.
  const counted = page.getByTestId('count-series').first();
  const times = Number.parseInt(await counted.innerText(), 10);
  await counted.click();
  await page.getByTestId('only-series').waitFor();
  assert.equal(await page.locator('.main-col [data-testid="activity-row"]').count(), times, 'as many as the Series has');
  await page.getByTestId('only-series').click();
  await page.getByTestId('only-series').waitFor({ state: 'detached' });
  await plan(page, studio);
  await share(page);
  await gather(page, studio);
}

// A form with mistakes keeps what was typed and leads to the field; corrected, it makes the Activity.
async function plan(page, studio) {
  await look(page, 'plan', `/studios/${studio}/plan`, '[data-testid="af-save"]');
  await page.getByTestId('af-title').fill('');
  await page.getByTestId('af-end').fill('14:00');
  await page.getByTestId('af-save').click();
  await page.getByTestId('error-summary').waitFor();
  assert.equal(await focused(page), 'error-summary');
  await still(page, 'plan-errors');
  await page.getByTestId('error-summary').getByRole('link', { name: '结束' }).click();
  assert.equal(await focused(page), 'af-end');
  await page.getByTestId('af-end').fill('16:00');
  await page.getByTestId('af-title').fill('古诗里的月亮');
  await page.getByTestId('af-presenter').first().check();
  await page.getByTestId('af-save').click();
  await page.waitForURL(/\/activities\/[a-z0-9]{16}$/);
  await has(page, 'activity-title', '古诗里的月亮');
}

async function share(page) {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByTestId('copy-link').click();
  await has(page, 'copy-link', '已复制');
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), page.url());
  await page.getByTestId('cancel-activity').click();
  await page.getByTestId('cancel-reason').fill('与期中检测冲突');
  await still(page, 'cancel-activity');
  await page.getByTestId('confirm').click();
  await page.getByText('与期中检测冲突').waitFor();
}

async function gather(page, studio) {
  await page.goto(`/studios/${studio}`);
  await page.getByTestId('create-series').click();
  await page.getByTestId('rf-save').click();
  await page.getByTestId('error-summary').waitFor();
  await page.getByTestId('rf-title').fill('古诗教学十讲');
  await page.getByTestId('rf-save').click();
  await has(page, 'series-row', '古诗教学十讲');
  await addMember(page, studio, '丁国平');
}

// A page that could not be fetched says so and is fetched again by its one button.
async function again(page) {
  await page.route('**/api/home', (route) => route.fulfill({ status: 500, json: { code: 'inside', sentence: '服务器没能完成这一步，请稍后重试。' } }));
  await page.goto('/');
  await page.getByTestId('retry').waitFor();
  await still(page, 'home-error');
  await page.unroute('**/api/home');
  await page.getByTestId('retry').click();
  await page.getByTestId('live-hero').waitFor();
}

async function teaching(page) {
  const { live, today, next, recent } = (await call(page, 'GET', '/api/home')).body;
  const planned = [...today, ...next].find((one) => one.my_role !== 'host');
  await look(page, 'home', '/', '[data-testid="live-hero"]', { dark: true });
  await page.goto('/');
  await page.getByTestId('account-menu').click();
  await page.getByTestId('account-pop').waitFor();
  await still(page, 'account-menu');
  await page.keyboard.press('Escape');
  assert.equal(await focused(page), 'account-menu');
  await again(page);
  await look(page, 'schedule', '/schedule', '[data-testid="week"], [data-testid="days"]');
  await page.getByTestId('open-calendar').click();
  const address = page.getByTestId('calendar').getByTestId('share-link');
  await address.waitFor();
  for (const [size, viewport] of Object.entries(sizes)) {
    await page.setViewportSize(viewport);
    await page.screenshot({ path: path.join(shots, `calendar-${size}.png`) });
  }
  await page.setViewportSize(desk);
  const read = await page.evaluate((url) => fetch(url, { credentials: 'omit' }).then((answer) => answer.text()), await address.inputValue());
  assert.match(read, /^BEGIN:VCALENDAR\r\n[^]*SUMMARY:/);
  await page.keyboard.press('Escape');
  await look(page, 'studios', '/studios', '#content h1');
  await look(page, 'studio', `/studios/${live[0].studio.id}`, '[data-testid="member-row"]');
  await look(page, 'activity-live', `/activities/${live[0].id}`, '[data-testid="enter-live"]');
  await look(page, 'activity-planned', `/activities/${planned.id}`, '[data-testid="not-yet"]');
  await look(page, 'activity-ended', `/activities/${recent[0].id}`, '[data-testid="activity-title"]');
  await look(page, 'attendance', '/attendance', '[data-testid="attendance-row"]');
  await look(page, 'mine', '/mine', '#content h1');
  await look(page, 'no-permission', '/admin', '[data-testid="no-permission"]');
  await look(page, 'not-found', '/activities/aaaaaaaaaaaaaaaa', '[data-testid="not-found"]');
  await look(page, 'door', `/live/${live[0].session.id}`, '[data-testid="enter"]');
  await room(page, live[0].session.id);
}

async function room(page, session) {
  for (const [size, viewport] of Object.entries(sizes)) {
    await page.setViewportSize(viewport);
    await page.goto(`/live/${session}`);
    await page.getByTestId('enter').click();
    await page.getByTestId('room').waitFor();
    await page.waitForFunction(() => window.__lectern?.slots().some((one) => one.framesDecoded > 0), undefined, { polling: 200 });
    await settled(page, `room-${size}`);
    await page.emulateMedia({ colorScheme: 'dark' });
    await settled(page, `room-${size}-dark`);
    await page.emulateMedia({ colorScheme: 'light' });
    if (size === 'phone') {
      await page.getByTestId('more').click();
      await settled(page, `room-more-${size}`);
      await page.keyboard.press('Escape');
    }
  }
  await page.setViewportSize(desk);
}

// Where people confer, they stand in a grid; slides take the larger part as soon as somebody shares them.
async function conferring(host, browser, server) {
  const studio = (await call(host, 'GET', '/api/me')).body.memberships.find((one) => one.role === 'host').studio.id;
  const core = await person(browser, server.url, desk, { colorScheme: 'light' });
  await signIn(core, 'linyutong');
  const { account } = (await call(core, 'GET', '/api/me')).body;
  const stamp = (minutes) => new Date(Date.now() + minutes * 60_000).toISOString();
  const made = await call(host, 'POST', `/api/studios/${studio}/activities`, {
    title: '习作单元集体备课', kind: 'seminar', mode: 'online', level: 'county', planned_start: stamp(0), planned_end: stamp(60), presenters: [account.id],
  });
  const { session } = (await call(host, 'POST', `/api/activities/${made.body.activity.id}/go-live`)).body;
  for (const page of [host, core]) {
    await page.goto(`/live/${session.id}`);
    await page.getByTestId('enter').click();
    await page.getByTestId('room').waitFor();
  }
  const pictures = (page, many) => page.waitForFunction((many) => {
    const videos = [...document.querySelectorAll('[data-testid="room"] video')];
    return videos.length === many && videos.every((one) => one.videoWidth > 0);
  }, many, { polling: 200 });
  for (const page of [host, core]) await pictures(page, 2);
  await settled(core, 'seminar');
  await lines(host, core);
  await spotlight(host, core);
  await hidden(core);
  await host.getByTestId('screen').click();
  await pictures(core, 3);
  await settled(core, 'seminar-slides');
  await settled(host, 'seminar-host');
  await core.getByTestId('to-chat').click();
  await settled(core, 'seminar-chat');
  await core.getByTestId('to-chat').click();
  await pinning(core);
  await host.getByTestId('end').click();
  await host.getByTestId('confirm').click();
  await core.getByTestId('over-ended').waitFor();
  assert.deepEqual(core.complaints, []);
  await core.context().close();
}

const become = (page, what, condition, argument) =>
  page.waitForFunction(condition, argument, { polling: 200 }).catch((error) => {
    throw new Error(`${what}: ${error.message}`);
  });
const camera = (page) => page.evaluate(() => window.__lectern.slots().find((one) => one.source === 'camera'));

// The host sees how everybody's line is, and the numbers behind it; whoever pays for the line says how much of it is used.
async function lines(host, core) {
  await host.getByTestId('tab-people').click();
  await host.locator('[data-testid="bars"] [data-bars="4"], [data-testid="bars"] [data-bars="3"]').first().waitFor();
  await settled(host, 'seminar-bars');
  await host.getByTestId('bars').first().click();
  await has(host, 'line-facts', 'UDP');
  await still(host, 'seminar-line');
  await host.keyboard.press('Escape');
  await core.getByTestId('line').click();
  await has(core, 'line-facts', 'UDP');
  await still(core, 'own-line');
  await core.keyboard.press('Escape');

  const choose = async (mode) => {
    await core.getByTestId('line-mode').click();
    await core.getByTestId(`mode-${mode}`).click();
  };
  await choose('saving');
  await become(core, 'the small layer flows', () => window.__lectern.slots().find((one) => one.source === 'camera')?.layer === 'low');
  await choose('sound_only');
  await core.getByTestId('paused').first().waitFor();
  await settled(core, 'seminar-sound-only');
  assert.equal((await camera(core)).paused, true);
  assert.equal(await core.evaluate(() => localStorage.getItem('lectern-line-mode')), 'sound_only');
  await choose('auto');
  await core.getByTestId('paused').waitFor({ state: 'detached' });
  await become(core, 'the picture is back', () => window.__lectern.slots().find((one) => one.source === 'camera')?.layer !== null);
}

// The host shows somebody to everybody; everybody may still pin whom they like for themselves.
async function spotlight(host, core) {
  const you = await host.evaluate(() => window.__lectern.you());
  await host.locator(`[data-testid="tile"][data-participant="${you}"]`).getByTestId('tile-menu').click();
  await still(host, 'tile-menu');
  await host.getByTestId('menu-spotlight').click();
  for (const page of [host, core]) await page.locator(`[data-testid="stage"][data-participant="${you}"] [data-testid="spotlit"]`).waitFor();
  await become(core, 'a larger layer flows', () => ['mid', 'high'].includes(window.__lectern.slots().find((one) => one.source === 'camera')?.layer));
  await settled(core, 'seminar-spotlight');
  await host.getByTestId('stage-menu').click();
  await host.getByTestId('menu-spotlight').click();
  await core.getByTestId('stage').waitFor({ state: 'detached' });
}

// A page that nobody sees listens only.
async function hidden(core) {
  const see = (state) =>
    core.evaluate((state) => {
      Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => state });
      document.dispatchEvent(new Event('visibilitychange'));
    }, state);
  await see('hidden');
  await become(core, 'nothing is asked for', () => window.__lectern.wishes().length === 0);
  await see('visible');
  await become(core, 'the picture is asked for and flows again', () => window.__lectern.slots().some((one) => one.source === 'camera' && one.layer !== null));
}

async function pinning(core) {
  await core.getByTestId('pin').first().click();
  await core.locator('[data-testid="stage"][data-source="camera"]').waitFor();
  await core.locator('[data-testid="tile"][data-source="screen"]').waitFor();
  await settled(core, 'seminar-pinned');
  await core.getByTestId('unpin').click();
  await core.locator('[data-testid="stage"][data-source="screen"]').waitFor();
}

// The office of a region keeps its schools, its accounts and the members of its Studios.
async function supervising(page) {
  await look(page, 'admin-regions-office', '/admin/regions', '[data-testid="region-row"]');
  await page.goto('/admin/schools');
  await page.getByTestId('add-school').click();
  await page.getByTestId('cf-save').click();
  await page.getByTestId('error-summary').waitFor();
  await still(page, 'add-school');
  await page.getByTestId('cf-name').fill('云溪村教学点');
  await page.getByTestId('cf-region').selectOption({ index: 1 });
  await page.getByTestId('cf-rural').check();
  await page.getByTestId('cf-save').click();
  await has(page, 'admin-said', '云溪村教学点');
  await has(page, 'school-row', '云溪村教学点');
  await page.goto('/admin/accounts');
  await page.getByTestId('add-account').click();
  await page.getByTestId('xf-login').fill('李');
  await page.getByTestId('xf-save').click();
  await page.getByTestId('error-summary').waitFor();
  await still(page, 'add-account');
  await page.getByTestId('xf-name').fill('李云溪');
  await page.getByTestId('xf-login').fill('zhouwenlan');
  await page.getByTestId('xf-password').fill('a long enough one');
  await page.getByTestId('xf-school').fill('云溪');
  await page.getByTestId('xf-school-option').first().click();
  await page.getByTestId('xf-save').click();
  // What only the server can know stands under the field too, and nothing typed is lost.
  await page.getByTestId('field-error').waitFor();
  assert.equal(await page.getByTestId('xf-name').inputValue(), '李云溪');
  await page.getByTestId('xf-login').fill('liyunxi');
  await page.getByTestId('xf-save').click();
  await has(page, 'admin-said', '李云溪');
  await page.getByTestId('account-row').filter({ hasText: 'liyunxi' }).getByTestId('edit-account').click();
  await page.getByTestId('xf-disabled').waitFor();
  await still(page, 'edit-account');
  await page.getByTestId('xf-title').fill('一级教师');
  await page.getByTestId('xf-save').click();
  await has(page, 'admin-said', '李云溪');
  await has(page, 'account-row', '一级教师');
  // Who moves does so from a day on; what was before stays as it was.
  await page.getByTestId('account-row').filter({ hasText: 'liyunxi' }).getByTestId('edit-account').click();
  const old = await page.getByTestId('xf-school').inputValue();
  await page.getByTestId('xf-school').fill('实验');
  await page.getByTestId('xf-school-option').first().click();
  await page.getByTestId('xf-since-day').check();
  await page.getByTestId('xf-since-date').fill('2026-03-01');
  await still(page, 'move-account');
  await page.getByTestId('xf-save').click();
  await has(page, 'admin-said', '李云溪');
  await page.getByTestId('account-row').filter({ hasText: 'liyunxi' }).getByTestId('edit-account').click();
  await page.getByTestId('school-moves').locator('summary').click();
  await has(page, 'school-moves', `3月1日起：${old} → `);
  await page.keyboard.press('Escape');
  await page.goto('/admin/schools');
  await page.getByTestId('school-row').filter({ hasText: '云溪村教学点' }).getByTestId('edit-school').click();
  await page.getByTestId('cf-name').fill('云溪村完全小学');
  await page.getByTestId('cf-rural').click();
  await page.getByTestId('cf-since-always').check();
  await still(page, 'rural-school');
  await page.getByTestId('cf-save').click();
  await has(page, 'school-row', '云溪村完全小学');
  const studio = (await call(page, 'GET', '/api/studios')).body.rows[0].id;
  await addMember(page, studio, '李云溪');
}

// By keyboard alone.
async function addMember(page, studio, name) {
  await page.goto(`/studios/${studio}`);
  await page.getByTestId('add-member').focus();
  await page.keyboard.press('Enter');
  await page.getByTestId('mf-account').focus();
  await page.keyboard.type(name.slice(0, 2));
  await has(page, 'mf-account-option', name);
  await still(page, 'add-member');
  await page.keyboard.press('Enter');
  assert.equal(await page.getByTestId('mf-account').inputValue(), name);
  await page.getByTestId('mf-save').focus();
  await page.keyboard.press('Enter');
  await has(page, 'studio-said', `${name}已加入`);
  await has(page, 'member-row', name);
}

async function administering(page, fresh) {
  await look(page, 'home-admin', '/', '#content h2');
  await look(page, 'studios-admin', '/studios', '#content h1');
  await look(page, 'admin-accounts', '/admin', '[data-testid="account-row"]');
  await look(page, 'admin-schools', '/admin/schools', '[data-testid="school-row"]');
  await look(page, 'admin-regions', '/admin/regions', '[data-testid="region-row"]');
  await page.getByTestId('add-region').click();
  await page.getByTestId('gf-name').fill('云和省');
  await page.getByTestId('gf-save').click();
  await has(page, 'region-row', '云和省');
  // The account that the office has just made can sign in.
  await signIn(fresh, 'liyunxi', 'a long enough one');
  assert.deepEqual(fresh.complaints, []);
  await fresh.context().close();
}

async function signingOut(page) {
  await page.goto('/mine');
  await page.getByTestId('account-menu').click();
  await page.getByTestId('sign-out').click();
  await page.waitForURL(/\/sign-in/);
  await page.goto('/mine');
  await page.waitForURL(/\/sign-in\?next=/);
}
