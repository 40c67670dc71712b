// A host cuts off the beginning of a recorded lesson and hides a part of it on the page; nobody else can fetch or see what is hidden.

import assert from 'node:assert/strict';
import { call, shoot } from './browser.mjs';

export const replayOf = async (page, resource, whole = '') => (await call(page, 'GET', `/api/resources/${resource}/replay${whole}`)).body;
const clock = (second) => `${Math.floor(second / 60)}:${String(second % 60).padStart(2, '0')}`;

// The segments of a rendition, with the seconds at which they begin and end; one behind a discontinuity is a joint.
export async function segments(page, master, rendition = 'video') {
  const text = (link) => page.evaluate((link) => fetch(link).then((answer) => answer.text()), link);
  const folder = master.replace(/[^/]+$/, `${rendition}/`);
  const lines = (await text(`${folder}index.m3u8`)).split('\n');
  let [at, joint] = [0, false];
  return lines.flatMap((line, n) => {
    if (line === '#EXT-X-DISCONTINUITY') joint = true;
    if (!line.endsWith('.m4s')) return [];
    const one = { name: line, link: folder + line, joint, from: at, to: at + Number.parseFloat(lines[n - 1].slice('#EXTINF:'.length)) };
    [at, joint] = [one.to, false];
    return [one];
  });
}

// What goes of each rendition: segments that a hidden part touches, and stretches between two joints of which another rendition has nothing left.
function leftOut(renditions, hidden) {
  const told = renditions.map((segments) => {
    let joints = 0;
    return segments.map((one) => {
      if (one.joint) joints += 1;
      const touched = hidden.some((part) => one.from < part.to && part.from < one.to);
      return { one, touched, stretch: joints + hidden.filter((part) => part.from < one.from).length };
    });
  });
  const stays = (stretch) => told.every((all) => all.some((other) => !other.touched && other.stretch === stretch));
  return told.map((all) => all.filter(({ touched, stretch }) => touched || !stays(stretch)).map(({ one }) => one));
}

// In the draft: the first second goes, and one in the middle; with each goes the whole segment.
export async function cut(host, resource) {
  const whole = await replayOf(host, resource, '?whole=true');
  const renditions = await Promise.all(['video', 'small', 'audio'].map((rendition) => segments(host, whole.hls_url, rendition)));
  const [pieces] = renditions;
  assert.ok(pieces.length >= 3, `${pieces.length} segments`);
  await host.goto(`/resources/${resource}/edit`);
  const editor = host.getByTestId('cuts');
  await editor.getByTestId('cut-from_ms').fill('没有');
  await editor.getByTestId('cut-from_ms').blur();
  await editor.getByTestId('cuts-trouble').waitFor();
  await editor.getByTestId('cut-from_ms').fill('0:01');
  await editor.getByTestId('cut-from_ms').blur();
  const second = Math.ceil(pieces[2].from + 0.1);
  assert.ok(second + 1 < pieces[2].to, JSON.stringify(pieces[2]));
  await editor.getByTestId('hide-from').fill(clock(second));
  await editor.getByTestId('hide-to').fill(clock(second + 1));
  await editor.getByTestId('hide-add').click();
  await editor.getByTestId('hidden-part').waitFor();
  await shoot(host, 'recording-editor');
  await editor.getByTestId('cuts-save').click();
  await editor.getByText('剪辑已保存').waitFor();
  const [gone] = leftOut(renditions, [{ from: 0, to: 1 }, { from: second, to: second + 1 }]);
  assert.ok([pieces[0], pieces[2]].every((one) => gone.includes(one)) && gone.length < pieces.length, JSON.stringify(gone));
  const left = pieces.filter((one) => !gone.includes(one));
  return { gone, left, ms: left.reduce((all, one) => all + one.to - one.from, 0) * 1000 };
}

// Once it is published: shorter, without the hidden segments, whichever link is tried.
export async function hidden(teacher, resource, { gone, left, ms }) {
  const replay = await replayOf(teacher, resource);
  assert.ok(Math.abs(replay.duration_ms - ms) < 50, `${replay.duration_ms} ms of ${ms}`);
  assert.deepEqual((await segments(teacher, replay.hls_url)).map((one) => one.name), left.map((one) => one.name));
  const folder = replay.hls_url.replace(/[^/]+$/, 'video/');
  const status = (link) => teacher.evaluate((link) => fetch(link).then((answer) => answer.status), link);
  for (const one of left) assert.equal(await status(folder + one.name), 200, one.name);
  for (const one of gone) assert.equal(await status(folder + one.name), 404, one.name);
  for (const name of ['video.mp4', 'poster.jpg', 'sprites.vtt', 'sprite-1.jpg', 'download']) {
    assert.equal(await status(replay.hls_url.replace('hls/master.m3u8', name)), 404, `${name} would show hidden moments`);
  }
}
