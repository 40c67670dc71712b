// A lesson is recorded, with everybody seeing it and the host seeing what is on disk; what is paused is nowhere; the server is killed in
// the middle; after the lesson it becomes a draft by itself, in two sizes, between which the host changes while it plays, and which plays in a
// browser without Media Source; the host cuts something off; and once it is published a teacher watches the rest to its end.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { call, desk, person, phone, shoot, signIn, withoutMediaSource } from './browser.mjs';
import { cut, hidden, replayOf, segments } from './recording-editor.mjs';

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
  await Promise.all([changesSize(host, resource), native(browser, server, resource)]);
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
    const [, size, unit] = document.querySelector('[data-testid=recording-bytes]')?.textContent?.match(/([\d.]+) (KB|MB)/) ?? [];
    return Number(size) * (unit === 'MB' ? 1e6 : 1e3) > least;
  }, least, { timeout: 60_000 });
  const [, size, unit] = (await host.getByTestId('recording-bytes').innerText()).match(/([\d.]+) (KB|MB)/);
  return Number(size) * (unit === 'MB' ? 1e6 : 1e3);
}

// The progress is told until there is a draft.
export async function finished(host, activity) {
  await host.goto(`/activities/${activity}`);
  const told = async (...states) => {
    for (const until = Date.now() + 180_000; ;) {
      const [one] = (await call(host, 'GET', `/api/recordings?activity=${activity}`)).body.rows;
      if (states.includes(one?.state)) return one;
      assert.ok(Date.now() < until, JSON.stringify(one));
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  };
  if ((await told('finishing', 'finished', 'failed')).state === 'finishing') {
    // The page asks every 5 s.
    await host.getByTestId('recording-row').locator('[role=progressbar], a').or(host.getByTestId('resource-row')).first().waitFor();
    for (const [size, name] of [[phone, 'recording-progress-phone'], [desk, 'recording-progress']]) {
      await host.setViewportSize(size);
      await host.getByTestId('activity-replays').evaluate((one) => one.scrollIntoView({ block: 'center' }));
      await shoot(host, name);
    }
  }
  const one = await told('finished', 'failed');
  assert.equal(one.state, 'finished', JSON.stringify(one));
  return one.resource;
}

export const facts = (page) => page.getByTestId('replay-video').evaluate((one) => ({ at: one.currentTime, length: one.duration, frames: one.getVideoPlaybackQuality().totalVideoFrames, ended: one.ended }));

// The film began with the small layer, so the picture has a joint where the large one came. The host takes the other size well before
// it, and right before it, and each time goes back behind it.
async function changesSize(host, resource) {
  const { hls_url } = await replayOf(host, resource);
  const [large, small] = await Promise.all(['video', 'small'].map((rendition) => segments(host, hls_url, rendition)));
  const joints = (rendition) => rendition.filter((one) => one.joint).length;
  assert.ok(joints(large) > 0, 'the picture has a joint');
  assert.equal(joints(small), joints(large), 'and the small one as many');
  const joint = large.find((one) => one.joint).from;
  for (const before of [6, 1]) {
    // From a second on it plays by itself.
    const from = Math.max(1, joint - before);
    await host.goto(`/resources/${resource}?t=${Math.floor(from)}`);
    // Told by the page itself at that moment: a busy machine asks again much later.
    let last = await (await host.waitForFunction((from) => {
      const one = document.querySelector('video');
      return one?.currentTime > from && { at: one.currentTime, frames: one.getVideoPlaybackQuality().totalVideoFrames };
    }, from, { timeout: 30_000 })).jsonValue();
    assert.ok(last.at < joint, `${last.at} s, before the joint at ${joint} s`);
    for (const [name, highest] of [['流畅 360p', 360], ['高清 720p', 720]]) {
      await host.getByTestId('quality').selectOption({ label: name });
      // Of what is on now the page tells the name.
      await host.waitForFunction(({ at, frames, now, highest }) => {
        const one = document.querySelector('video');
        const on = document.querySelector('[data-testid=quality]').options[0].text === now && one.videoHeight <= highest;
        return on && one.currentTime > at && one.getVideoPlaybackQuality().totalVideoFrames > frames;
      }, { at: Math.max(joint, last.at), frames: last.frames + 5, now: `自动（${name}）`, highest }, { timeout: 30_000 });
      last = await facts(host);
    }
    if (before > 1) continue;
    for (let step = 0; step < 4; step += 1) await host.keyboard.press('>');
    await host.waitForFunction(() => document.querySelector('video').ended, null, { timeout: 60_000 });
    const end = await facts(host);
    assert.ok(end.at > end.length - 0.5 && end.frames > last.frames, `${JSON.stringify(last)} → ${JSON.stringify(end)}`);
  }
}

// As on an old iPhone: the browser plays by itself, goes to another second, and the next time goes on where it stopped.
async function native(browser, server, resource) {
  const page = await person(browser, server.url, phone, { colorScheme: 'light' });
  await signIn(page, 'admin');
  if (await withoutMediaSource(page)) {
    const plays = (beyond) => page.waitForFunction((beyond) => document.querySelector('video')?.currentTime > beyond, beyond, { timeout: 30_000 });
    await page.goto(`/resources/${resource}?t=0`);
    await page.getByTestId('play').click();
    await plays(1.5);
    assert.match(await page.getByTestId('replay-video').evaluate((one) => one.currentSrc), /\/hls\/master\.m3u8$/);
    const before = await facts(page);
    await page.keyboard.press('4');
    await plays(before.length * 0.4 + 1.5);
    const after = await facts(page);
    assert.ok(after.at < before.length * 0.4 + 6 && after.frames > before.frames, `${JSON.stringify(before)} → ${JSON.stringify(after)}`);
    await page.keyboard.press('k');
    const { at } = await facts(page);
    await page.goto('/library');
    await page.goto(`/resources/${resource}`);
    await page.getByTestId('replay-note').filter({ hasText: '上次看到' }).waitFor();
    await plays(at + 1);
    assert.ok((await facts(page)).at < at + 6);
    await shoot(page, 'recording-native-phone');
    assert.deepEqual(page.complaints, []);
  } else {
    console.log('recording: this browser does not play HLS by itself');
  }
  await page.context().close();
}

async function watch(teacher, resource) {
  const { body } = await call(teacher, 'GET', `/api/resources/${resource}/replay`);
  assert.ok(body.hls_url, 'it is HLS');
  await teacher.goto(`/resources/${resource}?t=0`);
  await teacher.getByTestId('play').click();
  await teacher.waitForFunction(() => document.querySelector('video').currentTime > 3, null, { timeout: 30_000 });
  await shoot(teacher, 'recording-replay');
  for (let step = 0; step < 4; step += 1) await teacher.keyboard.press('>');
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
  // What the check found, and how long what was captured stays.
  const kept = host.getByTestId('capture');
  await kept.filter({ hasText: '原始录制' }).filter({ hasText: '保留到' }).waitFor();
  assert.match(await kept.innerText(), /^(已检查|检查发现)/);
  await kept.evaluate((one) => one.scrollIntoView({ block: 'center' }));
  await shoot(host, 'recording-kept');
}
