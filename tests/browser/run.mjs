// Runs every story against a server of its own, in one Chromium. A story's name as argument runs only that one.

import { execFileSync } from 'node:child_process';
import { launch, state } from './browser.mjs';
import { startServer } from './server.mjs';
import { application } from './application.story.mjs';
import { attendance } from './attendance.story.mjs';
import { broadcast } from './broadcast.story.mjs';
import { cases } from './cases.story.mjs';
import { check } from './check.story.mjs';
import { crowd } from './crowd.story.mjs';
import { encoder } from './encoder.story.mjs';
import { line } from './line.story.mjs';
import { notice } from './notice.story.mjs';
import { pages } from './pages.story.mjs';
import { recording } from './recording.story.mjs';
import { recordingCuts } from './recording-cuts.story.mjs';
import { replay } from './replay.story.mjs';
import { report } from './report.story.mjs';
import { research } from './research.story.mjs';
import { roster } from './roster.story.mjs';
import { scorecard } from './scorecard.story.mjs';
import { year } from './year.story.mjs';

const stories = { broadcast, encoder, pages, report, scorecard, year, roster, notice, application, check, cases, research, line, crowd, attendance, replay, recording, recordingCuts };
const wanted = process.argv.slice(2);
// What a build wrote before is on the disk now, and not on its way there beside the stories.
execFileSync('sync');
const browser = await launch();
let failed = 0;
for (const [name, story] of Object.entries(stories)) {
  if (wanted.length && !wanted.includes(name)) continue;
  const server = await startServer(story.server);
  const began = Date.now();
  try {
    await story(browser, server);
    console.log(`ok ${name} (${Math.round((Date.now() - began) / 1000)} s)`);
  } catch (error) {
    failed += 1;
    for (const page of browser.contexts().flatMap((context) => context.pages())) console.error(`page ${await state(page)}`);
    console.error(`FAILED ${name}: ${error.stack}\n--- server log ---\n${server.log().slice(-4000)}`);
  } finally {
    // What a story leaves open would go on with its cameras beside the next one.
    for (const context of browser.contexts()) await context.close();
    await server.stop();
  }
}
await browser.close();
process.exit(failed ? 1 : 0);
