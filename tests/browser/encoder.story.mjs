// An encoder that shares no code with us (aiortc) publishes over WHIP; a teacher watches it in Chromium.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { call, person, shoot, signIn } from './browser.mjs';
import { root } from './server.mjs';
import { until } from './broadcast.story.mjs';

export async function encoder(browser, server) {
  const host = await person(browser, server.url);
  await signIn(host, 'zhouwenlan');
  const studio = (await call(host, 'GET', '/api/me')).body.memberships.find((one) => one.role === 'host').studio.id;
  const stamp = (minutes) => new Date(Date.now() + minutes * 60_000).toISOString();
  const made = await call(host, 'POST', `/api/studios/${studio}/activities`, {
    title: '用推流软件开播', kind: 'lecture', mode: 'online', level: 'county',
    planned_start: stamp(0), planned_end: stamp(60), guests_allowed: true,
  });
  const session = (await call(host, 'POST', `/api/activities/${made.body.activity.id}/go-live`)).body.session.id;

  const python = path.join(root, '.cache/interop/bin/python');
  const publisher = spawn(python, [path.join(root, 'tests/interop/whip.py'), `${server.url}/api/sessions/${session}/whip`, server.token(session, 'publish')]);
  let said = '';
  publisher.stderr.on('data', (bytes) => { said += bytes; });
  const ended = new Promise((resolve) => publisher.once('exit', resolve));
  try {
    await Promise.race([
      new Promise((resolve) => publisher.stdout.once('data', resolve)),
      ended.then(() => { throw new Error(`the encoder ended: ${said}`); }),
    ]);
    const viewer = await person(browser, server.url);
    await signIn(viewer, 'chenxiaomei');
    await viewer.goto(`/live/${session}`);
    await viewer.getByTestId('enter').click();
    await until(viewer, 'the encoder is seen', () => window.__lectern?.slots().some((one) => one.source === 'camera' && one.framesDecoded > 60 && one.frameHeight === 360));
    await until(viewer, 'the encoder is heard', () => window.__lectern?.slots().some((one) => one.source === 'microphone' && one.totalAudioEnergy > 0.05));
    await shoot(viewer, 'encoder-seen');
    publisher.stdin.end();
    assert.equal(await ended, 0, said);
    await until(viewer, 'the picture is taken away when the encoder says goodbye', () => !window.__lectern?.slots().some((one) => one.source === 'camera'));
    assert.deepEqual(viewer.complaints, []);
    await viewer.context().close();
  } finally {
    if (publisher.exitCode === null) publisher.kill();
  }
  await host.context().close();
}
