// A year computes itself: the host follows a number down to an Activity's report and hands in Evidence, the office looks over
// its Studios, accepts it, and the Criterion changes; somebody who has no business there is refused.

import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { call, desk, person, phone, shoot, signIn } from './browser.mjs';

const CASE = 'S1-13';

export async function scorecard(browser, server) {
  const open = (colorScheme = 'light') => person(browser, server.url, desk, { colorScheme });
  const host = await open();
  await signIn(host, 'zhouwenlan');
  const studio = (await call(host, 'GET', '/api/me')).body.memberships.find((one) => one.role === 'host').studio.id;
  await following(host, studio);
  await opening(host, studio);
  await points(host, studio);
  const core = await open();
  await signIn(core, 'linyutong');
  await opening(core, studio);
  await planning(host, studio);
  await handingIn(host, studio);
  const office = await open();
  await signIn(office, 'songyaqin');
  await overlooking(office, studio);
  await deciding(office, studio);
  await levelling(office, studio);
  await vetoing(office);
  await closing(office);
  await host.goto(`/studios/${studio}/scorecard`);
  await row(host, CASE, 'met').waitFor();
  const teacher = await open('dark');
  await signIn(teacher, 'chenxiaomei');
  await refused(teacher, studio);
  const late = await open('dark');
  await signIn(late, 'zhouwenlan');
  await late.goto(`/studios/${studio}/scorecard`);
  await late.getByTestId('scorecard').waitFor();
  await shoot(late, 'scorecard-dark');
  for (const page of [host, core, office, teacher, late]) {
    assert.deepEqual(page.complaints, []);
    await page.context().close();
  }
}

const row = (page, id, state) => page.locator(`[data-criterion="${id}"]${state ? `[data-state="${state}"]` : ''}`);
const view = async (page, studio) => (await call(page, 'GET', `/api/studios/${studio}/scorecard`)).body;
const criterion = (told, id) => told.sections.flatMap((section) => section.criteria).find((one) => one.id === id);

async function both(page, name) {
  for (const [size, viewport] of Object.entries({ desk, phone })) {
    await page.setViewportSize(viewport);
    await page.waitForFunction(() => document.documentElement.scrollWidth <= innerWidth, null, { polling: 100, timeout: 5_000 })
      .catch(() => assert.fail(`${name}-${size} scrolls sideways`));
    await shoot(page, `${name}-${size}`);
  }
  await page.setViewportSize(desk);
}

// From the Studio to the scorecard, from a cell to its row, from the row to the people of one Activity.
async function following(page, studio) {
  await page.goto(`/studios/${studio}`);
  await page.getByTestId('open-scorecard').click();
  await page.getByTestId('scorecard').waitFor();
  const told = await view(page, studio);
  assert.equal(await page.getByTestId('result').innerText(), told.result.sentence);
  assert.equal(await page.getByTestId('band-cell').count(), told.counts.total, 'a cell for each thing that counts');
  assert.equal(await page.getByTestId('criterion').count(), told.sections.flatMap((section) => section.criteria).length);
  assert.ok((await page.getByTestId('todo-row').count()) > 0);
  const seen = await page.getByTestId('band-cell').evaluateAll((cells) => [...new Set(cells.map((cell) => cell.getAttribute('aria-label').split('：')[1]))]);
  assert.ok(seen.includes('已达标') && seen.length >= 3, `the demo shows several states: ${seen}`);
  await both(page, 'scorecard');
  await page.getByTestId('band-cell').first().click();
  const first = row(page, 'S1-12');
  await first.getByTestId('criterion-detail').waitFor();
  assert.match(await first.innerText(), /每个工作室开展研修活动不少于5次/);
  const grounds = criterion(told, 'S1-12').parts[0].subjects[0].grounds;
  assert.equal(await first.getByTestId('ground').count(), grounds.length, 'each thing that the number comes from');
  await both(page, 'scorecard-open');
  await first.getByTestId('ground-link').first().click();
  await page.getByTestId('report').waitFor();
  assert.ok(grounds.some((one) => one.sessions?.some((session) => page.url().endsWith(`/sessions/${session}/report`))), page.url());
}

