// Attendance as people meet it: the host asks, a viewer answers; a school sits before one screen and signs in by phone; the site
// has a code of its own; what is shared, used or late is refused; and in the host's table everybody stands once.

import assert from 'node:assert/strict';
import { call, desk, person, phone, shoot, signIn } from './browser.mjs';
import { until } from './broadcast.story.mjs';
import { poll, pollsOf } from './poll.mjs';

const light = { colorScheme: 'light' };
const SCHOOL = '石桥镇中心小学';
const ROOM = '三楼多媒体教室';

export async function attendance(browser, server) {
  const host = await person(browser, server.url, desk, light);
  await signIn(host, 'zhouwenlan');
  const activity = await plan(host);
  const link = await classroom(host, activity);
  const waiting = await waitingWall(browser, server, link);
  const { session } = (await call(host, 'POST', `/api/activities/${activity}/go-live`)).body;
  await enter(host, session.id);
  await until(host, 'the camera leaves the host', () => window.__lectern.sent().length >= 3);
  const viewer = await person(browser, server.url, desk, light);
  await signIn(viewer, 'chenxiaomei');
  await enter(viewer, session.id);

  await roll(host, viewer);
  await code(host, viewer);
  await draw(host, viewer);
  const wall = await entersWall(waiting);
  const { seated, used, usedAt } = await seats(browser, server, host, wall);
  await recheck(host, viewer, seated);
  await poll(host, viewer, seated, wall);
  await strike(browser, server, host, wall);
  const stranger = await site(browser, server, host, session.id, viewer);
  await printed(browser, server, host, activity);
  await late(browser, server, used, usedAt);
  await over(host, wall, seated, stranger, activity);
  await pollsOf(host, session.id);
  for (const page of [host, viewer, wall, seated, stranger]) {
    assert.deepEqual(page.complaints, []);
    await page.context().close();
  }
}

const stamp = (minutes) => new Date(Date.now() + minutes * 60_000).toISOString();

async function plan(host) {
  const studio = (await call(host, 'GET', '/api/me')).body.memberships.find((one) => one.role === 'host').studio.id;
  const made = await call(host, 'POST', `/api/studios/${studio}/activities`, {
    title: '习作单元整体教学：从“会观察”到“会表达”', kind: 'open_lesson', mode: 'mixed', level: 'county', place: '县教师进修学校报告厅',
    planned_start: stamp(-1), planned_end: stamp(89), guests_allowed: true,
  });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  return made.body.activity.id;
}

// Made in the host's form; its link is what a school is sent.
async function classroom(host, activity) {
  await host.goto(`/activities/${activity}`);
  await host.getByTestId('add-classroom').click();
  await host.getByTestId('cr-save').click();
  await host.getByTestId('error-summary').waitFor();
  await host.getByTestId('cr-school').fill(SCHOOL);
  await host.getByTestId('cr-school-option').first().click();
  await host.getByTestId('cr-name').fill(ROOM);
  await host.getByTestId('cr-expected').fill('3');
  await shoot(host, 'classroom-form');
  await host.getByTestId('cr-save').click();
  const row = host.getByTestId('classroom').filter({ hasText: ROOM });
  await row.waitFor();
  await shoot(host, 'activity-classrooms');
  return row.getByTestId('share-link').inputValue();
}

async function enter(page, session) {
  await page.goto(`/live/${session}`);
  await page.getByTestId('enter').click();
  await page.locator('[data-testid="room"][data-line="open"]').waitFor();
}

// ---- in the room ----

