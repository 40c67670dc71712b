// Leave before an activity, an appeal after it, a correction of several, photos, and the raw records: each seen by the teacher who
// asks and by the host who decides, on a desk and on a phone.

import assert from 'node:assert/strict';
import path from 'node:path';
import { call, desk, person, phone, shoot, shots, signIn } from './browser.mjs';

// A 2 × 2 PNG, made here so that the tests carry no picture.
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEklEQVR4nGOQifP5sC+GAUIBACRqBaH0KoaSAAAAAElFTkSuQmCC', 'base64');
const picture = (name) => ({ name, mimeType: 'image/png', buffer: PNG });

export async function cases(browser, server) {
  const host = await person(browser, server.url, desk, { colorScheme: 'light' });
  await signIn(host, 'zhouwenlan');
  const studio = (await call(host, 'GET', '/api/me')).body.memberships.find((one) => one.role === 'host').studio.id;
  const plan = async (title, minutes, mode = 'online') => {
    const stamp = (n) => new Date(Date.now() + n * 60_000).toISOString();
    const form = { title, kind: 'seminar', mode, level: 'county', place: mode === 'online' ? '' : '石桥小学会议室', planned_start: stamp(minutes), planned_end: stamp(minutes + 60) };
    return (await call(host, 'POST', `/api/studios/${studio}/activities`, form)).body.activity.id;
  };
  const teacher = await person(browser, server.url, phone, { colorScheme: 'light' });
  await signIn(teacher, 'chenxiaomei');

  await leave(host, teacher, await plan('习作单元整体教学', 120));
  const held = await plan('乡村小学作业设计研讨', 1, 'mixed');
  const { session } = (await call(host, 'POST', `/api/activities/${held}/go-live`)).body;
  await call(host, 'POST', `/api/sessions/${session.id}/end`);
  await appeal(host, teacher, held, session.id);
  await correct(host, held);
  await raw(host, teacher, session.id);
  await small(browser, server);
  for (const page of [host, teacher]) assert.deepEqual(page.complaints, []);
  await teacher.context().close();
  await host.context().close();
}

async function leave(host, teacher, activity) {
  await teacher.goto(`/activities/${activity}`);
  await teacher.getByTestId('ask-leave').click();
  await teacher.getByTestId('ask-send').click();
  await teacher.getByTestId('field-error').waitFor();
  await teacher.getByTestId('ask-reason').fill('参加县教研会');
  await shoot(teacher, 'cases-leave-phone');
  await teacher.getByTestId('ask-send').click();
  await teacher.getByTestId('leave-state').filter({ hasText: '等待审批' }).waitFor();

  await host.goto('/');
  await host.getByTestId('reminder-decide_cases').waitFor();
  await shoot(host, 'cases-home');
  await host.goto(`/activities/${activity}`);
  await host.getByTestId('activity-waiting').waitFor();
  await host.goto('/cases');
  await host.getByTestId('case').filter({ hasText: '参加县教研会' }).getByTestId('decide').click();
  await shoot(host, 'cases-decide-leave');
  await host.getByTestId('decide-send').click();
  await host.getByTestId('cases-none').waitFor();
  await shoot(host, 'cases-none');
  await host.goto(`/activities/${activity}`);
  await host.getByTestId('leave-list').filter({ hasText: '已同意' }).waitFor();
  await shoot(host, 'cases-leave-list');
  await teacher.reload();
  await teacher.getByTestId('leave-state').filter({ hasText: '周文澜同意了您的请假' }).waitFor();
  await shoot(teacher, 'cases-leave-granted-phone');
}

