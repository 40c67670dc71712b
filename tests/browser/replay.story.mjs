// A Resource from the file to the shelf: a host uploads and publishes a lesson, a teacher finds it by what was said, watches it to the
// end, goes on where they stopped, and says what they think; links that ended or that nobody gave out play nothing.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { call, desk, person, phone, shoot, shots, signIn } from './browser.mjs';

const SECONDS = 40;
const TITLE = '习作单元：把一瞬间放慢';
const SRT = '1\n00:00:02,000 --> 00:00:06,000\n先看例文里的奶奶\n\n2\n00:00:20,000 --> 00:00:30,000\n线头在针孔前绕了三圈\n';

export async function replay(browser, server) {
  const folder = mkdtempSync(path.join(tmpdir(), 'lectern-replay-'));
  try {
    const film = path.join(folder, '把一瞬间放慢.mp4');
    make(film);
    const host = await person(browser, server.url, desk, { colorScheme: 'light' });
    await signIn(host, 'zhouwenlan');
    const resource = await publish(host, film);
    const teacher = await person(browser, server.url, desk, { colorScheme: 'light' });
    await signIn(teacher, 'chenxiaomei');
    await find(teacher, resource);
    await watch(teacher, resource);
    await say(teacher, resource);
    await plan(host, teacher);
    await small(browser, server, resource);
    await around(host, teacher, resource);
    await forged(teacher, resource);
    await expired(teacher, server, resource);
    for (const page of [host, teacher]) assert.deepEqual(page.complaints, []);
    await teacher.context().close();
    await host.context().close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
replay.server = { calendar: true };

function make(file) {
  const video = ['-f', 'lavfi', '-i', `testsrc2=size=640x360:rate=25:duration=${SECONDS}`];
  const sound = ['-f', 'lavfi', '-i', `sine=frequency=440:duration=${SECONDS}`];
  const codecs = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '50', '-pix_fmt', 'yuv420p', '-c:a', 'aac', '-b:a', '64k', '-movflags', '+faststart'];
  execFileSync('ffmpeg', ['-v', 'error', '-y', ...video, ...sound, ...codecs, file]);
}

// The file, the words, the subtitles, and the step; each mistake told before it costs anything.
async function publish(host, film) {
  const studio = (await call(host, 'GET', '/api/me')).body.memberships.find((one) => one.role === 'host').studio.id;
  await host.goto(`/studios/${studio}`);
  await host.getByTestId('upload-resource').click();
  await host.getByTestId('upload-send').click();
  await host.getByTestId('field-error').filter({ hasText: '请选择文件' }).waitFor();
  await host.getByTestId('upload-file').setInputFiles({ name: '旧格式.avi', mimeType: 'video/x-msvideo', buffer: Buffer.from('RIFF') });
  await host.getByTestId('field-error').filter({ hasText: '只收' }).waitFor();
  await host.getByTestId('upload-file').setInputFiles({ name: '假的.mp4', mimeType: 'video/mp4', buffer: Buffer.from('not a film') });
  await host.getByTestId('upload-send').click();
  await host.getByTestId('error-summary').waitFor();
  await host.getByTestId('upload-file').setInputFiles({ name: '把一瞬间放慢.mp4', mimeType: 'video/mp4', buffer: readFileSync(film) });
  await host.getByTestId('upload-title').fill(TITLE);
  await shoot(host, 'replay-upload');
  await host.getByTestId('upload-send').click();
  await host.getByTestId('resource-form').waitFor();
  const resource = host.url().match(/resources\/([^/]+)/)[1];

  await host.getByTestId('resource-form-title').fill('');
  await host.getByTestId('resource-save').click();
  await host.getByTestId('field-error').filter({ hasText: '标题' }).waitFor();
  await host.getByTestId('resource-form-title').fill(TITLE);
  await host.getByTestId('resource-form-summary').fill('一选、二放、三衬：把一个人的特点写具体。');
  await host.getByTestId('resource-form-subject').fill('语文');
  await host.getByTestId('visibility-studio').check({ force: true });
  await host.getByTestId('seen-by').filter({ hasText: '成员' }).waitFor();
  await host.getByTestId('resource-save').click();
  await host.getByTestId('resource-form-said').filter({ hasText: '已保存' }).waitFor();

  await host.getByTestId('subtitles-input').setInputFiles({ name: '字幕.srt', mimeType: 'text/plain', buffer: Buffer.from('1\n00:00:09,000 --> 00:00:05,000\n倒着走\n') });
  await host.getByTestId('subtitles-trouble').filter({ hasText: /第 \d+ 行/ }).waitFor();
  await host.getByTestId('subtitles-input').setInputFiles({ name: '字幕.srt', mimeType: 'text/plain', buffer: Buffer.from(SRT) });
  await host.getByTestId('subtitles-said').filter({ hasText: '共 2 条' }).waitFor();
  await host.screenshot({ path: path.join(shots, 'replay-edit.png'), fullPage: true });
  await host.getByTestId('publish').click();
  await host.getByTestId('resource-state').filter({ hasText: '已发布' }).waitFor();
  return resource;
}

// By a word of the subtitles, and to that second.
async function find(teacher, resource) {
  await teacher.goto('/library');
  await teacher.getByTestId('resource-card').first().waitFor();
  await teacher.getByTestId('library-search').fill('没有人说过的话');
  await teacher.getByTestId('library-none').waitFor();
  await teacher.getByTestId('library-search').fill('针孔');
  const card = teacher.getByTestId('resource-card').filter({ hasText: TITLE });
  await card.getByTestId('hit').filter({ hasText: '线头在针孔前' }).waitFor();
  assert.match(teacher.url(), /search=/, 'a search can be sent to a colleague');
  await shoot(teacher, 'replay-library');
  await card.getByTestId('hit').click();
  await teacher.waitForURL(`**/resources/${resource}?t=20`);
  await teacher.getByTestId('replay-note').filter({ hasText: '已跳到 00:20' }).waitFor();
  await goes(teacher, 20.5);
}

const facts = (page) =>
  page.getByTestId('replay-video').evaluate((one) => ({ at: one.currentTime, frames: one.getVideoPlaybackQuality().totalVideoFrames, ended: one.ended, paused: one.paused }));

// The picture moves on, beyond this second, with new frames decoded.
async function goes(page, beyond) {
  const before = await facts(page);
  await page.waitForFunction((least) => document.querySelector('video').currentTime > least, beyond, { timeout: 30_000 });
  const after = await facts(page);
  assert.ok(after.frames > before.frames || before.at > beyond, `frames ${before.frames} → ${after.frames}`);
  return after;
}

// To its very end by the keyboard, then on from the middle after a reload.
async function watch(page, resource) {
  await page.goto(`/resources/${resource}?t=0`);
  await page.getByTestId('play').click();
  await goes(page, 1.5);
  await shoot(page, 'replay-desk');
  await page.getByTestId('seek-bar').hover({ position: { x: 400, y: 18 } });
  await page.getByTestId('seek-preview').waitFor();
  await page.keyboard.press('8');
  await page.keyboard.press('>');
  await page.keyboard.press('>');
  await page.waitForFunction(() => document.querySelector('[data-testid=speed]').value === '1.5');
  await page.waitForFunction(() => document.querySelector('video').ended, null, { timeout: 40_000 });
  const end = await facts(page);
  assert.ok(end.at >= SECONDS - 0.5 && end.frames > 100, `at ${end.at} of ${SECONDS} s, ${end.frames} frames`);
  await page.getByTestId('play-again').waitFor();
  await page.keyboard.press('?');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');

  // What was skipped was not seen: 20 s to 24 s, the first seconds, and the end.
  const seen = await told(page, resource);
  const sum = seen.reduce((all, one) => all + one.to_ms - one.from_ms, 0);
  assert.ok(sum > 8_000 && sum < 30_000, `seen ${sum} ms of what was played: ${JSON.stringify(seen)}`);

  await page.keyboard.press('4');
  await page.keyboard.press('k');
  await goes(page, SECONDS * 0.4 + 2);
  await page.keyboard.press('k');
  const stopped = (await facts(page)).at;
  await page.goto('/library');
  await page.goto(`/resources/${resource}`);
  await page.getByTestId('replay-note').filter({ hasText: '不算出席' }).waitFor();
  await page.waitForFunction((at) => Math.abs(document.querySelector('video').currentTime - at) < 4, stopped, { timeout: 20_000 });
  await page.getByTestId('replay-note').filter({ hasText: '上次看到' }).waitFor();
  await goes(page, stopped + 1);
  await page.getByTestId('from-start').click();
  await page.waitForFunction(() => document.querySelector('video').currentTime < 5);
}

// What the server has been told was played, once the end is among it.
async function told(page, resource) {
  for (const until = Date.now() + 20_000; ;) {
    const { seen } = (await call(page, 'GET', `/api/resources/${resource}/replay`)).body;
    if ((seen.at(-1)?.to_ms ?? 0) > 39_000) return seen;
    assert.ok(Date.now() < until, JSON.stringify(seen));
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

async function say(page, resource) {
  await page.goto(`/resources/${resource}?t=12`);
  await page.getByTestId('comment-send').click();
  await page.getByRole('alert').filter({ hasText: '请先写下评论' }).waitFor();
  await page.getByTestId('comment-text').fill('这一招我下周就用 k 2 m');
  await page.getByTestId('comment-send').click();
  const mine = page.getByTestId('comment').filter({ hasText: '这一招我下周就用 k 2 m' });
  await mine.getByTestId('comment-time').waitFor();
  assert.match(await mine.getByTestId('comment-time').innerText(), /^00:1\d$/);
  await page.getByTestId('star-4').check({ force: true });
  await page.getByTestId('my-rating').filter({ hasText: '我评 4 分' }).waitFor();
  await page.getByTestId('rating-text').fill('很实用');
  await page.getByTestId('rating-save').click();
  await page.getByTestId('my-rating').filter({ hasText: '很实用' }).waitFor();
  await mine.getByTestId('comment-time').click();
  await page.screenshot({ path: path.join(shots, 'replay-said.png'), fullPage: true });
}

// Into a lesson plan, beside slides that are only there to be opened, and into the order of the lesson.
async function plan(host, page) {
  await page.getByTestId('collect').click();
  await page.getByTestId('collect-save').click();
  await page.getByTestId('field-error').filter({ hasText: '名称' }).waitFor();
  await page.getByTestId('plan-title').fill('五年级下册习作');
  await page.getByTestId('collect-save').click();
  await page.getByTestId('resource-said').filter({ hasText: '已收进' }).waitFor();

  const slides = await document(host);
  await page.goto(`/resources/${slides}`);
  await page.getByTestId('file-card').waitFor();
  assert.equal(await page.getByTestId('player').count(), 0, 'a document is not played');
  await shoot(page, 'replay-document');
  await page.getByTestId('collect').click();
  await page.getByTestId('collect-save').click();
  await page.getByTestId('resource-said').filter({ hasText: '已收进' }).waitFor();

  await page.goto('/lesson-plans');
  const rows = page.getByTestId('plan-row');
  await rows.nth(1).filter({ hasText: '动词卡' }).waitFor();
  await rows.nth(1).getByTestId('plan-up').click();
  await rows.nth(0).filter({ hasText: '动词卡' }).waitFor();
  await page.reload();
  await rows.nth(0).filter({ hasText: '动词卡' }).waitFor();
  await shoot(page, 'replay-plans');
  await rows.nth(0).getByTestId('plan-remove').click();
  await rows.nth(1).waitFor({ state: 'detached' });
  await rows.nth(0).filter({ hasText: TITLE }).waitFor();
}

async function document(host) {
  const studio = (await call(host, 'GET', '/api/me')).body.memberships.find((one) => one.role === 'host').studio.id;
  const made = await host.evaluate(async (studio) => {
    const form = new FormData();
    form.append('title', '动词卡与学生样稿');
    form.append('kind', 'courseware');
    form.append('file', new Blob(['%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n']), '动词卡.pdf');
    const token = decodeURIComponent(/lectern_csrf=([^;]*)/.exec(document.cookie)[1]);
    const answer = await fetch(`/api/studios/${studio}/resources`, { method: 'POST', headers: { 'x-csrf-token': token }, body: form });
    return answer.json();
  }, studio);
  const published = await call(host, 'POST', `/api/resources/${made.id}/publish`, { visibility: 'studio' });
  assert.equal(published.status, 200, JSON.stringify(published.body));
  return made.id;
}

async function small(browser, server, resource) {
  const page = await person(browser, server.url, phone, { colorScheme: 'light', hasTouch: true });
  await signIn(page, 'chenxiaomei');
  await page.goto(`/resources/${resource}?t=21`);
  await goes(page, 21.5);
  await page.getByTestId('captions').waitFor();
  await shoot(page, 'replay-phone');
  await page.goto('/library');
  await page.getByTestId('resource-card').first().waitFor();
  await shoot(page, 'replay-library-phone');
  await page.getByTestId('library-search').fill('针孔');
  await page.getByTestId('hit').waitFor();
  await page.getByTestId('filters').click();
  await shoot(page, 'replay-library-filters-phone');
  for (const at of [`/resources/${resource}`, '/library', '/lesson-plans']) {
    await page.goto(at);
    await page.locator('main h1').first().waitFor();
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(over <= 0, `${at} is ${over} px too wide`);
  }
  assert.deepEqual(page.complaints, []);
  await page.context().close();
}

// Where else it shows: the studio, the first page.
async function around(host, teacher, resource) {
  const studio = (await call(host, 'GET', `/api/resources/${resource}`)).body.studio.id;
  await host.goto(`/studios/${studio}`);
  await host.getByTestId('resource-row').filter({ hasText: TITLE }).waitFor();
  await host.getByTestId('studio-resources').scrollIntoViewIfNeeded();
  await shoot(host, 'replay-studio');
  await teacher.goto('/');
  const home = teacher.getByTestId('home-replays');
  await home.getByTestId('resource-card').filter({ hasText: TITLE }).getByTestId('go-on').filter({ hasText: '继续看' }).waitFor();
  await home.scrollIntoViewIfNeeded();
  await shoot(teacher, 'replay-home');
  await host.goto(`/resources/${resource}/edit`);
  await host.getByTestId('step-withdraw').waitFor();
  await host.getByTestId('taken-row').filter({ hasText: '发布' }).waitFor();
  await host.screenshot({ path: path.join(shots, 'replay-taken.png'), fullPage: true });
  const size = host.viewportSize();
  await host.setViewportSize({ width: 390, height: 844 });
  await host.getByTestId('taken').scrollIntoViewIfNeeded();
  await shoot(host, 'replay-taken-narrow');
  await host.setViewportSize(size);
}

// Whoever makes up a link, changes one, or has no login gets nothing.
async function forged(teacher, resource) {
  const { mp4_url } = (await call(teacher, 'GET', `/api/resources/${resource}/replay`)).body;
  const status = (url, headers = {}) => teacher.evaluate(({ url, headers }) => fetch(url, { headers }).then((answer) => answer.status), { url, headers });
  assert.equal(await status(mp4_url, { range: 'bytes=0-99' }), 206);
  const pass = mp4_url.split('/')[2];
  const middle = Math.floor(pass.length / 2);
  const other = `${pass.slice(0, middle)}${pass[middle] === 'A' ? 'B' : 'A'}${pass.slice(middle + 1)}`;
  assert.equal(await status(mp4_url.replace(pass, other)), 403);
  // Plain dots are gone before they leave the browser.
  for (const trick of ['..%2f..%2f..%2fetc%2fpasswd', '%2e%2e/%2e%2e/lectern.db']) {
    assert.ok([400, 403, 404].includes(await status(`/media/${pass}/${resource}/${trick}`)), trick);
  }
}

// The link ends while the page is open: fresh ones come by themselves, and the picture goes on where it was.
async function expired(teacher, server, resource) {
  await teacher.goto(`/resources/${resource}?t=10`);
  await goes(teacher, 10.5);
  await teacher.keyboard.press('k');
  const old = (await call(teacher, 'GET', `/api/resources/${resource}/replay`)).body.mp4_url;
  await server.kill();
  await server.start(1);
  assert.equal(await teacher.evaluate((url) => fetch(url).then((answer) => answer.status), old), 410);
  // The page gets the old link first, as if it had been open all night.
  let given = 0;
  await teacher.route(`**/api/resources/${resource}/replay`, async (route) => {
    given += 1;
    const answer = await route.fetch();
    const body = await answer.json();
    await route.fulfill({ response: answer, json: given === 1 ? { ...body, mp4_url: old } : body });
  });
  await teacher.goto(`/resources/${resource}?t=15`);
  await goes(teacher, 15.5);
  assert.equal(given, 2, 'asked for fresh ones once');
  assert.equal(await teacher.getByTestId('player-trouble').count(), 0);
  await teacher.unroute(`**/api/resources/${resource}/replay`);
}
