// A teacher at the end of a bad line: the line gets narrow and wide again, loses packets, lets no UDP through, and moves.
// Everything is seen from a real browser behind a real line; figures go to shots/line.json.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { call, desk, executable, launch, person, phone, shoot, shots, signIn } from './browser.mjs';
import { lay } from './line.mjs';

const figures = {};

export async function line(outside, server) {
  const cable = server.cable;
  if (!cable) {
    console.log('line: not run, this system lays no network namespaces');
    return;
  }
  const browser = await launch(cable.browserInside(executable));
  try {
    const session = await liveSession(server);
    // A part's name in LINE_PARTS runs only that one.
    const wanted = process.env.LINE_PARTS?.split(',');
    for (const part of [capacity, lossy, moves, overTcp]) {
      if (!wanted || wanted.includes(part.name)) await part(browser, server, cable, session, outside);
    }
    writeFileSync(path.join(shots, 'line.json'), `${JSON.stringify(figures, null, 2)}\n`);
    console.log(`line: ${JSON.stringify(figures)}`);
  } finally {
    await browser.close();
  }
}

// The line is laid before the server starts, so that the server tells of its address.
line.server = { broadcast: true, cable: lay };

async function liveSession(server) {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const home = await fetch(`${server.url}/api/home`).then((answer) => answer.json());
    const live = home.live?.find((card) => card.session);
    if (live) return live.session.id;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error('the demo broadcast does not begin');
}

async function join(browser, server, session, name, viewport = desk, given = {}) {
  const page = await person(browser, server.lan, viewport, given);
  await page.addInitScript(() => {
    window.__peers = [];
    window.RTCPeerConnection = class extends RTCPeerConnection {
      constructor(...given) {
        super(...given);
        window.__peers.push(this);
      }
    };
    window.__welcomes = [];
    window.WebSocket = class extends WebSocket {
      constructor(...given) {
        super(...given);
        this.addEventListener('message', ({ data }) => `${data}`.startsWith('{"type":"welcome"') && window.__welcomes.push(Date.now()));
      }
    };
    // When the count of pictures rose, 20 times a second.
    const rises = [];
    let frames = 0;
    setInterval(async () => {
      const seen = await window.__look();
      if (seen.frames === frames) return;
      frames = seen.frames;
      rises.push(Date.now());
      if (rises.length > 2000) rises.shift();
    }, 50);
    // The longest pause of the picture since then, and how long it took until the Room welcomed us again, in seconds.
    window.__since = (since) => {
      const at = [since, ...rises.filter((one) => one > since)];
      const longest = Math.max(...at.slice(1).map((one, n) => one - at[n])) / 1000;
      const welcome = window.__welcomes.find((one) => one > since);
      return { longest, welcomed: welcome === undefined ? null : (welcome - since) / 1000 };
    };
    // What is on the wire, by the browser's own count; every look is one line of the record.
    window.__look = async () => {
      const peer = window.__peers.filter((one) => one.connectionState !== 'closed').at(-1);
      const seen = { bytes: 0, frames: 0, concealed: 0, samples: 0, freezes: 0, frozen: 0, energy: 0, transport: null, height: 0 };
      if (!peer) return seen;
      const report = await peer.getStats();
      for (const one of report.values()) {
        if (one.type === 'inbound-rtp') {
          seen.frames += one.framesDecoded ?? 0;
          seen.concealed += one.concealedSamples ?? 0;
          seen.samples += one.totalSamplesReceived ?? 0;
          seen.freezes += one.freezeCount ?? 0;
          seen.frozen += one.totalFreezesDuration ?? 0;
          seen.energy += one.totalAudioEnergy ?? 0;
          if (one.kind === 'video') seen.height = Math.max(seen.height, one.frameHeight ?? 0);
        }
        if (one.type === 'transport') {
          seen.bytes = one.bytesReceived;
          const pair = report.get(one.selectedCandidatePairId);
          seen.transport = pair && report.get(pair.remoteCandidateId)?.protocol;
        }
      }
      return seen;
    };
  });
  await page.goto(`/live/${session}`);
  await page.getByTestId('guest-name').fill(name);
  await page.getByTestId('guest-school').fill('上坪小学');
  await page.getByTestId('enter').click();
  await page.getByTestId('room').waitFor();
  return page;
}