/** What a page that a ground leads to asks the server first. */
const apiOf = (href) => {
  const [, noun, id, part] = href.split(/[/#?]/);
  return part === 'report' ? `/api/${noun}/${id}/report` : `/api/${noun}/${id}`;
};

// Every number says what it comes from, and everything that it comes from opens for whoever reads it.
async function opening(page, studio) {
  await page.goto(`/studios/${studio}/scorecard`);
  await page.getByTestId('scorecard').waitFor();
  const told = await view(page, studio);
  for (const one of told.sections.flatMap((section) => section.criteria)) {
    for (const subject of one.parts.flatMap((part) => part.subjects)) {
      assert.ok(subject.measured === 0 || subject.grounds.length > 0, `${one.id} ${one.title}: ${subject.measured} of nothing`);
    }
  }
  const closed = page.locator('[data-testid="open-criterion"][aria-expanded="false"]');
  while ((await closed.count()) > 0) await closed.first().click();
  const criteria = told.sections.flatMap((section) => section.criteria);
  assert.equal(await page.getByTestId('criterion-detail').count(), criteria.length);
  const hrefs = await page.locator('[data-testid="ground-link"], [data-testid="chip"]').evaluateAll((links) => links.map((link) => link.getAttribute('href')));
  const grounds = criteria.flatMap((one) => one.parts).flatMap((part) => part.subjects).flatMap((subject) => subject.grounds);
  assert.equal(await page.getByTestId('ground').count(), grounds.length);
  assert.equal(await page.getByTestId('ground').filter({ has: page.getByTestId('ground-link') }).count(), grounds.length, 'each ground leads somewhere');
  for (const kind of new Set(grounds.map((one) => one.kind))) assert.ok(['activity', 'person', 'evidence', 'resource', 'school', 'series'].includes(kind), kind);
  for (const href of new Set(hrefs)) {
    const proof = href.split('#e-')[1];
    if (proof) await page.locator(`[id="e-${proof}"]`).waitFor({ state: 'attached' });
    else assert.equal((await call(page, 'GET', apiOf(href))).status, 200, href);
  }
  const files = await page.getByTestId('attachment').evaluateAll((links) => links.map((link) => link.getAttribute('href')));
  for (const href of new Set(files)) assert.equal(await page.evaluate(async (path) => (await fetch(path)).status, href), 200, href);
  const keeps = told.may_manage;
  assert.equal(files.length > 0, keeps, 'files open for those who keep the Studio');
  assert.equal(hrefs.some((href) => href.endsWith('/report')), keeps, 'so do the reports');
  if (!keeps) assert.ok((await page.getByTestId('attachment-name').count()) > 0, 'others read their names');
}

// The points open to the share of each thing that is asked, and a share to its row.
async function points(page, studio) {
  const { result } = await view(page, studio);
  await page.goto(`/studios/${studio}/scorecard`);
  await page.getByTestId('open-points').click();
  assert.equal(await page.getByTestId('share').count(), result.shares.length);
  assert.match(await page.getByTestId('points-table').locator('tfoot').innerText(), new RegExp(result.points_word.replace('.', '\\.')));
  await page.getByTestId('points-table').evaluate((table) => table.scrollIntoView());
  await both(page, 'scorecard-points');
  const { id } = result.shares[0];
  await page.locator(`[data-share="${id}"] a`).click();
  await row(page, id).getByTestId('criterion-detail').waitFor();
}

// A large lecture would change what fifty people are asked for; nothing is planned by trying it out.
async function planning(page, studio) {
  const before = await view(page, studio);
  await page.goto(`/studios/${studio}/scorecard`);
  await page.getByTestId('what-if').click();
  await page.getByTestId('what-if-others').fill('60');
  await page.getByTestId('what-if-ask').click();
  await page.getByTestId('what-if-change').first().waitFor();
  assert.match(await page.getByTestId('what-if-answer').innerText(), /50 人规模活动/);
  await both(page, 'what-if');
  await page.getByTestId('what-if-series').selectOption({ index: 1 });
  await page.getByTestId('what-if-ask').click();
  await page.getByTestId('what-if-change').filter({ hasText: '系列名师直播' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByTestId('what-if-form').waitFor({ state: 'detached' });
  assert.deepEqual((await view(page, studio)).sections, before.sections);
}

async function handingIn(page, studio) {
  const before = criterion(await view(page, studio), CASE);
  await page.goto(`/studios/${studio}/scorecard#c-${CASE}`);
  const part = row(page, CASE).getByTestId('evidence-part');
  await part.getByTestId('add-evidence').click();
  await page.getByTestId('evidence-send').click();
  assert.equal(await page.getByTestId('field-error').count(), 1, 'a name is missing, and so is a file');
  await page.getByTestId('evidence-title').fill('送教上坪小学案例');
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'lectern-evidence-')), '案例.pdf');
  writeFileSync(file, '%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n');
  await page.getByTestId('attachment-input').setInputFiles(file);
  await page.getByTestId('evidence-file').waitFor();
  await both(page, 'evidence');
  await page.getByTestId('evidence-send').click();
  await part.getByText('送教上坪小学案例').waitFor();
  assert.equal(await part.getByTestId('review-evidence').count(), 0, 'nobody decides about their own');
  const after = criterion(await view(page, studio), CASE);
  assert.equal(after.done, before.done, 'what waits is not counted');
}

async function overlooking(page, studio) {
  await page.goto('/office');
  await page.getByTestId('office').waitFor();
  const own = page.locator(`[data-testid="heat-row"]:has(a[href*="${studio}"])`);
  await own.waitFor();
  await page.waitForFunction(() => !document.body.innerText.includes('正在计算'), null, { polling: 200 });
  const region = (await call(page, 'GET', '/api/me')).body.account.region_scope.id;
  const told = (await call(page, 'GET', `/api/regions/${region}/scorecards`)).body;
  assert.equal(await page.getByTestId('heat-row').count(), told.rows.length);
  assert.ok(told.rows.length >= 3 && new Set(told.rows.map((one) => one.outlook)).size >= 2, 'Studios that stand differently');
  await both(page, 'office');
  await page.getByTestId('office-search').fill('吴桂兰');
  await page.waitForFunction(() => document.querySelectorAll('[data-testid="heat-row"]').length === 1);
  await page.getByTestId('office-search').fill('');
  await own.waitFor();
  const at = told.columns.findIndex((column) => column.id === CASE);
  await own.getByTestId('heat-cell').nth(at).click();
  await row(page, CASE).getByTestId('criterion-detail').waitFor();
}

// The number of the office's click is the number of the year.
async function deciding(page, studio) {
  const part = row(page, CASE).getByTestId('evidence-part');
  const one = part.getByTestId('evidence').filter({ hasText: '送教上坪小学案例' });
  await one.getByTestId('review-evidence').click();
  await page.locator('[data-testid="review-answer-refuse"]').check({ force: true });
  await page.getByTestId('review-send').click();
  await page.getByTestId('field-error').waitFor();
  await page.locator('[data-testid="review-answer-accept"]').check({ force: true });
  await both(page, 'review');
  await page.getByTestId('review-send').click();
  await one.getByText('已通过').waitFor();
  await row(page, CASE, 'met').waitFor();
  assert.equal(criterion(await view(page, studio), CASE).state, 'met');
  await page.getByTestId('rule-choice').click();
  await page.getByTestId('rule-send').click();
  await page.getByTestId('choice').filter({ hasText: '主管部门已确认' }).waitFor();
}

// A lecture for the whole city counts once an office has said that it was one.
async function levelling(page, studio) {
  const before = criterion(await view(page, studio), 'S1-08');
  const waits = before.parts[0].subjects.find((one) => one.waiting > 0 && one.measured === 0);
  const { activity } = waits.grounds.find((one) => one.kind === 'activity');
  await page.goto(`/activities/${activity}`);
  const level = page.getByTestId('level');
  await level.getByText('等主管部门确认').waitFor();
  await both(page, 'level');
  await level.getByTestId('level-confirm').click();
  await level.getByText('宋雅琴').waitFor();
  const after = criterion(await view(page, studio), 'S1-08');
  assert.equal(after.done, before.done + 1);
  // Taken out with a reason it counts for nothing, until it is taken in again.
  const counting = page.getByTestId('counting');
  await counting.getByTestId('counting-out').click();
  await page.getByTestId('word-send').click();
  await page.getByTestId('field-error').first().waitFor();
  await page.getByTestId('word-text').fill('误开，没有讲成。');
  await page.getByTestId('word-send').click();
  await counting.getByText('误开，没有讲成。').waitFor();
  await both(page, 'counting');
  assert.equal(criterion(await view(page, studio), 'S1-08').done, before.done);
  await counting.getByTestId('counting-in').click();
  await counting.getByTestId('counting-out').waitFor();
  assert.equal(criterion(await view(page, studio), 'S1-08').done, after.done);
}

// What is found stands above all numbers until it is taken back, and stays in the record; its Policy has to know of it.
async function vetoing(page) {
  const { id } = (await call(page, 'GET', '/api/studios')).body.rows.find((one) => one.name.startsWith('叶青'));
  await page.goto(`/studios/${id}`);
  await page.getByTestId('change-programme').click();
  await page.getByTestId('pg-send').click();
  await page.getByTestId('field-error').first().waitFor();
  await page.getByTestId('policy-select').selectOption('hangjin-2024');
  await page.getByTestId('pg-reason').fill('旗里选定');
  await both(page, 'programme');
  await page.getByTestId('pg-send').click();
  await page.getByTestId('programme-changes').filter({ hasText: '宋雅琴' }).waitFor({ state: 'attached' });
  await page.goto(`/studios/${id}/scorecard`);
  await page.getByTestId('find-veto').click();
  await page.getByTestId('veto-send').click();
  await page.getByTestId('field-error').first().waitFor();
  await page.getByTestId('veto-rule').selectOption({ index: 1 });
  await page.getByTestId('veto-day').fill((await view(page, id)).as_of.slice(0, 10));
  await page.getByTestId('veto-reason').fill('调令已下，本年九月离任');
  await both(page, 'veto');
  await page.getByTestId('veto-send').click();
  const found = page.getByTestId('veto').filter({ hasText: '调令已下' });
  await found.getByText('有效').waitFor();
  await page.getByRole('status').filter({ hasText: '一票否决：' }).waitFor();
  assert.equal((await view(page, id)).result.vetoes.length, 1);
  await both(page, 'rulings');
  await found.getByTestId('lift-veto').click();
  await page.getByTestId('word-text').fill('调令下的是同名教师');
  await page.getByTestId('word-send').click();
  await found.getByText('已撤销').waitFor();
  assert.equal((await view(page, id)).result.vetoes.length, 0, 'what was taken back weighs nothing');
}

// A studio that is closed leaves the lists and says so to everybody, until that is taken back.
async function closing(page) {
  const { id, name } = (await call(page, 'GET', '/api/studios')).body.rows.find((one) => one.name.startsWith('叶青'));
  const today = (await view(page, id)).as_of.slice(0, 10);
  const yesterday = new Date(Date.parse(today) - 86_400_000).toISOString().slice(0, 10);
  await page.goto(`/studios/${id}`);
  await page.getByTestId('close-studio').click();
  await page.getByTestId('closing-send').click();
  await page.getByTestId('field-error').first().waitFor();
  await page.getByTestId('closing-kind').selectOption('shut');
  await page.getByTestId('closing-day').fill(yesterday);
  await page.getByTestId('closing-reason').fill('设而不建，一年没有活动');
  await page.getByTestId('closing-effects').getByText('主持人不再管理工作室').waitFor();
  await both(page, 'closing');
  await page.getByTestId('closing-send').click();
  await page.getByTestId('studio-closed').filter({ hasText: `已停办，最后一天是 ${yesterday}（关停）` }).waitFor();
  assert.equal(await page.getByTestId('add-member').count(), 0);
  await page.getByTestId('member-row').filter({ hasText: '叶青' }).waitFor();
  await both(page, 'closed-studio');
  await page.goto(`/studios/${id}/scorecard`);
  await page.getByTestId('scorecard-closed').waitFor();
  await page.goto('/studios');
  await page.getByTestId('studio-card').first().waitFor();
  assert.equal(await page.getByTestId('studio-card').filter({ hasText: name }).count(), 0);
  await page.getByTestId('with-closed').check();
  await page.getByTestId('studio-card').filter({ hasText: name }).getByTestId('card-closed').waitFor();
  await both(page, 'closed-listed');
  await page.goto(`/studios/${id}`);
  await page.getByTestId('close-studio').click();
  await page.getByTestId('closing-reason').fill('整改完成，恢复');
  await both(page, 'reopening');
  await page.getByTestId('closing-send').click();
  await page.getByTestId('studio-closed').waitFor({ state: 'detached' });
  await page.getByTestId('closings').filter({ hasText: '整改完成' }).waitFor({ state: 'attached' });
}

async function refused(page, studio) {
  await page.goto('/office');
  await page.getByTestId('no-permission').waitFor();
  const other = (await call(page, 'GET', '/api/studios')).body.rows.find((one) => one.name.startsWith('沈卫华'));
  await page.goto(`/studios/${other.id}/scorecard`);
  await page.getByTestId('no-permission').waitFor();
  const evidence = (await call(page, 'GET', `/api/studios/${studio}/evidence`)).body.rows;
  if (evidence?.length) assert.equal((await call(page, 'POST', `/api/evidence/${evidence[0].id}/decision`, { accepted: true, count: 1, reason: '' })).status, 403);
}
