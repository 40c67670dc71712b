// A Studio's roster from a sheet: an office imports a broken file, answers what it is asked, and gives out first passwords.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { call, desk, person, phone, shoot, signIn } from './browser.mjs';
import { workbook } from './workbook.mjs';

// Some days ago, in China: the demo's own memberships began long before.
const SINCE = new Date(Date.now() - 20 * 86_400_000).toLocaleDateString('sv-SE', { timeZone: 'Asia/Shanghai' });
const HEADERS = ['姓名', '手机号', '单位', '身份', '加入日期', '职称'];
const BROKEN = [
  HEADERS,
  ['李建国', '13800000001', '青禾县第二小学', '主持人', SINCE.replaceAll('-', '/'), ''],
  ['彭长林', '1387310', '石桥镇中心小学', '骨干学员', SINCE, '二级教师'],
  ['曾丽华', '13900000226', '石桥中心校', '骨干学员', SINCE, ''],
  ['罗永贵', '13600000118', '上坪小学', '带头人', SINCE, ''],
  ['杨春花', '13500000662', '白鹭乡小学', '带头人', SINCE, ''],
  ['', '15800000983', '白鹭乡小学', '网络学员', SINCE, ''],
  ['许国强', '13700000457', '柳溪镇完全小学', '骨干学员', '2026-13-01', ''],
  ['叶青', '13100000339', '石桥镇中心小学', '骨干学员', SINCE, ''],
  ['李建国', '13800000001', '青禾县第二小学', '学科带头人', SINCE, ''],
  ['韩小梅', '13800000514', '石桥镇中心小学', '骨干学员', SINCE, '一级教师'],
];

export async function roster(browser, server) {
  const open = () => person(browser, server.url, desk, { colorScheme: 'light', acceptDownloads: true });
  const office = await open();
  await signIn(office, 'songyaqin');
  const studios = (await call(office, 'GET', '/api/studios')).body.rows;
  const studio = studios.find((one) => one.name.startsWith('周文澜')).id;
  const members = async () => (await call(office, 'GET', `/api/studios/${studio}`)).body.members;
  const before = await members();
  const first = await importing(office, studio);
  const after = await members();
  assert.ok(after.length > before.length, 'people came');
  assert.ok(after.some((one) => one.account.name === '李建国' && one.role === 'host' && one.to === null));
  await again(office, members, after);
  await refused(office, members, after);
  const newcomer = await open();
  await signIn(newcomer, first.login, first.password);
  await newcomer.goto(`/studios/${studio}/roster/import`);
  await newcomer.getByTestId('no-permission').waitFor();
  for (const page of [office, newcomer]) {
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

const counts = async (page) => (await page.getByTestId('roster-told').locator('.card > b').allInnerTexts()).map(Number);
const settled = (page, told) => page.waitForFunction((told) => [...document.querySelectorAll('[data-testid=roster-told] .card > b')].map((one) => one.textContent).join() === told, told.join());

async function importing(page, studio) {
  await page.goto(`/studios/${studio}`);
  await page.getByTestId('open-roster-import').click();
  await page.getByTestId('roster-import').waitFor();
  const [template] = await Promise.all([page.waitForEvent('download'), page.getByTestId('roster-template').click()]);
  assert.match(template.suggestedFilename(), /成员名单.*\.xlsx$/);
  await both(page, 'roster-choose');
  await page.getByTestId('roster-file').setInputFiles(workbook('周文澜工作室-成员名单.xlsx', BROKEN));
  await page.getByTestId('roster-told').waitFor();
  assert.deepEqual(await counts(page), [2, 7, 1]);
  const told = await page.getByTestId('look-row').allInnerTexts();
  for (const part of ['手机号少 4 位', '没有这所学校。是“石桥镇中心小学”吗？', '身份请填“学科带头人”', '姓名不能为空', '没有 13 月', '没有登记手机号', '与第 2 行是同一个人']) {
    assert.ok(told.some((row) => row.includes(part)), `${part} in ${told}`);
  }
  await both(page, 'roster-check');
  await page.setViewportSize(phone);
  await page.getByTestId('look-row').nth(1).scrollIntoViewIfNeeded();
  await shoot(page, 'roster-rows-phone');
  await page.setViewportSize(desk);
  const [noted] = await Promise.all([page.waitForEvent('download'), page.getByTestId('take-looks').click()]);
  assert.equal(readFileSync(await noted.path()).subarray(0, 2).toString(), 'PK');
  // Two roles and a school are replaced, and the namesake is somebody else.
  await page.getByTestId('way-5').click();
  await settled(page, [4, 5, 1]);
  await page.getByTestId('way-4').click();
  await settled(page, [5, 4, 1]);
  await page.getByTestId('way-9').last().click();
  await settled(page, [6, 4, 0]);
  await shoot(page, 'roster-answered-desk');
  await page.getByTestId('roster-write').click();
  await page.getByTestId('new-accounts').waitFor();
  await both(page, 'roster-done');
  const [accounts] = await Promise.all([page.waitForEvent('download'), page.getByTestId('take-accounts').click()]);
  assert.match(accounts.suggestedFilename(), /首次密码.*\.xlsx$/);
  const [, , login, password] = await page.getByTestId('new-accounts').locator('tbody tr').first().locator('td').allInnerTexts();
  return { login, password };
}

// What was written is known: the same rows once more change nothing.
async function again(page, members, wanted) {
  const good = BROKEN.filter((row) => ['姓名', '韩小梅'].includes(row[0]) || row[3] === '主持人');
  await page.getByTestId('roster-file').setInputFiles(workbook('再传一次.xlsx', good));
  await page.getByTestId('roster-told').waitFor();
  assert.deepEqual(await counts(page), [2, 0, 0]);
  assert.ok(await page.getByTestId('roster-write').isDisabled());
  assert.deepEqual(await members(), wanted);
}

async function refused(page, members, wanted) {
  await page.getByTestId('roster-file').setInputFiles(workbook('别的表.xlsx', [['姓名', '电话'], ['王芳', '1']]));
  await page.getByTestId('roster-trouble').waitFor();
  assert.match(await page.getByTestId('roster-trouble').innerText(), /没有找到表头/);
  await shoot(page, 'roster-refused-desk');
  assert.deepEqual(await members(), wanted);
}
