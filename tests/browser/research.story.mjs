// A research session in which twelve people show themselves, seen by one more on a desk and on a phone: pages of pictures, all
// of which move, somebody made large, and only sound while nobody looks.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { call, desk, person, phone, shoot, signIn } from './browser.mjs';
import { root } from './server.mjs';
import { until } from './broadcast.story.mjs';

const OTHERS = ['李建国', '王秀英', '张雪梅', '刘志强', '陈玉兰', '杨晓东', '赵丽华', '黄明远', '欧阳文慧', '吴国栋', '石桥中心小学录播教室'];
const CAMERAS = OTHERS.length + 1;
const binary = path.join(path.dirname(process.env.LECTERN_BINARY ?? path.join(root, 'target/debug/lectern')), 'lectern-loadtest');

export async function research(browser, server) {
  const host = await person(browser, server.url);
  await signIn(host, 'zhouwenlan');
  const studio = (await call(host, 'GET', '/api/me')).body.memberships.find((one) => one.role === 'host').studio.id;
  const stamp = (minutes) => new Date(Date.now() + minutes * 60_000).toISOString();
  const made = await call(host, 'POST', `/api/studios/${studio}/activities`, {
    title: '十二校联合教研', kind: 'seminar', mode: 'online', level: 'county', planned_start: stamp(0), planned_end: stamp(60), guests_allowed: true,
  });
  const { session } = (await call(host, 'POST', `/api/activities/${made.body.activity.id}/go-live`)).body;
  await host.goto(`/live/${session.id}`);
  await host.getByTestId('enter').click();
  await host.getByTestId('room').waitFor();

  // The others' pictures are drawn and encoded in three layers by programs; each holds its standard input open for as long as it is to live.
  const whip = `${server.url}/api/sessions/${session.id}/whip`;
  const publishers = OTHERS.map((name) =>
    spawn(binary, ['publish', '--until-stdin-closes', '--whip', whip, '--ticket', server.token(session.id, 'publish', name)], { stdio: ['pipe', 'ignore', 'ignore'] }));
  try {
    const viewer = await person(browser, server.url, desk, { colorScheme: 'light' });
    await signIn(viewer, 'chenxiaomei');
    await listen(viewer, session.id);
    await viewer.getByTestId('pager').waitFor();
    await whole(viewer, 9);
    await shoot(viewer, 'research-desk');
    await viewer.getByTestId('page-next').click();
    await whole(viewer, CAMERAS - 9);
    await shoot(viewer, 'research-desk-2');
    await viewer.getByTestId('page-previous').click();
    await large(host, viewer);
    await unseen(viewer);

    const small = await person(browser, server.url, phone, { colorScheme: 'light', permissions: [] });
    await small.goto(`/live/${session.id}`);
    await small.getByTestId('guest-name').fill('吴老师');
    await small.getByTestId('guest-school').fill('上坪小学');
    await small.getByTestId('enter').click();
    await small.getByTestId('room').waitFor();
    await whole(small, 4);
    await shoot(small, 'research-phone');
    await small.getByTestId('page-next').click();
    await whole(small, 4);
    await shoot(small, 'research-phone-2');
    for (const page of [host, viewer, small]) assert.deepEqual(page.complaints, []);
    await small.context().close();
    await viewer.context().close();
  } finally {
    for (const publisher of publishers) publisher.stdin.end();
  }
  await host.context().close();
}

async function listen(page, session) {
  await page.goto(`/live/${session}`);
  await page.getByTestId('enter').click();
  await page.getByTestId('room').waitFor();
}

// So many pictures are asked for and on the page, each has moved since it came there, and the slots carry nothing else.
async function whole(page, many) {
  await until(page, `${many} pictures are asked for`, (many) => window.__lectern.wishes().length === many, many);
  await page.evaluate(() => { window.__began = new Map(); });
  const began = Date.now();
  await until(page, `${many} pictures move`, (many) => {
    const videos = [...document.querySelectorAll('[data-testid="room"] video')];
    const wished = new Set(window.__lectern.wishes().map((one) => one.mid));
    const moved = window.__lectern.slots().filter((one) => wished.has(one.mid)).filter((one) => {
      if (!window.__began.has(one.mid)) window.__began.set(one.mid, one.framesDecoded);
      return one.source === 'camera' && one.framesDecoded >= window.__began.get(one.mid) + 5;
    });
    return moved.length === many && videos.length === many && videos.every((one) => one.videoWidth > 0);
  }, many);
  const layers = await page.evaluate(() => window.__lectern.slots().filter((one) => one.kind === 'video' && one.layer).map((one) => one.layer));
  console.log(`research: ${many} pictures move within ${((Date.now() - began) / 1000).toFixed(1)} s, layers ${layers.join(' ')}, step ${await page.evaluate(() => window.__lectern.step())}`);
}

// The host shows somebody to everybody, and this viewer pins somebody else.
async function large(host, viewer) {
  const you = await host.evaluate(() => window.__lectern.you());
  await host.locator(`[data-testid="tile"][data-participant="${you}"]`).getByTestId('tile-menu').click();
  await host.getByTestId('menu-spotlight').click();
  await viewer.locator(`[data-testid="stage"][data-participant="${you}"] [data-testid="spotlit"]`).waitFor();
  await until(viewer, 'the spotlit picture flows large', (you) => {
    const slot = window.__lectern.slots().find((one) => one.participant === you && one.source === 'camera');
    return slot && slot.layer !== 'low' && slot.layer !== null;
    // With twelve encoders beside it the host's browser may send the small layer alone for a while.
  }, you, 90_000);
  await shoot(viewer, 'research-spotlight');
  const tile = viewer.locator(`[data-testid="strip"] [data-testid="tile"]:not([data-participant="${you}"])`).first();
  const other = Number(await tile.getAttribute('data-participant'));
  await tile.getByTestId('pin').click();
  await viewer.locator(`[data-testid="stage"][data-participant="${other}"]`).waitFor();
  await until(viewer, 'the pinned picture flows', (other) => window.__lectern.slots().some((one) => one.participant === other && one.source === 'camera' && one.layer !== null), other);
  await shoot(viewer, 'research-pinned');
  await viewer.getByTestId('unpin').click();
  await host.getByTestId('stage-menu').click();
  await host.getByTestId('menu-spotlight').click();
  await viewer.getByTestId('stage').waitFor({ state: 'detached' });
}

async function unseen(page) {
  const see = (state) => page.evaluate((state) => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => state });
    document.dispatchEvent(new Event('visibilitychange'));
  }, state);
  await see('hidden');
  await until(page, 'no picture is asked for', () => window.__lectern.wishes().length === 0);
  const heard = await page.evaluate(() => window.__lectern.slots().reduce((all, one) => all + (one.kind === 'audio' ? one.packetsReceived : 0), 0));
  await until(page, 'sound goes on', (heard) => window.__lectern.slots().reduce((all, one) => all + (one.kind === 'audio' ? one.packetsReceived : 0), 0) > heard + 50, heard);
  await see('visible');
  await whole(page, 9);
}
