// A year is settled: the office freezes it, publishes it, answers a host's objection, makes it final and gives certificates,
// one of which is opened, verified and revoked. The server is killed between the stages, and its calendar goes on.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { call, desk, person, phone, shoot, signIn } from './browser.mjs';

const DAY = 86_400_000;

export async function year(browser, server) {
  const open = () => person(browser, server.url, desk, { colorScheme: 'light', acceptDownloads: true });
  const today = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);
  const settled = Number(today.slice(0, 4));
  const january = Math.round((Date.parse(`${settled + 1}-01-05T00:00:00Z`) - Date.parse(`${today}T00:00:00Z`)) / DAY);
  const pages = [];
  const as = async (name) => {
    const page = await open();
    pages.push(page);
    await signIn(page, name);
    return page;
  };
  const later = async (days) => {
    await server.kill();
    await server.start(january + days);
  };

  await later(0);
  let office = await as('songyaqin');
  const url = await freezing(office, settled);
  await later(1);
  office = await as('songyaqin');
  const id = await publishing(office, url);
  const nobody = await open();
  pages.push(nobody);
  await reading(nobody, id);
  const host = await as('zhouwenlan');
  await objecting(host, settled);
  await opening(host, url, settled);
  office = await as('songyaqin');
  await recounting(office, url);
  await beforeAndAfter(host, url, settled);
  await objecting(host, settled);
  await later(8);
  office = await as('songyaqin');
  await answering(office, url);
  const code = await settling(office, url);
  await verifying(nobody, code, /是从这里发出的/);
  await office.getByTestId('certificate-revoke').first().click();
  await office.getByTestId('word-text').fill('佐证材料重复，重新核发。');
  await office.getByTestId('word-send').click();
  await office.getByTestId('certificate-state').first().filter({ hasText: '已撤销' }).waitFor();
  await verifying(nobody, code, /已经撤销/);
  await both(nobody, 'year-verify');
  await ended(nobody, id);
  for (const page of pages) {
    assert.deepEqual(page.complaints, []);
    await page.context().close();
  }
}
year.server = { calendar: true };

async function both(page, name) {
  for (const [size, viewport] of Object.entries({ desk, phone })) {
    await page.setViewportSize(viewport);
    await page.waitForFunction(() => document.documentElement.scrollWidth <= innerWidth, null, { polling: 100, timeout: 5_000 })
      .catch(() => assert.fail(`${name}-${size} scrolls sideways`));
    await shoot(page, `${name}-${size}`);
  }
  await page.setViewportSize(desk);
}

async function freezing(page, settled) {
  await page.goto('/office');
  await page.getByTestId('open-year-ends').click();
  await page.getByTestId('candidate').first().waitFor();
  await both(page, 'year-ends');
  await page.getByTestId(`freeze-${settled}`).first().click();
  await page.getByTestId('confirm').click();
  await page.getByTestId('year-end').waitFor();
  const rows = await page.getByTestId('result-row').count();
  assert.ok(rows >= 2, `a list of Studios: ${rows}`);
  assert.equal(await page.getByTestId('stage').first().innerText(), '已冻结');
  await both(page, 'year-frozen');
  return new URL(page.url()).pathname;
}

async function publishing(page, url) {
  await page.goto(url);
  await page.getByTestId('publish').click();
  await page.getByTestId('publish-until').fill(await page.getByTestId('publish-until').getAttribute('min'));
  await both(page, 'year-publish');
  await page.getByTestId('publish-send').click();
  await page.getByTestId('stage').first().filter({ hasText: '公示中' }).waitFor();
  const early = await call(page, 'POST', `/api${url}/final`, {});
  assert.equal(early.body.code, 'publication_goes_on');
  return url.split('/').at(-1);
}

// Not signed in: names, grades and ranks, and nothing else.
async function reading(page, id) {
  await page.goto('/publications');
  await page.getByTestId('publications').getByRole('link').first().click();
  await page.getByTestId('publication').waitFor();
  assert.ok(page.url().endsWith(id), page.url());
  assert.match(await page.getByTestId('publication').innerText(), /周文澜/);
  assert.doesNotMatch(await page.getByTestId('publication').innerText(), /\d 分/);
  await both(page, 'year-public');
}

async function objecting(page, settled) {
  const studio = (await call(page, 'GET', '/api/me')).body.memberships.find((one) => one.role === 'host').studio.id;
  await page.goto(`/studios/${studio}/scorecard?year=${settled}`);
  await page.getByTestId('object').click();
  await page.getByTestId('ask-send').click();
  await page.getByTestId('field-error').first().waitFor();
  await page.getByTestId('ask-reason').fill('12 月 18 日的研修没有计入，出席报告见附件。');
  await both(page, 'year-object');
  await page.getByTestId('ask-send').click();
  await page.getByTestId('objection-state').filter({ hasText: '等待答复' }).waitFor();
  assert.equal(await page.getByTestId('object').count(), 0, 'one at a time');
  await both(page, 'year-host');
}

