// The check page at the end of a line that is good, weak, and without UDP: what it says is what was laid.

import assert from 'node:assert/strict';
import { desk, executable, launch, person, phone, shots } from './browser.mjs';
import { lay } from './line.mjs';
import path from 'node:path';

export async function check(_browser, server) {
  const cable = server.cable;
  if (!cable) {
    console.log('check: not run, this system lays no network namespaces');
    return;
  }
  const browser = await launch(cable.browserInside(executable));
  try {
    const page = await person(browser, server.lan);
    await page.addInitScript(() => {
      Object.defineProperty(navigator, 'clipboard', { value: { writeText: async (text) => { window.__copied = text; } } });
    });
    const good = await checked(page, 'good');
    assert.equal(good.verdict, 'ok');
    // A machine with other things to do may make the line look like one with a queue.
    assert.match(good.text, /UDP）：通，能看 (720|360)p，下行.*比特\/秒.*丢包 0\.\d %/);
    assert.match(good.text, /TCP）：通，能看 (720|360)p/);

    cable.rate(300);
    cable.loss(3);
    const weak = await checked(page, 'weak');
    assert.equal(weak.verdict, 'warn');
    const [, kbps, lost] = weak.text.match(/UDP）：通，只能看小画面，下行约 (\d+) 千比特\/秒，.*丢包 (\d+(?:\.\d+)?) %/) ?? assert.fail(weak.text);
    assert.ok(kbps > 200 && kbps < 345, `${kbps} of 300 kbit/s`);
    // Lost on the way there; what is lost on the way back is only feedback.
    assert.ok(lost > 0.5 && lost < 9, `${lost} % of 3 %`);
    assert.match(weak.text, /请/);

    cable.free();
    cable.blockUdp();
    const blocked = await checked(page, 'no-udp');
    assert.equal(blocked.verdict, 'ok');
    assert.match(blocked.text, /请网管开放 UDP 端口 \d+/);
    assert.match(blocked.text, /✗ 音视频首选通道（UDP）：不通/);
    assert.match(blocked.text, /TCP）：通，能看 (720|360)p/);
    cable.unblock();
    assert.deepEqual(page.complaints, []);
  } finally {
    await browser.close();
  }
}

// The line is laid before the server starts, so that the server tells of its address.
check.server = { cable: lay };

async function checked(page, name) {
  const began = Date.now();
  await page.goto('/check');
  const verdict = page.getByTestId('verdict');
  await verdict.waitFor({ timeout: 90_000 }).catch(async () => assert.fail(`${name} stands at ${await page.locator('body').innerText()}`));
  const seconds = Math.round((Date.now() - began) / 1000);
  for (const [size, viewport] of Object.entries({ desk, phone })) {
    await page.setViewportSize(viewport);
    await page.waitForFunction(() => document.documentElement.scrollWidth <= innerWidth, null, { polling: 100, timeout: 5_000 })
      .catch(() => assert.fail(`${name} on a ${size} scrolls sideways`));
    await page.screenshot({ path: path.join(shots, `check-${name}-${size}.png`), fullPage: true });
  }
  await page.setViewportSize(desk);
  await page.getByTestId('copy-report').click();
  const text = await page.evaluate(() => window.__copied);
  console.log(`check ${name}, ${seconds} s:\n${text}\n`);
  return { verdict: await verdict.getAttribute('data-mark'), text };
}
