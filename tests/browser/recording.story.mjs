// A lesson is recorded, with everybody seeing it and the host seeing what is on disk; what is paused is nowhere; the server is killed in
// the middle; after the lesson it becomes a draft by itself, of which the host cuts something off; and once it is published a teacher watches
// the rest to its end.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { call, desk, person, phone, shoot, signIn } from './browser.mjs';
import { cut, hidden } from './recording-editor.mjs';

// Long enough for some segments of HLS.
const LESSON_MS = 38_000;

export async function recording(browser, server) {
  const host = await person(browser, server.url, desk, { colorScheme: 'light' });
  await signIn(host, 'zhouwenlan');
  const { session, activity } = await goLive(host);
  const began = await host.evaluate(() => Date.now());
  const viewer = await person(browser, server.url, phone, { colorScheme: 'light' });
  await signIn(viewer, 'chenxiaomei');
  await viewer.goto(`/live/${session}`);
  await viewer.getByTestId('enter').click();
  await viewer.getByTestId('recording').filter({ hasText: '录制中' }).waitFor();

  const written = await bytes(host, 50_000);
  await shoot(host, 'recording-host');
  await host.getByTestId('recording-switch').click();
  await host.getByTestId('confirm').click();
  await viewer.getByTestId('recording').filter({ hasText: '暂停录制' }).waitFor();
  await shoot(viewer, 'recording-phone-paused');
  await host.getByTestId('recording-switch').click();
  await viewer.getByTestId('recording').filter({ hasText: '录制中' }).waitFor();
  await bytes(host, written + 50_000);

  await server.kill();
  // What the light said last.
  const before = await bytes(host, 0);
  await server.start();
  // Everybody comes back by themselves, and media flows into the Recording again.
  await host.getByTestId('recording').filter({ hasText: '录制' }).waitFor();
  await bytes(host, before + 100_000);
  await host.waitForFunction((until) => Date.now() > until, began + LESSON_MS, { timeout: LESSON_MS });
  await call(host, 'POST', `/api/sessions/${session}/end`);

  const resource = await finished(host, activity);
  const shown = await cut(host, resource);
  await host.getByTestId('publish').click();
  await host.getByTestId('resource-state').filter({ hasText: '已发布' }).waitFor();
  await shoot(host, 'recording-draft');
  const teacher = await person(browser, server.url, desk, { colorScheme: 'light' });
  await signIn(teacher, 'chenxiaomei');
  await hidden(teacher, resource, shown);
  await watch(teacher, resource);
  await proof(host, activity);
  for (const page of [host, viewer, teacher]) await page.context().close();
}

export async function goLive(host) {
  const studio = (await call(host, 'GET', '/api/me')).body.memberships.find((one) => one.role === 'host').studio.id;
  const stamp = (minutes) => new Date(Date.now() + minutes * 60_000).toISOString();
  const made = await call(host, 'POST', `/api/studios/${studio}/activities`, {
    title: '写人：把一瞬间放慢', kind: 'open_lesson', mode: 'online', level: 'county',
    planned_start: stamp(0), planned_end: stamp(60),
  });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  const activity = made.body.activity.id;
  await host.goto(`/activities/${activity}`);
  await host.getByTestId('go-live').click();
  await host.waitForURL(/\/live\//);
  const session = new URL(host.url()).pathname.split('/')[2];
  // With camera and microphone.
  await host.getByTestId('enter').click();
  await host.getByTestId('room').waitFor();
  return { session, activity };
}

// What the light says is on disk, once it is more than this.
export async function bytes(host, least) {
  await host.waitForFunction((least) => {
    const [, size, unit] = document.querySelector('[data-testid=recording-bytes]')?.textContent?.match(/([\d.]+) (kB|MB)/) ?? [];
    return Number(size) * (unit === 'MB' ? 1e6 : 1e3) > least;
  }, least, { timeout: 60_000 });
  const [, size, unit] = (await host.getByTestId('recording-bytes').innerText()).match(/([\d.]+) (kB|MB)/);
  return Number(size) * (unit === 'MB' ? 1e6 : 1e3);
}

// The progress is told until there is a draft.
export async function finished(host, activity) {
  await host.goto(`/activities/${activity}`);
  const seen = new Set();
  const until = Date.now() + 180_000;
  for (;;) {
    const [one] = (await call(host, 'GET', `/api/recordings?activity=${activity}`)).body.rows;
    if (one?.state === 'finishing' && !seen.has('finishing')) {
      await host.getByTestId('activity-replays').evaluate((one) => one.scrollIntoView({ block: 'center' }));
      await shoot(host, 'recording-progress');
    }
    seen.add(one?.state);
    if (one?.resource) break;
    assert.ok(one && one.state !== 'failed' && Date.now() < until, JSON.stringify(one));
    await host.waitForTimeout(500);
  }
  const [one] = (await call(host, 'GET', `/api/recordings?activity=${activity}`)).body.rows;
  assert.equal(one.state, 'finished');
  return one.resource;
}

export const facts = (page) => page.getByTestId('replay-video').evaluate((one) => ({ at: one.currentTime, length: one.duration, frames: one.getVideoPlaybackQuality().totalVideoFrames, ended: one.ended }));

async function watch(teacher, resource) {
  const { body } = await call(teacher, 'GET', `/api/resources/${resource}/replay`);
  assert.ok(body.hls_url, 'it is HLS');
  await teacher.goto(`/resources/${resource}?t=0`);
  await teacher.getByTestId('play').click();
  await teacher.waitForFunction(() => document.querySelector('video').currentTime > 3, null, { timeout: 30_000 });
  await shoot(teacher, 'recording-replay');
  const before = await facts(teacher);
  await teacher.waitForFunction(() => document.querySelector('video').ended, null, { timeout: 180_000 });
  const after = await facts(teacher);
  assert.ok(after.frames > before.frames + 20, `frames ${before.frames} → ${after.frames}`);
  assert.ok(Math.abs(after.length * 1000 - body.duration_ms) < 1000, `${after.length} s, told ${body.duration_ms} ms`);
}

// One click brings together what proves the lesson, with pictures from its Recording.
async function proof(host, activity) {
  await host.goto(`/activities/${activity}`);
  const coming = host.waitForEvent('download');
  await host.getByTestId('pack').click();
  const file = await (await coming).path();
  // The names in a zip archive stand there as they are.
  const archive = readFileSync(file);
  const at = archive.indexOf(Buffer.from('音像资料/'));
  assert.ok(at > 0 && archive.indexOf('.jpg', at) - at < 200, 'pictures of the Recording are in it');
}