async function roll(host, viewer) {
  await host.getByTestId('check-in').click();
  await shoot(host, 'check-in-dialog');
  await host.getByTestId('start-check-in').click();
  const sheet = viewer.getByTestId('check-in-sheet');
  await sheet.waitFor();
  assert.equal(await viewer.evaluate(() => document.activeElement?.dataset.testid), 'answer-check-in', 'the focus is on the answer');
  assert.match(await viewer.title(), /请签到/);
  await host.getByTestId('missing').click();
  await host.getByTestId('check-in-card').getByText('陈晓梅').first().waitFor();
  await shoot(host, 'check-in-host');
  await shoot(viewer, 'check-in-viewer');
  await viewer.setViewportSize(phone);
  // The sheet may be drawn anew while it is measured.
  let button = null;
  for (let tries = 0; tries < 20 && !button; tries += 1) {
    await viewer.getByTestId('answer-check-in').waitFor();
    button = await viewer.getByTestId('answer-check-in').boundingBox();
  }
  assert.ok(phone.height - button.y - button.height < 140, `the answer is ${phone.height - button.y - button.height} px above the bottom`);
  assert.ok(button.height >= 48);
  await shoot(viewer, 'check-in-viewer-phone');
  await host.getByTestId('remind').click();
  await viewer.getByTestId('answer-check-in').click();
  await viewer.getByTestId('check-in-done').waitFor();
  await shoot(viewer, 'check-in-done-phone');
  await viewer.setViewportSize(desk);
  await counted(host, 1);
  assert.doesNotMatch(await viewer.title(), /请签到/);
  await host.getByTestId('close-check-in').click();
  await host.locator('[data-testid="check-in-card"][data-over="true"]').waitFor();
  await shoot(host, 'check-in-result');
}

const counted = (host, n) => host.getByTestId('answered').filter({ hasText: new RegExp(`^${n}$`) }).waitFor();

async function code(host, viewer) {
  await host.getByTestId('check-in').click();
  await host.getByTestId('check-in-method-code').check({ force: true });
  await host.getByTestId('start-check-in').click();
  const shown = host.getByTestId('check-in-code-shown').locator('b');
  await shown.waitFor();
  const right = (await shown.textContent()).trim();
  assert.match(right, /^\d{4}$/);
  await viewer.getByTestId('check-in-code').fill(right === '1111' ? '2222' : '1111');
  await viewer.keyboard.press('Enter');
  await viewer.getByTestId('check-in-trouble').waitFor();
  await shoot(host, 'check-in-code-host');
  await shoot(viewer, 'check-in-code-wrong');
  await viewer.getByTestId('check-in-code').fill(right);
  await viewer.keyboard.press('Enter');
  await viewer.getByTestId('check-in-done').waitFor();
  await counted(host, 1);
  await host.getByTestId('close-check-in').click();
}

async function draw(host, viewer) {
  await host.getByTestId('call').click();
  await host.getByTestId('start-check-in').click();
  await viewer.locator('[data-testid="check-in-sheet"][data-purpose="call"]').waitFor();
  await host.getByTestId('drawn').getByText('陈晓梅').waitFor();
  await shoot(viewer, 'call-viewer');
  await viewer.getByTestId('answer-check-in').click();
  await host.getByTestId('drawn').getByText('已应答').waitFor();
  await shoot(host, 'call-host');
  await host.getByTestId('close-check-in').click({ timeout: 3_000 }).catch(() => undefined);
  await host.getByTestId('dismiss-result').click();
}

// ---- a school before one screen ----

async function waitingWall(browser, server, link) {
  const wall = await person(browser, server.url, desk, light);
  await wall.goto(new URL(link).pathname);
  await wall.getByTestId('classroom-waiting').waitFor();
  await shoot(wall, 'classroom-waiting');
  return wall;
}

async function entersWall(wall) {
  // It was not touched: the lesson began, and the page found out.
  await wall.getByTestId('enter-classroom').waitFor();
  await shoot(wall, 'classroom-door');
  await wall.getByTestId('enter-classroom').click();
  await wall.locator('[data-testid="wall"][data-line="open"]').waitFor();
  await until(wall, 'the teacher is on the wall', () => window.__lectern.slots().some((one) => one.kind === 'video' && one.framesDecoded > 5));
  await wall.locator('[data-testid="rotating-code"][data-path^="/s/"]').waitFor();
  return wall;
}

const shownPath = (page) => page.getByTestId('rotating-code').getAttribute('data-path');
const taken = (wall, name) => wall.locator('[data-testid="wall-seat"][data-taken="true"]').filter({ hasText: name });

