// A school whose network lets no media through, neither by UDP nor by TCP: its teacher watches the plain stream, is asked and speaks
// up like everybody, and stands in the attendance without a gap. And a Session with one place for WebRTC, whose next viewers get the
// plain stream at once: one takes the sound alone for a while, the other's browser plays it by itself. Figures go to shots/crowd.json.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { until } from './broadcast.story.mjs';
import { call, desk, executable, launch, person, phone, shoot, shots, signIn, withoutMediaSource } from './browser.mjs';
import { lay } from './line.mjs';

// Told to browsers as the port for media over TCP; pages and their requests go by another.
const MEDIA_TCP = 39_009;
// How long it has to play, and how short a standstill nobody notices.
const SECONDS = 60;
const STANDSTILL_MS = 500;
const light = { colorScheme: 'light' };
// Who takes the sound alone, and who has no Media Source.
const SOUND = '钱老师';
const NATIVE = '孙老师';
const figures = {};

export async function crowd(outside, server) {
  const cable = server.cable;
  if (!cable) {
    console.log('crowd: not run, this system lays no network namespaces');
    return;
  }
  cable.blockUdp();
  cable.blockTcp(MEDIA_TCP);
  const inside = await launch(cable.browserInside(executable));
  try {
    const { host, session } = await teach(outside, server);
    const viewer = await falls(inside, server, session);
    await plays(viewer, 'blocked');
    await viewer.setViewportSize(phone);
    await shoot(viewer, 'crowd-blocked-phone');
    await viewer.setViewportSize(desk);
    await takesPart(host, viewer);
    const first = await hasPlace(outside, server, session);
    const second = await isFull(outside, server, session);
    const [third] = await Promise.all([native(outside, server, session), plays(second, 'full', 10).then(() => soundAlone(second))]);
    await comesBack(viewer, first, cable);
    const others = [second, third].filter((page) => page.playsSince);
    await over(host, viewer, others);
    for (const page of [host, viewer, first, second, third]) {
      assert.deepEqual(page.complaints, []);
      await page.context().close();
    }
    writeFileSync(path.join(shots, 'crowd.json'), `${JSON.stringify(figures, null, 2)}\n`);
    console.log(`crowd: ${JSON.stringify(figures)}`);
  } finally {
    await inside.close();
  }
}

crowd.server = { cable: lay, options: ['--media-tcp', `${MEDIA_TCP}`, '--webrtc-places-per-session', '1'] };

async function teach(outside, server) {
  const host = await person(outside, server.url, desk, light);
  await signIn(host, 'zhouwenlan');
  const studio = (await call(host, 'GET', '/api/me')).body.memberships.find((one) => one.role === 'host').studio.id;
  const stamp = (minutes) => new Date(Date.now() + minutes * 60_000).toISOString();
  const made = await call(host, 'POST', `/api/studios/${studio}/activities`, {
    title: '山里也能听的公开课', kind: 'broadcast', mode: 'online', level: 'county', planned_start: stamp(0), planned_end: stamp(60), guests_allowed: true,
  });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  const { session } = (await call(host, 'POST', `/api/activities/${made.body.activity.id}/go-live`)).body;
  await host.goto(`/live/${session.id}`);
  await host.getByTestId('enter').click();
  await host.locator('[data-testid="room"][data-media="connected"]').waitFor();
  await until(host, 'three layers leave the host', () => window.__lectern.sent().length >= 3);
  return { host, session: session.id };
}

async function enter(page, session, name) {
  await page.addInitScript(() => {
    // Every word to the server, and every welcome: there should be one.
    window.__said = [];
    window.__welcomes = [];
    const send = WebSocket.prototype.send;
    WebSocket.prototype.send = function (text) {
      window.__said.push(JSON.parse(text));
      return send.call(this, text);
    };
    window.WebSocket = class extends WebSocket {
      constructor(...given) {
        super(...given);
        this.addEventListener('message', ({ data }) => `${data}`.startsWith('{"type":"welcome"') && window.__welcomes.push(JSON.parse(data).you));
      }
    };
  });
  await page.goto(`/live/${session}`);
  if (name) {
    await page.getByTestId('guest-name').fill(name);
    await page.getByTestId('guest-school').fill('上坪小学');
  }
  await page.getByTestId('enter').click();
  await page.locator('[data-testid="room"][data-line="open"]').waitFor();
  return Date.now();
}

