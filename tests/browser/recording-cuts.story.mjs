// A lesson with camera and screen behind a line that is cut for five seconds, and a page that is loaded anew: what was recorded becomes one
// film that plays to its end in a real browser; and everything that is served of it is what it says, to whoever has a link and nobody else.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { call, desk, executable, launch, person, shoot, signIn, state } from './browser.mjs';
import { until } from './broadcast.story.mjs';
import { lay } from './line.mjs';
import { bytes, facts, finished, goLive } from './recording.story.mjs';

export async function recordingCuts(outside, server) {
  const cable = server.cable;
  if (!cable) console.log('recordingCuts: the line is not cut, this system lays no network namespaces');
  const browser = cable ? await launch(cable.browserInside(executable)) : outside;
  let activity;
  try {
    const host = await person(browser, cable ? server.lan : server.url, desk, { colorScheme: 'light' });
    await signIn(host, 'zhouwenlan');
    const live = await goLive(host);
    activity = live.activity;
    await share(host);
    let written = await bytes(host, 200_000);
    await host.reload();
    await host.getByTestId('enter').click();
    await host.getByTestId('room').waitFor();
    await share(host);
    written = await bytes(host, written + 200_000);
    if (cable) {
      cable.cutOff();
      await new Promise((resolve) => setTimeout(resolve, 5_000));
      cable.unblock();
    }
    await bytes(host, written + 300_000);
    await shoot(host, 'recording-cuts-host');
    await call(host, 'POST', `/api/sessions/${live.session}/end`);
  } catch (error) {
    for (const page of browser.contexts().flatMap((context) => context.pages())) console.error(`page ${await state(page)}`);
    throw error;
  } finally {
    if (cable) await browser.close();
  }
  const host = await person(outside, server.url, desk, { colorScheme: 'light' });
  await signIn(host, 'zhouwenlan');
  const resource = await finished(host, activity);
  const published = await call(host, 'POST', `/api/resources/${resource}/publish`, { visibility: 'studio' });
  assert.equal(published.status, 200, JSON.stringify(published.body));
  const teacher = await person(outside, server.url, desk, { colorScheme: 'light' });
  await signIn(teacher, 'chenxiaomei');
  await watch(teacher, resource);
  const { body } = await call(host, 'GET', `/api/resources/${resource}/replay`);
  const folder = mkdtempSync(path.join(tmpdir(), 'lectern-artefacts-'));
  try {
    await artefacts(server, body, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  await ranges(server, body.mp4_url);
  const theirs = (await call(teacher, 'GET', `/api/resources/${resource}/replay`)).body;
  await refusals(server, resource, body, theirs);
  for (const page of [host, teacher]) {
    assert.deepEqual(page.complaints, []);
    await page.context().close();
  }
}
// The line is laid before the server starts, so that the server tells of its address; its clock is put ahead at the end.
recordingCuts.server = { calendar: true, cable: lay };

async function share(host) {
  const leaves = (source) => until(host, `${source} leaves the host`, (source) => window.__lectern?.sent().some((one) => one.source === source && one.framesEncoded > 10), source);
  await leaves('camera');
  await host.getByTestId('screen').click();
  await leaves('screen');
}

// To the very end at double speed, with new pictures all the way.
async function watch(teacher, resource) {
  await teacher.goto(`/resources/${resource}?t=0`);
  await teacher.getByTestId('play').click();
  await teacher.waitForFunction(() => document.querySelector('video').currentTime > 2, null, { timeout: 30_000 });
  // What a weak line would get.
  await teacher.getByTestId('quality').selectOption({ label: '流畅 360p' });
  await teacher.waitForFunction(() => document.querySelector('video').videoHeight === 360, null, { timeout: 30_000 });
  for (let step = 0; step < 4; step += 1) await teacher.keyboard.press('>');
  await shoot(teacher, 'recording-cuts-replay');
  let last = await facts(teacher);
  const { at: from, length } = last;
  for (const share of [0.25, 0.5, 0.75]) {
    await teacher.waitForFunction((at) => document.querySelector('video').currentTime > at, from + (length - from) * share, { timeout: 60_000 });
    const now = await facts(teacher);
    assert.ok(now.at > last.at && now.frames > last.frames, `${JSON.stringify(last)} → ${JSON.stringify(now)}`);
    last = now;
  }
  await teacher.waitForFunction(() => document.querySelector('video').ended, null, { timeout: 60_000 });
  const end = await facts(teacher);
  assert.ok(end.at > length - 0.5 && end.frames > last.frames, JSON.stringify(end));
  const told = (await call(teacher, 'GET', `/api/resources/${resource}/replay`)).body.duration_ms / 1000;
  assert.ok(Math.abs(length - told) < 0.5, `${length} s, told ${told} s`);
}

// ---- what is served ----

async function fetched(server, link) {
  const answer = await fetch(server.url + link);
  assert.equal(answer.status, 200, link);
  return Buffer.from(await answer.arrayBuffer());
}

const probe = (file) => JSON.parse(execFileSync('ffprobe', ['-v', 'error', '-show_format', '-show_streams', '-of', 'json', file], { encoding: 'utf8' }));
// Throws when anything of it cannot be decoded.
function decodes(file) {
  const said = execFileSync('ffmpeg', ['-nostdin', '-v', 'error', '-xerror', '-i', file, '-f', 'null', '-'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  assert.equal(said, '');
}
const near = (found, told, most, what) => assert.ok(Math.abs(Number(found) - told) < most, `${what}: ${found} for ${told}`);

async function artefacts(server, replay, folder) {
  const told = replay.duration_ms / 1000;
  const keep = async (link, name) => {
    const file = path.join(folder, name);
    const data = await fetched(server, link);
    writeFileSync(file, data);
    return { file, data };
  };
  const mp4 = await keep(replay.mp4_url, 'video.mp4');
  assert.ok(mp4.data.indexOf('moov') < mp4.data.indexOf('mdat'), 'the index stands before the media');
  const { format, streams } = probe(mp4.file);
  near(format.duration, told, 0.1, 'video.mp4');
  const video = streams.find((one) => one.codec_type === 'video');
  const sound = streams.find((one) => one.codec_type === 'audio');
  assert.deepEqual([video.codec_name, video.width, video.height, video.pix_fmt], ['h264', 1280, 720, 'yuv420p']);
  assert.deepEqual([sound.codec_name, sound.profile, sound.sample_rate, sound.channels], ['aac', 'LC', '48000', 2]);
  for (const one of [video, sound]) near(one.duration, told, 0.15, one.codec_type);
  decodes(mp4.file);

  const beside = (link, name) => new URL(name, `http://host${link}`).pathname;
  const master = `${await fetched(server, replay.hls_url)}`;
  const [, codecs] = master.match(/CODECS="([^"]+)"/);
  assert.match(codecs, /^avc1\.[0-9a-f]{6},mp4a\.40\.2$/i);
  const renditions = [...master.matchAll(/^(?!#)(\S+\.m3u8)$|URI="([^"]+)"/gm)].map((found) => found[1] ?? found[2]);
  assert.deepEqual(renditions, ['audio/index.m3u8', 'video/index.m3u8', 'small/index.m3u8']);
  for (const [number, name] of renditions.entries()) {
    const link = beside(replay.hls_url, name);
    const lines = `${await fetched(server, link)}`.split('\n');
    assert.ok(lines.includes('#EXT-X-PLAYLIST-TYPE:VOD') && lines.includes('#EXT-X-ENDLIST'));
    const target = Number(lines.find((line) => line.startsWith('#EXT-X-TARGETDURATION:')).split(':')[1]);
    const lengths = lines.filter((line) => line.startsWith('#EXTINF:')).map((line) => Number.parseFloat(line.slice(8)));
    assert.ok(lengths.every((one) => Math.round(one) <= target), `${name}: ${lengths} of ${target}`);
    near(lengths.reduce((all, one) => all + one, 0), told, 0.15, name);
    // What a player puts together: a beginning, and the segments behind it.
    const pieces = lines.map((line) => line.match(/URI="([^"]+)"/)?.[1] ?? (line.endsWith('.m4s') ? line : null)).filter(Boolean);
    assert.equal(pieces.length, lengths.length + 1);
    const data = [];
    for (const piece of pieces) data.push(await fetched(server, beside(link, piece)));
    const file = path.join(folder, `rendition-${number}.mp4`);
    writeFileSync(file, Buffer.concat(data));
    const [stream] = probe(file).streams;
    assert.ok(['h264', 'aac'].includes(stream.codec_name), stream.codec_name);
    decodes(file);
  }

  const poster = await keep(replay.resource.poster_url, 'poster.jpg');
  const [picture] = probe(poster.file).streams;
  assert.deepEqual([picture.codec_name, picture.width, picture.height], ['mjpeg', 1280, 720]);
  const cues = `${await fetched(server, replay.sprites_url)}`;
  assert.match(cues, /^WEBVTT/);
  const sheets = new Set([...cues.matchAll(/^(\S+\.jpg)#xywh=\d+,\d+,160,90$/gm)].map((found) => found[1]));
  assert.ok(sheets.size > 0 && cues.split('-->').length - 1 >= Math.floor(told / 10), cues);
  for (const name of sheets) {
    const sheet = await keep(beside(replay.sprites_url, name), name);
    const [stream] = probe(sheet.file).streams;
    assert.ok(stream.codec_name === 'mjpeg' && stream.width % 160 === 0 && stream.height % 90 === 0, `${stream.width}×${stream.height}`);
  }
}

async function ranges(server, link) {
  const whole = await fetched(server, link);
  const asked = (range) => fetch(server.url + link, { headers: { range } });
  const part = await asked('bytes=100-299');
  assert.equal(part.status, 206);
  assert.equal(part.headers.get('content-range'), `bytes 100-299/${whole.length}`);
  assert.ok(Buffer.from(await part.arrayBuffer()).equals(whole.subarray(100, 300)));
  const tail = await asked('bytes=-10');
  assert.equal(tail.headers.get('content-range'), `bytes ${whole.length - 10}-${whole.length - 1}/${whole.length}`);
  const beyond = await asked(`bytes=${whole.length}-`);
  assert.deepEqual([beyond.status, beyond.headers.get('content-range')], [416, `bytes */${whole.length}`]);
}

// As it stands, with all its dots: clients that ask by URL take them away.
const raw = (server, place) =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(server.url);
    get({ hostname, port, path: place }, (answer) => {
      let text = '';
      answer.on('data', (data) => { text += data; });
      answer.on('end', () => resolve({ status: answer.statusCode, text }));
    }).on('error', reject);
  });

async function refusals(server, resource, mine, theirs) {
  const pass = theirs.hls_url.split('/')[2];
  const status = (link) => fetch(server.url + link).then((answer) => answer.status);
  assert.equal(await status(theirs.hls_url), 200);
  assert.equal(theirs.mp4_url, null, 'who may not download gets no link');
  assert.equal(await status(mine.mp4_url.replace(mine.mp4_url.split('/')[2], pass)), 404, 'and none can be made of another');
  for (const other of [`${pass.slice(0, -2)}${pass.endsWith('AA') ? 'BB' : 'AA'}`, pass.slice(0, -1), 'lcm1.x.y', 'x']) {
    assert.equal(await status(theirs.hls_url.replace(pass, other)), 403, other);
  }
  const climbs = ['../../../lectern.db', '..%2f..%2f..%2flectern.db', '%2e%2e/%2e%2e/%2e%2e/lectern.db', '%2e%2e%2f%2e%2e%2fsecret.key', '/etc/passwd', '%2fetc%2fpasswd', 'hls/../../../../secret.key', '..\\..\\lectern.db', 'frames/../video.mp4'];
  for (const climb of climbs) {
    const { status: code, text } = await raw(server, `/media/${pass}/${resource}/${climb}`);
    assert.ok([400, 403, 404].includes(code) && !/SQLite|root:/.test(text), `${climb}: ${code}`);
  }
  // Links end within half a day.
  await server.kill();
  await server.start(1);
  for (const link of [theirs.hls_url, mine.mp4_url, mine.sprites_url]) assert.equal(await status(link), 410, link);
}