async function newPhone(browser, server) {
  return person(browser, server.url, phone, { ...light, permissions: [] });
}

async function sitDown(page, path, guest) {
  await page.goto(path);
  if (guest) {
    await page.getByTestId('confirm-seat').click();
    await page.getByText('请填写真实姓名').waitFor();
    await page.getByTestId('scan-name').fill(guest.name);
    await page.getByTestId('scan-school').fill(guest.school);
  }
  await page.getByTestId('confirm-seat').waitFor();
}

async function seats(browser, server, host, wall) {
  // Somebody of the roster, signed in on the phone.
  const seated = await newPhone(browser, server);
  await signIn(seated, 'linyutong');
  const used = await shownPath(wall);
  const usedAt = Date.now();
  await sitDown(seated, used);
  await seated.getByTestId('scan-me').getByText('林雨桐').waitFor();
  await shoot(seated, 'scan-confirm');
  await seated.getByTestId('confirm-seat').click();
  await seated.getByTestId('seat-seated').waitFor();
  await shoot(seated, 'seat-done');
  await taken(wall, '林雨桐').waitFor();
  assert.equal((await wall.getByTestId('wall-seated').textContent()).trim(), '1');

  // The same code again, by the same phone.
  const again = await seated.context().newPage();
  await again.goto(used);
  await again.getByTestId('scan-refused').waitFor();
  await shoot(again, 'scan-used');
  await again.close();

  // Someone without an account gives name and school.
  const guest = await newPhone(browser, server);
  await sitDown(guest, await shownPath(wall), { name: '韩梅', school: SCHOOL });
  await shoot(guest, 'scan-guest');
  await guest.getByTestId('confirm-seat').click();
  await guest.getByTestId('seat-seated').waitFor();
  await taken(wall, '韩梅').waitFor();
  await shoot(wall, 'classroom-wall');
  await guest.getByTestId('leave-seat').click();
  await guest.getByTestId('confirm').click();
  await guest.getByTestId('seat-left').waitFor();
  await taken(wall, '韩梅').waitFor({ state: 'detached' });
  assert.deepEqual(guest.complaints, []);
  await guest.context().close();

  await wall.getByTestId('headcount').click();
  await wall.getByTestId('headcount-number').fill('2');
  await shoot(wall, 'classroom-headcount');
  await wall.getByTestId('headcount-save').click();
  await host.getByTestId('tab-people').click();
  await host.getByTestId('place').filter({ hasText: SCHOOL }).getByText('清点 2 人').waitFor();
  await host.getByTestId('place').filter({ hasText: SCHOOL }).getByTestId('show-seats').click();
  await shoot(host, 'classroom-seats-host');
  return { seated, used, usedAt };
}

// One room is asked anew: the phone rings, the viewer at home is not asked.
async function recheck(host, viewer, seated) {
  await host.getByTestId('recheck').click();
  await seated.getByTestId('check-in-sheet').waitFor();
  await shoot(seated, 'seat-asked');
  assert.equal(await viewer.getByTestId('check-in-sheet').count(), 0);
  await seated.getByTestId('answer-check-in').click();
  await seated.getByTestId('check-in-done').waitFor();
  await counted(host, 1);
  await host.getByTestId('close-check-in').click({ timeout: 3_000 }).catch(() => undefined);
  await host.getByTestId('dismiss-result').click();
}

async function strike(browser, server, host, wall) {
  const guest = await newPhone(browser, server);
  await sitDown(guest, await shownPath(wall), { name: '代签的人', school: SCHOOL });
  await guest.getByTestId('confirm-seat').click();
  await guest.getByTestId('seat-seated').waitFor();
  const seat = host.getByTestId('seat').filter({ hasText: '代签的人' });
  await seat.getByTestId('strike').click();
  await shoot(host, 'strike');
  await host.getByTestId('strike-reason').first().check();
  await host.getByTestId('strike-confirm').click();
  await seat.waitFor({ state: 'detached' });
  await guest.getByTestId('seat-struck').getByText('不在教室里').waitFor();
  await taken(wall, '代签的人').waitFor({ state: 'detached' });
  await shoot(guest, 'seat-struck');
  assert.deepEqual(guest.complaints, []);
  await guest.context().close();
}

