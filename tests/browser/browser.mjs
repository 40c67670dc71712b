// Headless Chromium as the tests use it: fake camera and microphone, Chinese, two screen sizes.

import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';

export const desk = { width: 1440, height: 900 };
export const phone = { width: 390, height: 844 };
export const shots = path.join(import.meta.dirname, 'shots');
mkdirSync(shots, { recursive: true });

export const executable = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (candidate) => candidate && existsSync(candidate),
);

export function launch(executablePath = executable) {
  if (!executablePath) throw new Error('no Chromium found: install it or set CHROMIUM to its path');
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync', '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream',
      '--auto-select-desktop-capture-source=Entire screen', '--autoplay-policy=no-user-gesture-required',
      '--disable-backgrounding-occluded-windows', '--disable-renderer-backgrounding', '--disable-background-timer-throttling',
    ],
  });
}

// A page of its own person: nothing is shared with other pages. Errors of the page fail the test at the end.
export async function person(browser, base, viewport = desk, extra = {}) {
  const context = await browser.newContext({
    baseURL: base, viewport, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', ignoreHTTPSErrors: true,
    permissions: ['camera', 'microphone'], ...extra,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  // A busy disk holds back whatever waits for a commit.
  page.setDefaultNavigationTimeout(60_000);
  // Seen rarely: a page of which nothing came. People load it again; so does a story, and says so with what was on its way.
  const goto = page.goto.bind(page);
  page.goto = async (...args) => {
    const answer = await goto(...args);
    const shown = () => !document.querySelector('#app') || document.querySelector('#app > :not(.skip):not(.opening)') !== null;
    await page.waitForFunction(shown, null, { timeout: 10_000 }).catch(async () => {
      console.log(`nothing of ${args[0]} came for 10 s, loaded again: ${await state(page)}`);
      return page.reload().catch(() => undefined);
    });
    return answer;
  };
  page.unanswered = new Map();
  page.on('request', (request) => page.unanswered.set(request, Date.now()));
  for (const end of ['requestfinished', 'requestfailed']) page.on(end, (request) => page.unanswered.delete(request));
  page.on('requestfailed', (request) => {
    const why = request.failure()?.errorText;
    if (why !== 'net::ERR_ABORTED') console.log(`${request.method()} ${request.url()}: ${why}`);
  });
  page.complaints = [];
  page.on('pageerror', (error) => page.complaints.push(`${error}`));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) page.complaints.push(message.text());
  });
  return page;
}

// What a page shows and waits for, for whoever has to find out why a story failed.
export async function state(page) {
  const waits = [...page.unanswered ?? []].map(([request, since]) => `${request.method()} ${request.url()} for ${Date.now() - since} ms`);
  const text = await Promise.race([
    page.locator('body').innerText().catch((error) => `${error}`),
    new Promise((resolve) => setTimeout(resolve, 3_000, 'the page answers nothing')),
  ]);
  return `${page.url()}\n  waits for: ${waits.join(', ') || 'nothing'}\n  shows: ${text.replaceAll('\n', ' | ').slice(0, 400)}`;
}

export async function signIn(page, account, password = 'lectern-demo') {
  await page.goto('/sign-in');
  await page.getByTestId('account-name').fill(account);
  await page.getByTestId('password').fill(password);
  await page.getByTestId('sign-in').click();
  // Browsers give up what is on its way when a network comes or goes beside them. People press once more.
  page.getByText('连不上服务器').waitFor({ timeout: 10_000 }).then(() => page.getByTestId('sign-in').click()).catch(() => undefined);
  const late = setTimeout(() => void state(page).then((told) => console.log(`signed in, and 10 s later: ${told}`)), 10_000);
  await page.waitForURL((url) => !url.pathname.startsWith('/sign-in')).finally(() => clearTimeout(late));
}

// From now on there is no Media Source on its pages, as on an old iPhone: a browser that plays HLS by itself does that. Older ones do not.
export async function withoutMediaSource(page) {
  await page.addInitScript(() => {
    for (const name of ['MediaSource', 'ManagedMediaSource', 'WebKitMediaSource']) delete window[name];
  });
  return page.evaluate(() => document.createElement('video').canPlayType('application/vnd.apple.mpegurl') !== '');
}

// Calls the API with the page's own login.
export async function call(page, method, route, body) {
  return page.evaluate(
    async ({ method, route, body }) => {
      const csrf = document.cookie.match(/lectern_csrf=([^;]+)/)?.[1] ?? '';
      const answer = await fetch(route, {
        method,
        headers: { 'content-type': 'application/json', 'x-csrf-token': decodeURIComponent(csrf) },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
      const text = await answer.text();
      return { status: answer.status, body: text ? JSON.parse(text) : null };
    },
    { method, route, body },
  );
}

export async function shoot(page, name) {
  await page.screenshot({ path: path.join(shots, `${name}.png`) });
}