const stage = (page) => page.locator('[data-testid="stage"][data-source="hls"]');
const playing = (page) => page.locator('[data-testid="stage"][data-source="hls"][data-playing="true"]').waitFor({ timeout: 40_000 });
const fetched = (page) => page.evaluate(() => window.__said.filter((one) => one.type === 'fetched').reduce((all, one) => all + one.pieces.length, 0));
const said = (page, type) => page.evaluate((type) => window.__said.filter((one) => one.type === type).length, type);

// ---- neither UDP nor TCP ----

async function falls(inside, server, session) {
  const viewer = await person(inside, server.lan, desk, light);
  await signIn(viewer, 'chenxiaomei');
  const entered = await enter(viewer, session);
  assert.equal(await stage(viewer).count(), 0, 'WebRTC is tried first');
  await stage(viewer).waitFor({ timeout: 30_000 });
  const fell = Date.now();
  await shoot(viewer, 'crowd-opening');
  await playing(viewer);
  figures.blocked = { falls_after_s: (fell - entered) / 1000, plays_after_s: (Date.now() - entered) / 1000 };
  console.log(`crowd: UDP and TCP blocked: ${JSON.stringify(figures.blocked)}`);
  viewer.playsSince = Date.now();
  assert.equal(await viewer.evaluate(() => window.__lectern.transport()), 'hls');
  assert.equal(await viewer.getByTestId('weak-line').getAttribute('data-crowd'), 'blocked');
  assert.ok(figures.blocked.falls_after_s < 16, 'not much later than after twelve seconds');
  return viewer;
}

async function plays(page, what, seconds = SECONDS) {
  const seen = await looksAt(page, what, seconds);
  assert.ok(seen.played_s > seen.real_s * 0.97, `it goes on: ${seen.played_s} of ${seen.real_s} s`);
  assert.ok(seen.longest_standstill_ms < STANDSTILL_MS, `no standstill: ${seen.longest_standstill_ms} ms`);
  assert.ok(seen.waits_ms.every((ms) => ms < STANDSTILL_MS), `no waiting: ${seen.waits_ms}`);
}

// Looks at the picture 20 times a second, from inside the page: where it is, how many frames were decoded.
async function looksAt(page, what, seconds) {
  // Past the beginning, which may lack a piece or two.
  await until(page, 'it has played for a while', () => {
    const { currentTime } = document.querySelector('[data-testid="crowd-video"]');
    return currentTime > (window.__playsFrom ??= currentTime) + 3;
  });
  const seen = await page.evaluate(async (ms) => {
    const video = document.querySelector('[data-testid="crowd-video"]');
    const frames = () => video.getVideoPlaybackQuality().totalVideoFrames;
    const waits = [];
    let since = null;
    const waiting = () => (since ??= performance.now());
    const plays = () => {
      if (since !== null) waits.push(performance.now() - since);
      since = null;
    };
    video.addEventListener('waiting', waiting);
    video.addEventListener('playing', plays);
    const began = performance.now();
    const first = { position: video.currentTime, frames: frames() };
    let last = { position: first.position, at: began };
    let drawn = { frames: first.frames, at: began };
    let still = 0;
    let undrawn = 0;
    while (performance.now() - began < ms) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      const now = performance.now();
      if (video.currentTime > last.position) last = { position: video.currentTime, at: now };
      if (frames() > drawn.frames) drawn = { frames: frames(), at: now };
      still = Math.max(still, now - last.at);
      undrawn = Math.max(undrawn, now - drawn.at);
    }
    plays();
    return {
      real_s: (performance.now() - began) / 1000, played_s: video.currentTime - first.position, frames: frames() - first.frames,
      longest_standstill_ms: Math.round(still), longest_without_a_frame_ms: Math.round(undrawn), waits_ms: waits.map(Math.round),
      height: video.videoHeight, muted: video.muted, volume: video.volume, speed: video.playbackRate,
    };
  }, seconds * 1000);
  figures[what] = { ...figures[what], ...seen };
  console.log(`crowd: ${what}, ${seconds} s of the plain stream: ${JSON.stringify(seen)}`);
  await shoot(page, `crowd-${what}`);
  assert.ok(seen.frames > seconds * 8, `pictures are decoded: ${seen.frames}`);
  assert.equal(seen.muted, false, 'with its sound');
  const told = await fetched(page);
  assert.ok(told >= seconds / 2 - 1, `what was fetched is told: ${told}`);
  return seen;
}