// ---- on site ----

async function site(browser, server, host, session) {
  const door = await person(browser, server.url, phone, light);
  await signIn(door, 'zhouwenlan');
  await door.goto(`/sessions/${session}/site`);
  await door.locator('[data-testid="rotating-code"][data-path^="/s/"]').waitFor();
  await shoot(door, 'site-empty');
  // Who listens at home and comes to the door as well is one person.
  const both = await newPhone(browser, server);
  await signIn(both, 'chenxiaomei');
  await sitDown(both, await shownPath(door));
  await both.getByTestId('confirm-seat').click();
  await both.getByTestId('seat-seated').waitFor();
  await door.getByTestId('site-seat').filter({ hasText: '陈晓梅' }).waitFor();
  await door.getByTestId('by-hand').click();
  await door.getByTestId('by-hand-find').fill('何志强');
  await shoot(door, 'site-by-hand');
  await door.getByTestId('by-hand-dialog').getByRole('button', { name: '代签' }).click();
  await door.keyboard.press('Escape');
  await door.getByTestId('site-seat').filter({ hasText: '何志强' }).waitFor();
  await shoot(door, 'site');
  assert.deepEqual(door.complaints, []);
  await door.context().close();
  return both;
}

async function printed(browser, server, host, activity) {
  const keeper = await person(browser, server.url, desk, light);
  await signIn(keeper, 'zhouwenlan');
  await keeper.goto(`/activities/${activity}`);
  await keeper.getByTestId('add-printed-code').click();
  await keeper.getByTestId('save-printed-code').click();
  const row = keeper.getByTestId('printed-code');
  await row.waitFor();
  await keeper.goto(await row.getByRole('link').getAttribute('href'));
  const path = new URL(await keeper.getByTestId('qr').getAttribute('data-text')).pathname;
  await shoot(keeper, 'printed-code');
  const guest = await newPhone(browser, server);
  await sitDown(guest, path, { name: '谢明亮', school: '上坪小学' });
  await guest.getByTestId('confirm-seat').click();
  await guest.getByTestId('seat-seated').waitFor();
  assert.deepEqual([...guest.complaints, ...keeper.complaints], []);
  await guest.context().close();
  await keeper.context().close();
}

// A picture of the code that was sent on: half a minute later it is good for nothing.
async function late(browser, server, used, usedAt) {
  const stranger = await newPhone(browser, server);
  await stranger.waitForTimeout(Math.max(0, usedAt + 31_000 - Date.now()));
  await stranger.goto(used);
  await stranger.locator('[data-testid="scan-refused"][data-code="code_expired"]').waitFor();
  await shoot(stranger, 'scan-expired');
  assert.deepEqual(stranger.complaints, []);
  await stranger.context().close();
}

async function over(host, wall, seated, both, activity) {
  await host.getByTestId('end').click();
  await host.getByTestId('confirm').click();
  await host.getByTestId('over-ended').waitFor();
  await wall.getByTestId('classroom-ended').waitFor();
  await shoot(wall, 'classroom-ended');
  await seated.getByTestId('seat-ended').waitFor();
  await both.getByTestId('seat-ended').waitFor();
  await shoot(seated, 'seat-ended');
  await host.goto(`/activities/${activity}`);
  const rows = host.getByTestId('presence-row');
  for (const name of ['林雨桐', '陈晓梅', '韩梅', '何志强', '谢明亮']) {
    await rows.filter({ hasText: name }).first().waitFor();
    assert.equal(await rows.filter({ hasText: name }).count(), 1, `${name} stands once`);
  }
  assert.equal(await rows.filter({ hasText: ROOM }).count(), 0, 'a Classroom is nobody');
  const minutes = Number((await rows.filter({ hasText: '林雨桐' }).first().innerText()).match(/(\d+) \/ \d+ 分钟/)?.[1]);
  assert.ok(minutes >= 0, 'the seated teacher has minutes of the wall');
  await shoot(host, 'attendance-table');
}