// The teacher appeals with a photo, the host grants, the teacher sees what was corrected.
async function appeal(host, teacher, activity, session) {
  await teacher.goto('/attendance');
  const row = teacher.getByTestId('attendance-row').filter({ hasText: '作业设计研讨' });
  await row.getByTestId('attendance-more').click();
  await row.getByTestId('appeal').click();
  await teacher.getByTestId('ask-reason').fill('教室停电，改用手机听完，请核对。');
  await teacher.getByTestId('attachment-input').setInputFiles({ name: '程序.exe', mimeType: 'application/octet-stream', buffer: Buffer.from('MZ') });
  await teacher.getByTestId('field-error').filter({ hasText: '只收' }).waitFor();
  await teacher.getByTestId('attachment-input').setInputFiles({ name: '假照片.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('MZ this is a program') });
  await teacher.getByTestId('field-error').filter({ hasText: '这个文件的内容不是其中一种' }).waitFor();
  await teacher.getByTestId('attachment-input').setInputFiles(picture('停电的教室.png'));
  await teacher.getByTestId('attachment-ready').waitFor();
  await shoot(teacher, 'cases-appeal-phone');
  await teacher.getByTestId('ask-send').click();
  await row.getByTestId('appeal-state').filter({ hasText: '等待处理' }).waitFor();
  assert.equal(await row.getByTestId('appeal').count(), 0, 'one appeal at a time');

  await host.goto('/cases');
  const one = host.getByTestId('case').filter({ hasText: '教室停电' });
  await one.getByTestId('attachment').waitFor();
  await shoot(host, 'cases-waiting');
  await one.getByTestId('decide').click();
  await host.getByTestId('verdict-late').check();
  await host.getByTestId('decide-reason').fill('照片属实，晚到 15 分钟');
  await shoot(host, 'cases-decide-appeal');
  await host.getByTestId('decide-send').click();
  await host.getByTestId('cases-none').waitFor();

  await teacher.reload();
  const corrected = row.getByTestId('correction');
  await corrected.waitFor();
  const words = await corrected.innerText();
  for (const said of ['更正', '缺席', '迟到', '周文澜', '照片属实']) assert.ok(words.includes(said), `${said} in ${words}`);
  await row.scrollIntoViewIfNeeded();
  await shoot(teacher, 'cases-corrected-phone');
  const mine = (await call(teacher, 'GET', '/api/me/attendance')).body.rows.find((one) => one.session === session);
  assert.deepEqual([mine.record.status, mine.record.late, mine.record.minutes], ['present', true, 0], 'the minutes stay what was measured');
  assert.equal((await call(teacher, 'POST', `/api/sessions/${session}/corrections`, { people: [], status: 'present', reason: '' })).status, 403, activity);
}

// After a power cut: several people, one reason, one sheet as proof. The host's own row can't be chosen.
async function correct(host, activity) {
  await host.goto(`/activities/${activity}`);
  const rows = host.getByTestId('presence-row');
  await rows.first().waitFor();
  const own = rows.filter({ has: host.locator('td.p', { hasText: '周文澜' }) });
  assert.equal(await own.count(), 1);
  assert.equal(await own.getByTestId('choose').count(), 0);
  const boxes = rows.getByTestId('choose');
  await boxes.nth(0).check();
  await boxes.nth(1).check();
  await shoot(host, 'cases-chosen');
  await host.getByTestId('correct-several').click();
  await host.getByTestId('correct-send').click();
  await host.getByTestId('field-error').waitFor();
  await host.getByTestId('correct-reason').fill('停电，全校用一台电脑看');
  await host.getByTestId('attachment-input').setInputFiles(picture('签到表.png'));
  await host.getByTestId('attachment-ready').waitFor();
  await shoot(host, 'cases-correct');
  await host.getByTestId('correct-send').click();
  await host.getByTestId('correct-form').waitFor({ state: 'detached' });
  await rows.getByTestId('correction').nth(2).waitFor();
  await host.getByTestId('add-photo').click();
  await host.getByTestId('attachment-input').setInputFiles(picture('现场.png'));
  await host.getByTestId('attachment-ready').waitFor();
  await host.getByTestId('photo-note').fill('石桥小学会议室');
  await host.getByTestId('photo-save').click();
  await host.getByTestId('photo').filter({ hasText: '石桥小学会议室' }).waitFor();
  await host.screenshot({ path: path.join(shots, 'cases-activity.png'), fullPage: true });
}

async function raw(host, teacher, session) {
  await host.goto(`/sessions/${session}/audit`);
  await host.getByTestId('audit-chain').filter({ hasText: '没有被改动' }).waitFor();
  const rows = host.getByTestId('audit-row');
  await rows.first().waitFor();
  assert.equal(await rows.filter({ hasText: '更正' }).count(), 3);
  await shoot(host, 'cases-audit');
  await host.getByTestId('audit-person').selectOption({ label: await host.getByTestId('audit-person').locator('option', { hasText: '陈晓梅' }).innerText() });
  await host.getByTestId('audit-record').filter({ hasText: '陈晓梅' }).waitFor();
  await host.getByTestId('audit-case').filter({ hasText: '教室停电' }).waitFor();
  await shoot(host, 'cases-audit-one');

  await teacher.getByTestId('attendance-row').filter({ hasText: '作业设计研讨' }).getByTestId('attendance-more').click();
  await teacher.getByTestId('attendance-row').filter({ hasText: '作业设计研讨' }).getByTestId('my-audit').click();
  await teacher.getByTestId('audit-record').filter({ hasText: '陈晓梅' }).waitFor();
  assert.equal(await teacher.getByTestId('audit-row').filter({ hasText: '更正' }).count(), 1, 'nobody else is shown');
  await shoot(teacher, 'cases-audit-phone');
}

// What a host sees on a phone, and a teacher on a desk.
async function small(browser, server) {
  const host = await person(browser, server.url, phone, { colorScheme: 'dark' });
  await signIn(host, 'zhouwenlan');
  const ended = (await call(host, 'GET', '/api/home')).body.recent[0];
  await host.goto(`/activities/${ended.id}`);
  await host.getByTestId('presence-row').first().waitFor();
  await host.getByTestId('presence').scrollIntoViewIfNeeded();
  await shoot(host, 'cases-presence-phone');
  await host.getByTestId('correct').first().click();
  await host.getByTestId('correct-form').waitFor();
  await shoot(host, 'cases-correct-phone');
  const teacher = await person(browser, server.url, desk, { colorScheme: 'light' });
  await signIn(teacher, 'chenxiaomei');
  await teacher.goto('/attendance');
  await teacher.getByTestId('correction').first().waitFor();
  await teacher.getByTestId('attendance-more').nth(1).click();
  await shoot(teacher, 'cases-my-attendance');
  for (const page of [host, teacher]) assert.deepEqual(page.complaints, []);
  await host.context().close();
  await teacher.context().close();
}