// A check-in, the discussion, the hand: as before, over the same line. To speak it takes WebRTC, and there is none here.
async function takesPart(host, viewer) {
  await viewer.getByTestId('line').click();
  await viewer.getByTestId('over-hls').waitFor();
  await shoot(viewer, 'crowd-line');
  await viewer.keyboard.press('Escape');
  await viewer.getByTestId('chat-input').fill('能听清楚');
  await viewer.keyboard.press('Enter');
  await host.getByText('能听清楚').first().waitFor();
  await host.getByTestId('check-in').click();
  await host.getByTestId('start-check-in').click();
  await viewer.getByTestId('answer-check-in').click();
  await viewer.getByTestId('check-in-done').waitFor();
  await host.getByTestId('close-check-in').click();
  await viewer.getByTestId('hand-button').click();
  await host.getByTestId('admit').first().click();
  await viewer.getByTestId('confirm').waitFor();
  await viewer.getByTestId('confirm').click();
  await viewer.getByTestId('toast').waitFor({ timeout: 30_000 });
  assert.match(await viewer.getByTestId('toast').innerText(), /实时线路没有接通|只能收看/);
  await shoot(viewer, 'crowd-cannot-speak');
  await playing(viewer);
  assert.equal(await viewer.evaluate(() => window.__lectern.transport()), 'hls');
  figures.blocked.tries_to_speak = (await said(viewer, 'offer')) - 1;
  assert.equal(figures.blocked.tries_to_speak, 1, 'one try for both');
}

// ---- one place ----

async function hasPlace(outside, server, session) {
  const page = await person(outside, server.url, desk, light);
  await enter(page, session, '吴老师');
  await page.locator('[data-testid="room"][data-media="connected"]').waitFor();
  await until(page, 'media flows', () => window.__lectern.transport() === 'udp');
  return page;
}

async function isFull(outside, server, session) {
  const page = await person(outside, server.url, desk, light);
  const entered = await enter(page, session, SOUND);
  await stage(page).waitFor({ timeout: 5_000 });
  await playing(page);
  Object.assign(page, { name: SOUND, playsSince: Date.now() });
  figures.full = { plays_after_s: (page.playsSince - entered) / 1000 };
  assert.equal(await page.getByTestId('weak-line').getAttribute('data-crowd'), 'full');
  return page;
}

// 仅语音 fetches the sound of the plain stream and nothing else; 自动 gives the picture back.
async function soundAlone(page) {
  const asked = [];
  page.on('request', (request) => asked.push(request.url().match(/\/hls\/.*\/(\w+)-\d+\.m4s$/)?.[1]));
  const choose = async (mode) => {
    await page.getByTestId('line-mode').click();
    await page.getByTestId(`mode-${mode}`).click();
  };
  const card = stage(page).getByText('您选了仅语音');
  const of = () => page.getByTestId('crowd-video').evaluate((one) => ({ at: one.currentTime, frames: one.getVideoPlaybackQuality().totalVideoFrames, sound: one.webkitAudioDecodedByteCount }));
  await choose('sound_only');
  await card.waitFor();
  asked.length = 0;
  const [before, told] = [await of(), await fetched(page)];
  await until(page, 'the sound goes on', (at) => document.querySelector('[data-testid="crowd-video"]').currentTime > at + 6, before.at);
  await shoot(page, 'crowd-sound-only');
  const after = await of();
  assert.ok(after.sound > before.sound, `sound is decoded: ${before.sound} → ${after.sound}`);
  assert.equal(after.frames, before.frames, 'no picture is');
  const pieces = asked.filter(Boolean);
  assert.ok(pieces.length >= 2 && pieces.every((one) => one === 'sound'), `asked for ${pieces}`);
  assert.ok(await fetched(page) >= told + 2, 'what was fetched of the sound is told, too');
  asked.length = 0;
  await choose('auto');
  await card.waitFor({ state: 'detached' });
  await until(page, 'the picture is back', () => {
    const one = document.querySelector('[data-testid="crowd-video"]');
    return one.videoHeight > 0 && one.getVideoPlaybackQuality().totalVideoFrames > 20;
  });
  assert.ok(asked.some((one) => one === 'high' || one === 'low'), `asked for ${asked.filter(Boolean)}`);
}

