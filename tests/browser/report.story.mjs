// What is left of a Session: the report on it, its files read back, what a paper's code leads to, and the year.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { call, desk, person, phone, shoot, signIn } from './browser.mjs';
import { workbook } from './workbook.mjs';

export async function report(browser, server) {
  const open = (viewport = desk) => person(browser, server.url, viewport, { colorScheme: 'light', acceptDownloads: true });
  const host = await open();
  await signIn(host, 'zhouwenlan');
  const studio = (await call(host, 'GET', '/api/me')).body.memberships.find((one) => one.role === 'host').studio.id;
  await reading(host, studio);
  const code = await taking(host);
  const nobody = await open();
  await verifying(nobody, code);
  await year(host, studio);
  await sheet(host, studio);
  const teacher = await open();
  await signIn(teacher, 'chenxiaomei');
  await proof(teacher);
  for (const page of [host, nobody, teacher]) {
    assert.deepEqual(page.complaints, []);
    await page.context().close();
  }
}

async function both(page, name) {
  for (const [size, viewport] of Object.entries({ desk, phone })) {
    await page.setViewportSize(viewport);
    await page.waitForFunction(() => document.documentElement.scrollWidth <= innerWidth, null, { polling: 100, timeout: 5_000 })
      .catch(() => assert.fail(`${name}-${size} scrolls sideways`));
    await shoot(page, `${name}-${size}`);
  }
  await page.setViewportSize(desk);
}

async function reading(page, studio) {
  await page.goto(`/studios/${studio}`);
  await page.getByText('习作单元集体备课').first().click();
  await page.getByTestId('open-report').click();
  await page.getByTestId('report').waitFor();
  const told = (await call(page, 'GET', `/api${new URL(page.url()).pathname}`)).body;
  const figures = await page.getByTestId('figures').innerText();
  assert.match(figures, new RegExp(`${told.figures.people}\\s*人`));
  assert.match(figures, new RegExp(`/ ${told.figures.core_roster}`));
  await page.locator('[data-testid="curve"] svg path').first().waitFor({ state: 'attached' });
  const labels = await page.getByTestId('curve').locator('svg text').allTextContents();
  for (const mark of told.check_ins) assert.ok(labels.some((label) => label.includes(mark.title)), `${mark.title} stands on the curve: ${labels}`);
  assert.equal(await page.getByTestId('roster-row').count(), told.rows.length);
  const polled = await page.getByTestId('polls').innerText();
  for (const one of told.polls[0].options) assert.match(polled, new RegExp(`${one.text}\\s+${one.votes} 票\\s+${one.share}`));
  await both(page, 'report');
  await page.getByTestId('roster-filter-core').check({ force: true });
  assert.equal(await page.getByTestId('roster-row').count(), told.rows.filter((row) => row.role === 'core').length);
  await page.getByTestId('roster-search').fill('林雨桐');
  assert.equal(await page.getByTestId('roster-row').count(), 1);
  await page.setViewportSize(phone);
  await page.getByTestId('open-audit').scrollIntoViewIfNeeded();
  await shoot(page, 'report-row-phone');
  await page.setViewportSize(desk);
  const [row] = told.rows.filter((one) => one.name === '林雨桐');
  await page.getByTestId('open-audit').click();
  await page.getByTestId('audit-record').getByText('林雨桐').waitFor();
  assert.equal(new URL(page.url()).searchParams.get('person'), row.key);
  assert.ok((await page.getByTestId('audit-row').count()) > 0, 'a row leads to the raw events of its person');
  await page.goBack();
  await page.getByTestId('report').waitFor();
}

async function take(page, format) {
  await page.getByTestId('export').click();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId(`export-${format}`).click()]);
  return { name: download.suggestedFilename(), file: await download.path() };
}

const pdfText = (file) => execFileSync('pdftotext', ['-layout', file, '-'], { encoding: 'utf8' });
const codeIn = (text) => /核对编号\s+(\S+)/.exec(text)[1];
// One part of a zip file; an xlsx is one.
const unzipped = (file, part) => execFileSync('python3', ['-c', 'import sys,zipfile; sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]))', file, part], { encoding: 'utf8' });