// The points of the list open to the Scorecard as it was frozen, and that to the grounds of each number and to the one of today.
async function opening(page, url, settled) {
  await page.goto(url);
  const points = page.locator('.own').getByTestId('open-frozen-points');
  const told = (await points.innerText()).split(' ')[0];
  assert.equal(await page.getByTestId('open-frozen').count(), 1, 'of the own Studio alone');
  await points.click();
  await page.getByTestId('frozen-scorecard').waitFor();
  assert.match(await page.getByTestId('frozen-note').innerText(), new RegExp(`年度冻结的考核表，冻结于${settled + 1}年1月5日`));
  for (const testid of ['todo', 'what-if', 'add-evidence', 'review-evidence', 'choose', 'scorecard-year']) assert.equal(await page.getByTestId(testid).count(), 0, testid);
  await page.getByTestId('open-points').click();
  assert.match(await page.getByTestId('points-table').locator('tfoot').innerText(), new RegExp(told.replace('.', '\\.')));
  await both(page, 'year-frozen-points');
  await page.getByTestId('open-points').click();
  await page.getByTestId('band-cell').first().click();
  await page.getByTestId('criterion-detail').getByTestId('ground').first().waitFor();
  await both(page, 'year-frozen-scorecard');
  const frozen = page.url();
  await page.getByTestId('open-current').click();
  await page.getByTestId('scorecard').waitFor();
  await page.getByTestId('open-frozen').first().click();
  await page.getByTestId('frozen-scorecard').waitFor();
  assert.equal(page.url().split('#')[0], frozen.split('#')[0]);
}

async function recounting(page, url) {
  await page.goto(url);
  await page.getByTestId('answer').click();
  await page.locator('[data-testid="answer-way-recomputed"]').check({ force: true });
  await page.getByTestId('answer-reason').fill('签到表已核对，按现在的数据重新核算。');
  await page.getByTestId('answer-send').click();
  await page.getByTestId('objection-state').filter({ hasText: '已重新核算' }).waitFor();
}

// What was counted anew is what the points open to since; the Scorecard as it was frozen stays beside it.
async function beforeAndAfter(page, url, settled) {
  await page.goto(url);
  await page.locator('.own').getByTestId('open-frozen-points').click();
  const note = page.getByTestId('frozen-note');
  await note.filter({ hasText: '按异议答复重新核算的考核表' }).waitFor();
  assert.match(await note.innerText(), new RegExp(`宋雅琴 ${settled + 1}年1月6日答复`));
  await both(page, 'year-counted-anew');
  await page.getByTestId('open-before').click();
  await note.filter({ hasText: `年度冻结的考核表，冻结于${settled + 1}年1月5日` }).waitFor();
  await page.getByTestId('open-stands').click();
  await page.getByTestId('open-before').waitFor();
}

async function answering(page, url) {
  await page.goto(url);
  assert.match(await page.getByTestId('next').innerText(), /还有 1 件异议/);
  assert.equal(await page.getByTestId('settle').count(), 0, 'nothing is final while an objection is open');
  await page.getByTestId('answer').click();
  await page.locator('[data-testid="answer-way-graded"]').check({ force: true });
  await page.getByTestId('answer-send').click();
  await page.getByTestId('field-error').first().waitFor();
  await page.getByTestId('answer-grade').selectOption({ label: '合格' });
  await page.getByTestId('answer-reason').fill('已核对签到表，研修计入后全部达标。');
  await both(page, 'year-answer');
  await page.getByTestId('answer-send').click();
  await page.getByTestId('objection-state').filter({ hasText: '已改定等次' }).waitFor();
}

async function settling(page, url) {
  await page.getByTestId('settle').click();
  await page.getByTestId('confirm').click();
  await page.getByTestId('stage').first().filter({ hasText: '最终结果' }).waitFor();
  await page.getByTestId('certify').click();
  await page.getByTestId('confirm').click();
  const certificate = page.getByTestId('certificate').first();
  await certificate.waitFor();
  await both(page, 'year-final');
  const told = (await call(page, 'GET', `/api${url}`)).body;
  assert.ok(told.certificates.some((one) => one.kind === 'credits'), 'the host and the core members have their credits');
  const [download] = await Promise.all([page.waitForEvent('download'), certificate.getByTestId('certificate-print').click()]);
  const text = execFileSync('pdftotext', ['-layout', await download.path(), '-'], { encoding: 'utf8' });
  for (const part of ['考核证书', told.certificates[0].studio.name.slice(0, 6), told.certificates[0].number]) assert.ok(text.includes(part), `${part} in ${text}`);
  const [book] = await Promise.all([page.waitForEvent('download'), page.getByTestId('print-all-credits').click()]);
  const credits = told.certificates.filter((one) => one.kind === 'credits');
  const pages = execFileSync('pdfinfo', [await book.path()], { encoding: 'utf8' });
  assert.match(pages, new RegExp(`Pages:\\s+${credits.length}\n`));
  await page.getByTestId('export').click();
  const [annual] = await Promise.all([page.waitForEvent('download'), page.getByTestId('export-pdf').click()]);
  assert.ok(execFileSync('pdftotext', ['-layout', await annual.path(), '-'], { encoding: 'utf8' }).includes('年度考核报告'));
  return /核对编号\s+(\S+)/.exec(text)[1];
}

async function verifying(page, code, seal) {
  await page.goto(`/verify/${code.replaceAll('-', '')}`);
  await page.getByTestId('verified').waitFor();
  assert.match(await page.getByTestId('verify-seal').innerText(), seal);
}

async function ended(page, id) {
  await page.goto(`/publications/${id}`);
  await page.getByTestId('publication-state').filter({ hasText: '定为最终结果' }).waitFor();
}
