// A Lectern server of the test's own: a fresh folder, free ports, the demo world; ended by its pid.

import { spawn, execFileSync } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '../..');
const binary = process.env.LECTERN_BINARY ?? path.join(root, 'target/debug/lectern');

// Below the ephemeral range, so that no client socket can take it meanwhile.
async function freePort(udp) {
  for (;;) {
    const port = 20000 + Math.floor(Math.random() * 12000);
    const free = await new Promise((resolve) => {
      if (udp) {
        const socket = createSocket('udp4');
        socket.once('error', () => resolve(false));
        socket.bind(port, () => socket.close(() => resolve(true)));
      } else {
        const server = createServer();
        server.once('error', () => resolve(false));
        server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
      }
    });
    if (free) return port;
  }
}

// Its wall clock can be put ahead at a start.
function clock(folder) {
  const library = path.join(folder, 'clock.so');
  execFileSync('cc', ['-shared', '-fPIC', '-O1', '-Wall', '-o', library, path.join(import.meta.dirname, 'clock.c'), '-ldl']);
  return library;
}

export async function startServer({ broadcast = false, calendar = false, cable: lay = () => null, options: more = [] } = {}) {
  const cable = lay();
  const folder = mkdtempSync(path.join(tmpdir(), 'lectern-browser-'));
  const [http, https, media] = [await freePort(), await freePort(), await freePort(true)];
  const options = ['--data-dir', path.join(folder, 'data'), '--http-listen', `127.0.0.1:${http}`, '--https-listen', `0.0.0.0:${https}`];
  const log = path.join(folder, 'server.log');
  const url = `http://127.0.0.1:${http}`;
  const ahead = calendar ? clock(folder) : null;
  let child;

  async function start(days = 0) {
    const out = openSync(log, 'a');
    const demo = ['--demo', '--demo-broadcast', broadcast ? 'on' : 'off'];
    child = spawn(binary, ['serve', ...options, '--media-port', `${media}`, '--media-shards', '1', ...demo, ...more], {
      stdio: ['ignore', out, out],
      env: ahead ? { ...process.env, LD_PRELOAD: ahead, LECTERN_TEST_DAYS: `${days}` } : process.env,
    });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.ended = ended;
    for (let attempt = 0; attempt < 200; attempt += 1) {
      const ready = await fetch(`${url}/readyz`).then((r) => r.ok, () => false);
      if (ready) return;
      if (child.exitCode !== null) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`the server did not start:\n${readFileSync(log, 'utf8')}`);
  }

  async function stop(signal = 'SIGTERM') {
    if (child.exitCode === null) {
      process.kill(child.pid, signal);
      await child.ended;
    }
  }

  await start();
  return {
    url,
    cable,
    lan: `https://${cable?.server ?? '127.0.0.1'}:${https}`,
    log: () => readFileSync(log, 'utf8'),
    kill: () => stop('SIGKILL'),
    start,
    token: (session, purpose, name = purpose) =>
      execFileSync(binary, ['token', '--session', session, `--${purpose}`, '--name', name, '--ttl', '1h', '--data-dir', path.join(folder, 'data')], {
        encoding: 'utf8',
      }).match(/lct1\.\S+/)[0],
    async stop() {
      await stop();
      cable?.remove();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
