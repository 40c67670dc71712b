// A notice of an activity: the host sends it, the office returns it, then approves it; everybody reads its number.

import assert from 'node:assert/strict';
import { call, desk, person, phone, shoot, signIn } from './browser.mjs';

export async function notice(browser, server) {
  const open = () => person(browser, server.url, desk, { colorScheme: 'light' });
  const [host, office, teacher] = [await open(), await open(), await open()];
  await signIn(host, 'zhouwenlan');
  await signIn(office, 'songyaqin');
  await signIn(teacher, 'chenxiaomei');
  const studio = (await call(host, 'GET', '/api/me')).body.memberships.find((one) => one.role === 'host').studio.id;
  const { activities } = (await call(host, 'GET', `/api/studios/${studio}`)).body;
  const activity = activities.find((one) => one.state === 'planned').id;
  await together(host, await another(browser, server), activity);
  await send(host, activity, '请全体成员参加。');
  await shoot(host, 'notice-sent-desk');
  await teacher.goto(`/activities/${activity}`);
  assert.equal(await teacher.getByTestId('notice').count(), 0, 'nobody reads what nobody approved');

  await office.goto('/cases');
  await office.getByTestId('waiting-notices').waitFor();
  await shoot(office, 'notice-waiting-desk');
  await office.getByTestId('notice-return').click();
  await office.getByTestId('word-send').click();
  await office.getByTestId('field-error').waitFor();
  await office.getByTestId('word-text').fill('请写明签到的时间和地点。');
  await office.getByTestId('word-send').click();
  await office.getByTestId('waiting-notices').waitFor({ state: 'detached' });

  await send(host, activity, '请全体成员 14:20 前到青禾县实验小学报告厅签到，\n乡村学校的老师在本校集体观看教室参加。');
  await office.goto(`/activities/${activity}`);
  await office.getByTestId('notice-approve').click();
  await office.getByRole('dialog').getByRole('button', { name: '批准并编号' }).click();
  await office.getByTestId('notice-number').waitFor();
  assert.match(await office.getByTestId('notice-number').innerText(), /〔\d{4}〕第1号$/);

  await teacher.reload();
  await teacher.getByTestId('notice-number').waitFor();
  assert.equal(await teacher.getByTestId('notice').count(), 1, 'what was returned stays between host and office');
  assert.equal(await teacher.getByTestId('notice-withdraw').count(), 0);
  for (const [size, viewport] of Object.entries({ desk, phone })) {
    await teacher.setViewportSize(viewport);
    await teacher.getByTestId('notices').scrollIntoViewIfNeeded();
    await shoot(teacher, `notice-read-${size}`);
    assert.ok(await teacher.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${size} scrolls sideways`);
  }
  await host.reload();
  await host.getByTestId('notice-withdraw').click();
  await host.getByTestId('word-text').fill('改到下周三。');
  await host.getByTestId('word-send').click();
  await host.getByTestId('draft-notice').waitFor();
  await shoot(host, 'notice-withdrawn-desk');
  for (const page of [host, office, teacher]) {
    assert.deepEqual(page.complaints, []);
    await page.context().close();
  }
}

async function send(page, activity, text) {
  await page.goto(`/activities/${activity}`);
  await page.getByTestId('draft-notice').click();
  await page.getByTestId('word-text').fill(text);
  await page.getByTestId('draft-state').filter({ hasText: '草稿已保存' }).waitFor();
  // What was begun is still there after the page was left, also for another host.
  await page.reload();
  await page.getByTestId('notice-begun').filter({ hasText: '周文澜' }).waitFor();
  await page.getByTestId('draft-notice').click();
  assert.equal(await page.getByTestId('word-text').inputValue(), text);
  await page.getByTestId('word-send').click();
  await page.getByTestId('notice-state').first().filter({ hasText: '待审' }).waitFor();
  assert.equal(await page.getByTestId('notice-begun').count(), 0);
}

async function another(browser, server) {
  const page = await person(browser, server.url, desk, { colorScheme: 'light' });
  await signIn(page, 'admin');
  return page;
}

// Two write the same draft: whoever saves second sees what the first one wrote, and decides.
async function together(host, other, activity) {
  for (const page of [host, other]) {
    await page.goto(`/activities/${activity}`);
    await page.getByTestId('draft-notice').click();
    await page.getByTestId('word-text').waitFor();
  }
  await host.getByTestId('word-text').fill('请全体成员 14:20 前签到。');
  await host.getByTestId('draft-state').filter({ hasText: '草稿已保存，周文澜' }).waitFor();
  await other.getByTestId('word-text').fill('请带上教材。');
  await other.getByTestId('draft-theirs').waitFor();
  for (const [size, viewport] of Object.entries({ desk, phone })) {
    await other.setViewportSize(viewport);
    await shoot(other, `notice-met-${size}`);
  }
  await other.getByTestId('draft-theirs').click();
  assert.equal(await other.getByTestId('word-text').inputValue(), '请全体成员 14:20 前签到。');
  await other.context().close();
}
