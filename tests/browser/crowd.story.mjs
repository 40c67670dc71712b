// A school whose network lets no media through, neither by UDP nor by TCP: its teacher watches the plain stream, is asked and speaks
// up like everybody, and stands in the attendance without a gap. And a Session with one place for WebRTC, whose next viewer gets the
// plain stream at once. Figures go to shots/crowd.json.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { until } from './broadcast.story.mjs';
import { call, desk, executable, launch, person, phone, shoot, shots, signIn } from './browser.mjs';
import { lay } from './line.mjs';

// Told to browsers as the port for media over TCP; pages and their requests go by another.
const MEDIA_TCP = 39_009;
// How long it has to play, and how short a standstill nobody notices.
const SECONDS = 60;
const STANDSTILL_MS = 500;
const light = { colorScheme: 'light' };
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
    await plays(second, 'full', 10);
    await comesBack(viewer, first, cable);
    await over(host, viewer);
    for (const page of [host, viewer, first, second]) {
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

// Looks at the picture 20 times a second, from inside the page: where it is, how many frames were decoded.
async function plays(page, what, seconds = SECONDS) {
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
  assert.ok(seen.played_s > seen.real_s * 0.97, `it goes on: ${seen.played_s} of ${seen.real_s} s`);
  assert.ok(seen.frames > seconds * 8, `pictures are decoded: ${seen.frames}`);
  assert.ok(seen.longest_standstill_ms < STANDSTILL_MS, `no standstill: ${seen.longest_standstill_ms} ms`);
  assert.ok(seen.waits_ms.every((ms) => ms < STANDSTILL_MS), `no waiting: ${seen.waits_ms}`);
  assert.equal(seen.muted, false, 'with its sound');
  const told = await page.evaluate(() => window.__said.filter((one) => one.type === 'fetched').flatMap((one) => one.pieces.map((piece) => piece.number)));
  assert.ok(told.length >= seconds / 2 - 1, `what was fetched is told: ${told.length}`);
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
  const entered = await enter(page, session, '钱老师');
  await stage(page).waitFor({ timeout: 5_000 });
  await playing(page);
  figures.full = { plays_after_s: (Date.now() - entered) / 1000 };
  assert.equal(await page.getByTestId('weak-line').getAttribute('data-crowd'), 'full');
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

async function over(host, viewer) {
  const session = new URL(host.url()).pathname.split('/')[2];
  const { length } = await viewer.evaluate(() => window.__welcomes);
  assert.equal(length, 1, 'the same Participant on the same line all the time');
  await host.getByTestId('end').click();
  await host.getByTestId('confirm').click();
  await host.getByTestId('over-ended').waitFor();
  const ended = Date.now();
  const { body } = await call(host, 'GET', `/api/sessions/${session}/presence`);
  const { record } = body.rows.find((row) => row.name === '陈晓梅');
  const [from, to] = [Date.parse(record.first), Date.parse(record.last)];
  const seen = record.intervals.reduce((all, one) => all + Date.parse(one.to) - Date.parse(one.from), 0);
  figures.attendance = { intervals: record.intervals.length, devices: record.devices, here_s: (to - from) / 1000, seen_s: seen / 1000, gaps: record.gaps, minutes: record.minutes };
  console.log(`crowd: attendance of who watched the plain stream: ${JSON.stringify(figures.attendance)}`);
  assert.equal(record.intervals.length, 1, 'one interval');
  assert.equal(record.devices, 1);
  assert.ok(ended - to < 5_000, 'until the end');
  // Until the plain stream played nothing was watched; from then on all of it, as exactly as two checkpoints 15 s apart can tell.
  figures.attendance.plays_s = (ended - viewer.playsSince) / 1000;
  assert.ok(Math.abs(figures.attendance.plays_s - seen / 1000) < 30, `seen ${seen / 1000} of ${figures.attendance.plays_s} s`);
}