const look = (page) => page.evaluate(() => window.__look());
const pause = (page, seconds) => page.evaluate((ms) => new Promise((resolve) => setTimeout(resolve, ms)), seconds * 1000);

// Looks ten times a second until what is seen is enough; gives the seconds that took. A look is asked of the page, so that it
// waits as long as the page does.
async function seen(page, what, enough, limit = 30) {
  const began = Date.now();
  const first = await look(page);
  for (;;) {
    const now = await look(page);
    const seconds = (Date.now() - began) / 1000;
    if (enough(now, first)) return seconds;
    if (seconds > limit) throw new Error(`${what}: not within ${limit} s: ${JSON.stringify({ first, now })}`);
    await pause(page, 0.1);
  }
}

const moving = (page, what, frames = 10, limit = 30) => seen(page, what, (now, first) => now.frames - first.frames >= frames, limit);

// What flows in `seconds`, and how much of the sound had to be made up.
async function stretch(page, seconds) {
  const before = await look(page);
  await pause(page, seconds);
  const after = await look(page);
  const samples = after.samples - before.samples;
  return {
    kbit: Math.round(((after.bytes - before.bytes) * 8) / seconds / 1000),
    frames: after.frames - before.frames,
    concealed: samples > 0 ? Number(((after.concealed - before.concealed) / samples).toFixed(4)) : null,
    frozen: Number((after.frozen - before.frozen).toFixed(2)),
    height: after.height,
  };
}

// A teacher with a camera in three layers outside, a viewer at the end of a line that becomes narrow, very narrow, and wide.
async function capacity(browser, server, cable, _lesson, outside) {
  const { host, session } = await teach(outside, server);
  cable.rate(3000);
  const page = await join(browser, server, session, '吴老师');
  const told = () => page.evaluate(() => ({ step: window.__lectern.step(), words: document.querySelector('[data-testid="weak-line"]')?.textContent ?? '', quality: document.querySelector('[data-testid="line-mode"]')?.textContent ?? '' }));
  await seen(page, 'the top layer flows', (now) => now.height >= 700, 60);
  const top = await look(page);
  await pause(page, 5);
  const steps = (figures.capacity = { sent_kbit: await leaving(host), wide: { ...(await stretch(page, 8)), ...(await told()) } });
  console.log(`line: 3000 kbit/s: ${JSON.stringify(steps.wide)}, the host sends ${steps.sent_kbit} kbit/s`);
  for (const [kbit, step, words] of [[400, 'reduced', /清晰度|网络/], [80, 'sound_only', /声音/]]) {
    const began = Date.now();
    cable.rate(kbit);
    await page.locator(`[data-testid="weak-line"][data-step="${step}"]`).waitFor({ timeout: 20_000 });
    const after = (Date.now() - began) / 1000;
    await pause(page, Math.max(0, 4 - after));
    steps[kbit] = { ...(await stretch(page, 12)), told_after_s: after, ...(await told()) };
    await shoot(page, `line-${kbit}`);
    console.log(`line: ${kbit} kbit/s: ${JSON.stringify(steps[kbit])}`);
    assert.ok(steps[kbit].kbit <= kbit * 1.05, `no more than the line carries: ${steps[kbit].kbit} of ${kbit}`);
    assert.ok(steps[kbit].concealed < 0.03, `the sound goes on: ${steps[kbit].concealed} was made up`);
    assert.equal(steps[kbit].step, step);
    assert.match(steps[kbit].words, words);
  }
  cable.rate(3000);
  // The height is that of the last picture; it has to be one of those that come now.
  steps.back_s = await seen(page, 'the top layer again', (now, first) => now.height >= top.height && now.frames > first.frames, 30);
  console.log(`line: the top layer again after ${steps.back_s} s: ${JSON.stringify(await told())}`);
  await pause(page, 2);
  await shoot(page, 'line-back');
  cable.free();
  await page.context().close();
  await host.getByTestId('end').click();
  await host.getByTestId('confirm').click();
  await host.context().close();
}

// A broadcast of its own: the host's camera and microphone, from outside.
async function teach(outside, server) {
  const host = await person(outside, server.url);
  await signIn(host, 'zhouwenlan');
  const studio = (await call(host, 'GET', '/api/me')).body.memberships.find((one) => one.role === 'host').studio.id;
  const stamp = (minutes) => new Date(Date.now() + minutes * 60_000).toISOString();
  const made = await call(host, 'POST', `/api/studios/${studio}/activities`, {
    title: '细线上的公开课', kind: 'broadcast', mode: 'online', level: 'county', planned_start: stamp(0), planned_end: stamp(60), guests_allowed: true,
  });
  const { session } = (await call(host, 'POST', `/api/activities/${made.body.activity.id}/go-live`)).body;
  await host.goto(`/live/${session.id}`);
  await host.getByTestId('enter').click();
  await host.getByTestId('room').waitFor();
  return { host, session: session.id };
}

