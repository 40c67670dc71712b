// A poll as people meet it, in a room that is live already: asked, answered, answered otherwise, shown and put away.

import assert from 'node:assert/strict';
import { desk, phone, shoot } from './browser.mjs';

const QUESTION = '今天的导入，您觉得哪一步最值得带回自己的课堂？';
const OPTIONS = ['先让学生说自己看见了什么', '用一张照片引出细节', '板书只留三个关键词'];

export async function poll(host, viewer, seated, wall) {
  await asked(host);
  await answered(viewer);
  await fromTheSeat(seated);
  await counted(host, 2);
  await shoot(host, 'poll-host');
  await resized(host, { width: 1024, height: 768 });
  await host.waitForFunction(() => [...document.querySelectorAll('footer.foot > *')].every((one) => one.getBoundingClientRect().right <= innerWidth), null, { polling: 100, timeout: 5_000 })
    .catch(() => assert.fail('the controls do not fit'));
  await shoot(host, 'poll-host-narrow');
  await resized(host, desk);
  await wall.getByTestId('wall-poll').getByText('请用手机投票', { exact: false }).waitFor();
  await shoot(wall, 'poll-wall');
  await back(viewer);
  await shown(host, viewer, wall);
  await several(host, viewer);
}

async function asked(host) {
  await host.getByTestId('poll').click();
  await host.getByTestId('start-poll').click();
  await host.getByText('请写下问题。').waitFor();
  assert.equal(await host.evaluate(() => document.activeElement?.id), 'poll-question', 'the focus is on what is missing');
  await host.keyboard.type(QUESTION);
  await host.keyboard.press('Enter');
  for (const option of OPTIONS) {
    await host.keyboard.type(option);
    await host.keyboard.press('Enter');
  }
  assert.equal(await host.locator('[data-testid^="poll-option-input-"]').count(), 4, 'Enter in the last option makes another');
  // What is half written is there again.
  await host.keyboard.press('Escape');
  await host.getByTestId('poll-dialog').waitFor({ state: 'detached' });
  await host.getByTestId('poll').click();
  assert.equal(await host.getByTestId('poll-question-input').inputValue(), QUESTION);
  await shoot(host, 'poll-dialog');
  await resized(host, phone);
  await shoot(host, 'poll-dialog-phone');
  await resized(host, desk);
  await host.getByTestId('start-poll').click();
  await host.getByTestId('poll-card').waitFor();
}

// There, and at its place.
const settled = (page, id) => page.waitForFunction((id) => document.querySelector(`[data-testid="${id}"]`)?.getAnimations().every((one) => one.playState === 'finished'), id, { polling: 100 });