async function taking(page) {
  const told = (await call(page, 'GET', `/api${new URL(page.url()).pathname}`)).body;
  const table = await take(page, 'xlsx');
  assert.match(table.name, /^出席报告 .*习作单元集体备课.*\.xlsx$/);
  const words = unzipped(table.file, 'xl/sharedStrings.xml');
  for (const row of told.rows) assert.ok(words.includes(row.name), row.name);
  assert.ok(!unzipped(table.file, 'xl/worksheets/sheet2.xml').includes('<f>'), 'no formula');
  const csv = readFileSync((await take(page, 'csv')).file, 'utf8');
  assert.ok(csv.startsWith('\uFEFF姓名,'), 'the mark by which Excel knows UTF-8');
  assert.equal(csv.trimEnd().split('\r\n').length, told.rows.length + 1);
  const paper = await take(page, 'pdf');
  const text = pdfText(paper.file);
  for (const part of ['出席报告', told.title.slice(0, 6), told.rows[0].name, '出席规则第 1 版']) assert.ok(text.includes(part), `${part} in ${text}`);
  return codeIn(text);
}

async function verifying(page, code) {
  await page.goto('/verify');
  await page.getByTestId('verify-code').fill(code.toUpperCase());
  await page.getByRole('button', { name: '核对' }).click();
  await page.getByTestId('verified').waitFor();
  assert.match(await page.getByTestId('verify-ledger').innerText(), /没有改动/);
  assert.match(await page.getByTestId('verify-same').innerText(), /结果相同/);
  await both(page, 'verify');
  await page.goto('/verify/aaaaaaaaaaaaaaaa');
  await page.getByTestId('verify-missing').waitFor();
}

async function year(page, studio) {
  await page.goto(`/studios/${studio}`);
  await page.getByTestId('open-year').click();
  await page.getByTestId('matrix').waitFor();
  const told = (await call(page, 'GET', `/api/studios/${studio}/attendance`)).body;
  assert.equal(await page.getByTestId('year-person').count(), told.people.length);
  await both(page, 'year');
  const paper = await take(page, 'pdf');
  assert.ok(pdfText(paper.file).includes('年度出席汇总'));
}

async function sheet(page, studio) {
  const hours = (n) => new Date(Date.now() + n * 3_600_000);
  const [start, end] = [hours(-3), hours(-2)];
  const plan = {
    title: '送教：一张纸的变化', kind: 'outreach', mode: 'onsite', level: 'county', place: '上坪小学', guests_allowed: true,
    planned_start: start.toISOString(), planned_end: end.toISOString(),
  };
  const made = await call(page, 'POST', `/api/studios/${studio}/activities`, plan);
  assert.equal(made.status, 201, JSON.stringify(made.body));
  const when = (at) => at.toLocaleString('sv-SE', { timeZone: 'Asia/Shanghai' }).slice(0, 16);
  const rows = [['姓名', '学校', '签到时间', '签退时间', '备注'], ['林雨桐', '', when(start), when(end), ''], ['李建国', '', when(start), '', ''], ['李建国', '', when(start), '', '重复']];
  const file = workbook('签到表.xlsx', rows);
  await page.goto(`/activities/${made.body.activity.id}`);
  await page.getByTestId('open-sheet').click();
  await page.getByTestId('sheet-file').setInputFiles(file);
  await page.getByTestId('sheet-take').waitFor();
  assert.match(await page.getByTestId('sheet-told').innerText(), /可以导入 2 行，1 行要修改/);
  await both(page, 'sheet');
  await page.getByTestId('sheet-take').click();
  await page.getByTestId('sheet-done').waitFor();
  await page.getByRole('link', { name: '看出席报告' }).click();
  await page.getByTestId('report').waitFor();
}

async function proof(page) {
  await page.goto('/attendance');
  await page.getByTestId('attendance-row').first().waitFor();
  const paper = await take(page, 'pdf');
  const text = pdfText(paper.file);
  assert.ok(text.includes('考勤证明') && text.includes('陈晓梅'), text);
  await both(page, 'my-attendance-export');
}