// As on an old iPhone: the browser plays by itself, and the page fetches of each piece what proves it.
async function native(outside, server, session) {
  const page = await person(outside, server.url, phone, light);
  if (!await withoutMediaSource(page)) {
    console.log('crowd: this browser does not play HLS by itself');
    return page;
  }
  const entered = await enter(page, session, NATIVE);
  await playing(page);
  Object.assign(page, { name: NATIVE, playsSince: Date.now() });
  figures.native = { plays_after_s: (page.playsSince - entered) / 1000 };
  // It keeps close to the end of the stream, so it may wait for a piece, and it changes renditions as it likes.
  const { played_s, real_s } = await looksAt(page, 'native', 20);
  assert.ok(played_s > real_s * 0.85, `it goes on: ${played_s} of ${real_s} s`);
  assert.match(await page.getByTestId('crowd-video').evaluate((one) => one.currentSrc), /\/hls\/.*\/master\.m3u8$/);
  return page;
}

// The firewall opens and a place is free: the next word of the network is enough.
async function comesBack(viewer, first, cable) {
  await first.getByTestId('leave').click();
  await first.getByTestId('confirm').click();
  await first.getByTestId('over-left').waitFor();
  cable.unblock();
  const began = Date.now();
  await viewer.evaluate(() => window.dispatchEvent(new Event('online')));
  await until(viewer, 'WebRTC again', () => window.__lectern.crowd() === null && window.__lectern.transport() === 'udp');
  await until(viewer, 'pictures again', () => window.__lectern.slots().some((slot) => slot.kind === 'video' && slot.framesDecoded > 20));
  figures.back_s = (Date.now() - began) / 1000;
  await shoot(viewer, 'crowd-back');
  assert.equal(await viewer.getByTestId('weak-line').count(), 0);
}

async function over(host, viewer, others) {
  const session = new URL(host.url()).pathname.split('/')[2];
  const { length } = await viewer.evaluate(() => window.__welcomes);
  assert.equal(length, 1, 'the same Participant on the same line all the time');
  await host.getByTestId('end').click();
  await host.getByTestId('confirm').click();
  await host.getByTestId('over-ended').waitFor();
  const ended = Date.now();
  const { body } = await call(host, 'GET', `/api/sessions/${session}/presence`);
  const recordOf = (name) => body.rows.find((row) => row.name === name).record;
  const seenBy = (record) => record.intervals.reduce((all, one) => all + Date.parse(one.to) - Date.parse(one.from), 0);
  const record = recordOf('陈晓梅');
  const [from, to] = [Date.parse(record.first), Date.parse(record.last)];
  const seen = seenBy(record);
  figures.attendance = { intervals: record.intervals.length, devices: record.devices, here_s: (to - from) / 1000, seen_s: seen / 1000, gaps: record.gaps, minutes: record.minutes };
  console.log(`crowd: attendance of who watched the plain stream: ${JSON.stringify(figures.attendance)}`);
  assert.equal(record.intervals.length, 1, 'one interval');
  assert.equal(record.devices, 1);
  assert.ok(ended - to < 5_000, 'until the end');
  // Until the plain stream played nothing was watched; from then on all of it, as exactly as two checkpoints 15 s apart can tell.
  figures.attendance.plays_s = (ended - viewer.playsSince) / 1000;
  assert.ok(Math.abs(figures.attendance.plays_s - seen / 1000) < 30, `seen ${seen / 1000} of ${figures.attendance.plays_s} s`);
  for (const page of others) {
    const theirs = recordOf(page.name);
    const [watched, played] = [seenBy(theirs), ended - page.playsSince];
    assert.deepEqual([theirs.intervals.length, theirs.devices], [1, 1], page.name);
    assert.ok(watched > played / 2, `${page.name}: seen ${watched} of ${played} ms`);
    assert.ok(theirs.gaps.every((one) => one.kind === 'bridged' || Date.parse(one.from) < page.playsSince), `${page.name}: ${JSON.stringify(theirs.gaps)}`);
  }
}