// Another size is another layout: what was shown is put there anew, a picture later.
async function resized(page, size) {
  await page.setViewportSize(size);
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

async function answered(viewer) {
  await settled(viewer, 'poll-sheet');
  await shoot(viewer, 'poll-viewer');
  await resized(viewer, phone);
  await viewer.getByTestId('poll-option-0').waitFor();
  await settled(viewer, 'poll-sheet');
  const [option, sheet, picture] = await Promise.all(['poll-option-0', 'poll-sheet'].map((id) => viewer.getByTestId(id).boundingBox()).concat(viewer.locator('.scr').first().boundingBox()));
  assert.ok(option.height >= 48, `an option is ${option.height} px high`);
  assert.ok(sheet.y >= picture.y + picture.height, 'the picture is not covered');
  await shoot(viewer, 'poll-viewer-phone');
  await viewer.getByTestId('poll-option-0').click();
  await viewer.getByTestId('poll-done').getByText(OPTIONS[0]).waitFor();
  await shoot(viewer, 'poll-done-phone');
  await viewer.getByTestId('change-poll').click();
  await viewer.getByTestId('poll-option-1').click();
  await viewer.getByTestId('poll-done').getByText(OPTIONS[1]).waitFor();
  await resized(viewer, desk);
  await shoot(viewer, 'poll-done');
}

async function fromTheSeat(seated) {
  await seated.getByTestId('poll-option-1').waitFor();
  await shoot(seated, 'poll-seat');
  await seated.getByTestId('poll-option-1').click();
  await seated.getByTestId('poll-done').waitFor();
}

const counted = (host, n) => host.getByTestId('poll-counted').filter({ hasText: new RegExp(`^${n} / `) }).waitFor();

// Who loads the page anew sees the poll and the own answer.
async function back(viewer) {
  await viewer.reload();
  await viewer.getByTestId('enter').click();
  await viewer.getByTestId('poll-done').getByText(OPTIONS[1]).waitFor();
}

async function shown(host, viewer, wall) {
  await host.getByTestId('close-poll').click();
  const result = viewer.getByTestId('poll-result');
  await result.waitFor();
  assert.equal(await result.getByRole('listitem').nth(1).getAttribute('aria-label'), `${OPTIONS[1]}，2 票，占 100%，您选的`);
  await settled(viewer, 'poll-result');
  await shoot(viewer, 'poll-result-viewer');
  await resized(viewer, phone);
  await settled(viewer, 'poll-result');
  await shoot(viewer, 'poll-result-viewer-phone');
  await resized(viewer, desk);
  await host.locator('[data-testid="poll-card"][data-over="true"]').waitFor();
  await shoot(host, 'poll-result-host');
  await resized(host, phone);
  await shoot(host, 'poll-result-host-phone');
  await resized(host, desk);
  await wall.getByTestId('wall-poll').getByText('100%').waitFor();
  await host.getByTestId('put-away-poll').click();
  await result.waitFor({ state: 'detached' });
  await host.getByTestId('poll-card').waitFor({ state: 'detached' });
}

// It stays open: the end of the Session closes it.
async function several(host, viewer) {
  await host.getByTestId('poll').click();
  await host.getByTestId('poll-question-input').fill('下次研修想听哪些内容？');
  for (const [place, option] of ['习作评改', '整本书阅读', '古诗教学', '口语交际', '跨学科学习', '班级读书会怎么办得长久'].entries()) {
    if (place > 1) await host.getByTestId('add-option').click();
    await host.getByTestId(`poll-option-input-${place}`).fill(option);
  }
  await host.getByText('最多 6 个选项').waitFor();
  await host.getByTestId('poll-kind-several').check({ force: true });
  await host.getByTestId('start-poll').click();
  await viewer.getByTestId('poll-option-0').click();
  await viewer.getByTestId('poll-option-2').click();
  await shoot(viewer, 'poll-several-viewer');
  // The smallest phone: the last option and the button are reached by scrolling the sheet, and the chat stays.
  await resized(viewer, { width: 360, height: 640 });
  await settled(viewer, 'poll-sheet');
  // The card is put into the sheet anew, so it is looked for each time.
  const reach = (id) => viewer.getByTestId('poll-sheet').getByTestId(id).evaluate((one) => one.scrollIntoView({ block: 'nearest' }));
  await reach('poll-option-5');
  await shoot(viewer, 'poll-several-small');
  await reach('submit-poll');
  const [sheet, input] = await Promise.all(['poll-sheet', 'chat-input'].map((id) => viewer.getByTestId(id).boundingBox()));
  assert.ok(sheet.y + sheet.height <= input.y && input.y + input.height <= 640, 'the chat is still there');
  assert.ok(sheet.height >= 160, `the sheet has ${sheet.height} px`);
  await resized(viewer, desk);
  await viewer.getByTestId('submit-poll').click();
  await viewer.getByTestId('poll-done').getByText('习作评改、古诗教学').waitFor();
  await counted(host, 1);
  await resized(host, phone);
  await shoot(host, 'poll-host-phone');
  await resized(host, desk);
}

// What is left of them.
export async function pollsOf(host, session) {
  await host.goto(`/sessions/${session}/report`);
  const polls = host.getByTestId('polls');
  await polls.getByText(QUESTION).waitFor();
  await polls.getByText('下次研修想听哪些内容？').waitFor();
  await host.locator('[data-testid="curve"] svg path').first().waitFor({ state: 'attached' });
  await polls.scrollIntoViewIfNeeded();
  await shoot(host, 'poll-report');
  await resized(host, phone);
  await host.waitForFunction(() => document.documentElement.scrollWidth <= innerWidth, null, { polling: 100, timeout: 5_000 }).catch(() => assert.fail('the report scrolls sideways'));
  await polls.scrollIntoViewIfNeeded();
  await shoot(host, 'poll-report-phone');
  await resized(host, desk);
}