// What the host's camera sends, all layers, over five seconds.
async function leaving(host) {
  const bytes = () => host.evaluate(() => window.__lectern.sent().reduce((all, one) => all + one.bytesSent, 0));
  const before = await bytes();
  await pause(host, 6);
  return Math.round((((await bytes()) - before) * 8) / 6 / 1000);
}

async function lossy(browser, server, cable, session) {
  const page = await join(browser, server, session, '钱老师', phone);
  await moving(page, 'the picture moves');
  cable.loss(5);
  await pause(page, 2);
  figures.loss_5 = await stretch(page, 15);
  console.log(`line: 5 % lost each way: ${JSON.stringify(figures.loss_5)}`);
  await shoot(page, 'line-loss-phone');
  cable.loss(0);
  assert.ok(figures.loss_5.concealed < 0.03, `the sound goes on: ${figures.loss_5.concealed}`);
  assert.ok(figures.loss_5.frames > 100, 'the picture goes on');
  await page.context().close();
}

// The device has another address, and the old one is gone: websocket and media break together. The longest time without a new
// picture counts, and the time until the line is up again.
async function moves(browser, server, cable, session) {
  const times = Number(process.env.LINE_MOVES ?? 6);
  const kinds = {
    // Whoever only listens gave no leave for devices. Chromium then sends from wherever the system lets it.
    listening: [cable.move, { permissions: [] }],
    // With that leave it is bound to one address, and looks for new ones 2 s after a change.
    speaking: [cable.move, {}],
    wifi_to_mobile: [cable.change, {}],
  };
  figures.moves = {};
  for (const [kind, [move, given]] of Object.entries(kinds)) {
    const page = await join(browser, server, session, '孙老师', phone, given);
    await moving(page, 'the picture moves');
    const pauses = [];
    const returns = [];
    for (let n = 0; n < times; n += 1) {
      await pause(page, 4 + Math.random());
      const since = Date.now();
      move();
      await moving(page, `the picture moves after change ${n + 1}`, 30);
      const { longest, welcomed } = await page.evaluate((since) => window.__since(since), since);
      pauses.push(longest);
      if (welcomed !== null) returns.push(welcomed);
    }
    const peers = await page.evaluate(() => window.__peers.length);
    figures.moves[kind] = { pause_s: spread(pauses), line_s: spread(returns), peers };
    console.log(`line: ${kind}, ${times} changes of address: ${JSON.stringify(figures.moves[kind])}`);
    assert.equal(peers, 1, 'the same Peer all the time');
    await page.context().close();
  }
  const { listening, speaking, wifi_to_mobile: changed } = figures.moves;
  assert.ok(listening.pause_s.p50 < 2 && listening.pause_s.worst < 6, 'whoever listens hardly notices');
  assert.ok(speaking.pause_s.p50 < 3.5 && speaking.pause_s.worst < 8, 'whoever speaks waits for the browser to see the new address');
  assert.ok(changed.pause_s.p50 < 3.5 && changed.pause_s.worst < 8, 'another network is found');
}

function spread(all) {
  const sorted = [...all].sort((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? null;
  return { p50: at(0.5), p95: at(0.95), worst: sorted.at(-1) ?? null, count: sorted.length };
}

async function overTcp(browser, server, cable, session) {
  cable.blockUdp();
  const began = Date.now();
  const page = await join(browser, server, session, '李老师', phone);
  const joined = Date.now();
  await moving(page, 'the picture comes by TCP', 3);
  const { transport } = await look(page);
  figures.tcp = { from_entering_s: (Date.now() - joined) / 1000, from_opening_s: (Date.now() - began) / 1000, transport };
  figures.tcp.flow = await stretch(page, 5);
  console.log(`line: UDP blocked: ${JSON.stringify(figures.tcp)}`);
  assert.equal(figures.tcp.transport, 'tcp');
  await shoot(page, 'line-tcp-phone');
  cable.unblock();
  await page.context().close();
}
