// A teacher gets into a studio: the host opens a recruitment, the teacher applies on a phone, the host chooses, the office
// records the school's word and decides; then a transfer, and the names are announced. A new host is public for a week before
// the office names them.

import assert from 'node:assert/strict';
import { call, desk, person, phone, shoot, signIn } from './browser.mjs';

// A 2 × 2 PNG, made here so that the tests carry no picture.
const PAPER = {
  name: '一级教师证书.png', mimeType: 'image/png',
  buffer: Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEklEQVR4nGOQifP5sC+GAUIBACRqBaH0KoaSAAAAAElFTkSuQmCC', 'base64'),
};

export async function application(browser, server) {
  const open = (viewport) => person(browser, server.url, viewport, { colorScheme: 'light' });
  const [host, teacher, office] = [await open(desk), await open(phone), await open(desk)];
  await signIn(host, 'zhouwenlan');
  await signIn(teacher, 'chenxiaomei');
  await signIn(office, 'songyaqin');
  const studio = (await call(host, 'GET', '/api/me')).body.memberships.find((one) => one.role === 'host').studio;

  await host.goto('/applications');
  await host.getByTestId('open-recruitment').click();
  await host.getByTestId('rf-places').fill('99');
  await host.getByTestId('rf-title').fill('2026 年学科带头人招募');
  await host.getByTestId('rf-content').fill('面向全县乡村学校的老师。');
  await host.getByTestId('rf-save').click();
  await host.getByTestId('error-summary').waitFor();
  assert.match(await host.getByTestId('field-error').innerText(), /最多 15 人/);
  await shoot(host, 'application-open-desk');
  await host.getByTestId('rf-places').fill('2');
  await host.getByTestId('rf-save').click();
  await host.getByTestId('recruitment').waitFor();

  // On a phone: kept as it is typed, and there again after a reload.
  await teacher.goto('/applications');
  await shoot(teacher, 'application-list-phone');
  await teacher.getByTestId('see-recruitment').click();
  await teacher.getByTestId('af-born').fill('1988-09-01');
  await teacher.getByTestId('af-summary').fill('县级公开课 2 次，市级论文一等奖 1 篇。');
  await teacher.getByTestId('draft-state').filter({ hasText: '已自动保存' }).waitFor();
  await teacher.reload();
  await teacher.getByTestId('af-born').waitFor();
  assert.equal(await teacher.getByTestId('af-born').inputValue(), '1988-09-01');
  await teacher.getByTestId('send-application').click();
  await teacher.getByTestId('error-summary').waitFor();
  assert.ok((await teacher.getByTestId('field-error').count()) >= 4, 'errors stand beside their fields');
  await shoot(teacher, 'application-errors-phone');
  await teacher.getByTestId('af-sex').selectOption('female');
  await teacher.getByTestId('af-phone').fill('13800000099');
  await teacher.getByTestId('af-education').fill('本科');
  await teacher.getByTestId('af-stage').selectOption('primary');
  await teacher.getByTestId('af-subject').fill('小学语文');
  await teacher.getByTestId('af-title').fill('二级教师');
  await teacher.getByTestId('af-teaching_years').fill('14');
  await teacher.getByTestId('af-plan').fill('每学期送教两次，带两位青年教师。');
  await teacher.getByTestId('send-application').click();
  await teacher.getByTestId('error-summary').filter({ hasText: '条件' }).waitFor();
  assert.match(await teacher.getByTestId('error-summary').innerText(), /一级教师/);
  await teacher.getByTestId('af-title').fill('一级教师');
  await teacher.getByTestId('add-proof').first().click();
  await teacher.getByTestId('proof-title').fill('学校盖章的申报表');
  await teacher.getByTestId('attachment-input').setInputFiles(PAPER);
  await teacher.getByTestId('attachment-ready').waitFor();
  await teacher.getByTestId('finding').first().and(teacher.locator('[data-state=met]')).waitFor();
  await shoot(teacher, 'application-form-phone');
  assert.ok(await teacher.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'the form scrolls sideways');
  await teacher.getByTestId('send-application').click();
  await teacher.getByTestId('my-application').waitFor();
  assert.match(await teacher.getByTestId('waits-for').innerText(), /主持人选择/);
  await shoot(teacher, 'application-sent-phone');

  await review(host);
  await office.goto('/applications');
  await office.getByText('待我审核').click();
  await office.getByTestId('open-application').click();
  await office.getByTestId('review-grant').click();
  await office.getByTestId('error-summary').filter({ hasText: '盖章' }).waitFor();
  await office.getByTestId('rv-paper').selectOption({ index: 1 });
  await office.getByTestId('review-grant').click();
  await office.getByTestId('rv-from').waitFor();
  await shoot(office, 'application-review-desk');
  await office.getByTestId('review-grant').click();
  await office.getByTestId('review-form').waitFor({ state: 'detached' });
  assert.equal(await office.getByTestId('application-state').innerText(), '已录用');

  await host.goto(`/studios/${studio.id}`);
  const row = () => host.getByTestId('member-row').filter({ hasText: '陈晓梅' });
  await row().first().waitFor();
  const { members } = (await call(host, 'GET', `/api/studios/${studio.id}`)).body;
  const hers = members.filter((one) => one.account.name === '陈晓梅');
  assert.deepEqual(hers.filter((one) => one.to === null).map((one) => one.role), ['core']);

  // The list is announced, and read on the teacher's first page.
  await office.goto('/applications');
  await office.getByTestId('see-recruitment').click();
  await shoot(office, 'application-received-desk');
  const [sheet] = await Promise.all([office.waitForEvent('download'), office.getByTestId('export-summary').click()]);
  assert.match(sheet.suggestedFilename(), /申报汇总表.*\.xlsx$/);
  await office.getByTestId('announce-list').click();
  assert.match(await office.getByTestId('an-content').inputValue(), /陈晓梅/);
  await office.getByTestId('an-send').click();
  await office.getByTestId('announce-form').waitFor({ state: 'detached' });
  await teacher.goto('/');
  await teacher.getByTestId('home-announcements').getByText('录用名单').click();
  await teacher.getByTestId('announcement').getByText('经审核').waitFor();
  await shoot(teacher, 'announcement-phone');

  // Moving on: the host asks, the office decides.
  await row().getByTestId('move-member').click();
  await host.getByTestId('tf-kind').selectOption('departed');
  await host.getByTestId('tf-day').fill(dayAfter(hers.find((one) => one.to === null).from));
  await host.getByTestId('tf-reason').fill('调往外县任教');
  await shoot(host, 'transfer-desk');
  await host.getByTestId('tf-send').click();
  await host.getByTestId('studio-said').filter({ hasText: '等待决定' }).waitFor();
  await office.goto('/applications');
  await office.getByText('待我审核').click();
  await office.getByTestId('transfer-grant').click();
  await office.getByTestId('waiting-transfers').waitFor({ state: 'detached' });
  await host.reload();
  await host.getByTestId('studio-transfers').click();
  await host.getByTestId('transfer').getByText('已生效').waitFor();
  await shoot(host, 'transfers-desk');

  await office.goto('/capacities');
  await office.getByTestId('capacity').first().waitFor();
  const behind = office.getByTestId('capacity').first().getByTestId('capacity-behind');
  await behind.locator('summary').click();
  const studios = Number((await office.getByTestId('capacity').first().locator('.big').innerText()).match(/\d+/)[0]);
  assert.equal(await behind.getByRole('link').count(), studios, 'the number opens to its Studios');
  const stations = office.getByTestId('capacity').filter({ hasText: '名师工作站' });
  await office.getByTestId('open-station').click();
  await office.getByTestId('st-save').click();
  await office.getByTestId('error-summary').waitFor();
  await office.getByTestId('st-name').fill('第一名师工作站');
  await office.getByTestId('st-seat').fill('教师进修学院');
  await office.getByTestId('st-reason').fill('公开竞争、资格准入');
  await shoot(office, 'station-desk');
  await office.getByTestId('st-save').click();
  await office.getByTestId('station').getByText('第一名师工作站').waitFor();
  await stations.locator('.big').getByText('1').waitFor();
  await stations.getByTestId('capacity-behind').locator('summary').click();
  await stations.getByRole('link', { name: '第一名师工作站' }).click();
  for (const [size, viewport] of Object.entries({ desk, phone })) {
    await office.setViewportSize(viewport);
    await shoot(office, `capacities-${size}`);
    assert.ok(await office.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${size} scrolls sideways`);
  }
  const reader = await publicity(server, { office, teacher, open });
  for (const page of [host, teacher, office, reader]) {
    assert.deepEqual(page.complaints, []);
    await page.context().close();
  }
}

async function review(page) {
  await page.goto('/applications');
  await page.getByText('待我审核').click();
  await page.getByTestId('open-application').click();
  await page.getByTestId('review-grant').waitFor();
  await shoot(page, 'application-host-desk');
  await page.getByTestId('review-grant').click();
  await page.getByTestId('review-form').waitFor({ state: 'detached' });
}

function dayAfter(day, days = 1) {
  const next = new Date(`${day}T12:00:00Z`);
  next.setUTCDate(next.getUTCDate() + days);
  return next.toISOString().slice(0, 10);
}

// Of a programme that names no host before everybody could object.
async function publicity(server, { office, teacher, open }) {
  const today = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);
  const made = async (route, body) => {
    const answer = await call(office, 'POST', route, body);
    assert.ok(answer.status < 300, JSON.stringify(answer.body));
    return answer.body;
  };
  const region = (await call(office, 'GET', '/api/regions')).body.rows.find((one) => one.name === '青禾县').id;
  const form = { policy: 'district-2', role: 'host', title: '区名师工作室主持人遴选', places: 2, opens: today, closes: dayAfter(today), tier: 'county', kind: 'studio' };
  const recruitment = (await made(`/api/regions/${region}/recruitments`, form)).id;
  const page = (await call(teacher, 'GET', `/api/recruitments/${recruitment}`)).body;
  const paper = await teacher.evaluate(async (bytes) => {
    const form = new FormData();
    form.append('file', new Blob([new Uint8Array(bytes)], { type: 'image/png' }), '证书.png');
    const csrf = decodeURIComponent(document.cookie.match(/lectern_csrf=([^;]+)/)[1]);
    const answer = await fetch('/api/attachments', { method: 'POST', headers: { 'x-csrf-token': csrf }, body: form });
    return (await answer.json()).id;
  }, [...PAPER.buffer]);
  const items = page.slots.flatMap((slot) => [1, 2, 3].map(() => ({ slot: slot.key, title: slot.title.slice(0, 40), attachment: paper })));
  const fields = {
    sex: 'female', born: '1988-09-01', phone: '13800000099', education: '本科', stage: 'primary', subject: '小学语文', title: '高级教师', post: '教研组长',
    teaching_years: 16, honours: '区中小学学科首席教师', summary: '市级公开课 3 次。', plan: '每学期送教两次，带两位青年教师。', studio_name: '陈晓梅小学语文名师工作室', items,
  };
  const { id } = (await call(teacher, 'POST', `/api/recruitments/${recruitment}/application`, { fields, choices: [] })).body;
  const sent = await call(teacher, 'POST', `/api/applications/${id}/sending`);
  assert.equal(sent.status, 200, JSON.stringify(sent.body));

  await office.setViewportSize(desk);
  await office.goto(`/applications/${id}`);
  await office.getByTestId('rv-paper').selectOption({ index: 1 });
  await office.getByTestId('review-grant').click();
  await office.getByTestId('error-summary').filter({ hasText: '校内公示' }).waitFor();
  await office.getByTestId('rv-notice-from').fill(dayAfter(today, -8));
  await office.getByTestId('rv-notice-to').fill(dayAfter(today, -1));
  await shootBoth(office, 'publicity-school');
  await office.getByTestId('review-grant').click();
  await office.getByTestId('review').filter({ hasText: '校内公示' }).waitFor();
  await shootBoth(office, 'publicity-consent');
  await office.getByTestId('review-grant').filter({ hasText: '同意并公示' }).click();
  await office.getByTestId('publicity-standing').filter({ hasText: '正式命名' }).waitFor();
  assert.equal(await office.getByTestId('application-state').innerText(), '公示中');

  // Everybody reads it; whoever is signed in objects.
  const reader = await open(phone);
  await reader.goto('/publicities');
  await reader.getByTestId('public-applicant').filter({ hasText: '陈晓梅小学语文名师工作室' }).waitFor();
  assert.ok(!(await reader.content()).includes('13800000099'), 'no phone is public');
  await shootBoth(reader, 'publicities');
  await reader.getByTestId('object-sign-in').click();
  await signIn(reader, 'caoxiaoyan');
  await reader.goto('/publicities');
  await reader.getByTestId('object').click();
  await reader.getByTestId('ob-send').click();
  await reader.getByTestId('error-summary').waitFor();
  await reader.getByTestId('ob-reason').fill('论文的刊物不在核心期刊目录里，请核实。');
  await shootBoth(reader, 'publicity-object');
  await reader.getByTestId('ob-send').click();
  await reader.getByTestId('own-objections').getByText('等待答复').waitFor();
  await teacher.goto(`/recruitments/${recruitment}`);
  await teacher.getByTestId('own-publicity').filter({ hasText: '1 件异议' }).waitFor();
  await shootBoth(teacher, 'publicity-own');

  // The week passes: the office answers, and names.
  await server.kill();
  await server.start(7);
  await signIn(office, 'songyaqin');
  await office.goto('/');
  await office.getByTestId('reminder-answer_application_objections').getByRole('link').click();
  await office.getByTestId('answer-objection').click();
  await office.getByTestId('oa-reason').fill('经核实，刊物在当年的目录里。');
  await shootBoth(office, 'publicity-answer');
  await office.getByTestId('oa-send').click();
  await office.getByTestId('naming-form').waitFor();
  await shootBoth(office, 'publicity-naming');
  await office.goto(`/recruitments/${recruitment}`);
  await office.getByTestId('name-all').click();
  await office.getByTestId('na-save').click();
  await office.getByTestId('named-all').filter({ hasText: '1' }).waitFor();
  await shootBoth(office, 'publicity-named');
  await signIn(reader, 'caoxiaoyan');
  await reader.goto('/publicities');
  await reader.getByTestId('own-objections').getByText('不采纳').waitFor();
  await shootBoth(reader, 'publicity-answered');
  await signIn(teacher, 'chenxiaomei');
  await teacher.goto(`/recruitments/${recruitment}`);
  await teacher.getByTestId('own-naming').waitFor();
  return reader;
}

async function shootBoth(page, name) {
  const before = page.viewportSize();
  for (const [size, viewport] of Object.entries({ desk, phone })) {
    await page.setViewportSize(viewport);
    await shoot(page, `${name}-${size}`);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${name} ${size} scrolls sideways`);
  }
  await page.setViewportSize(before);
}

application.server = { calendar: true };
