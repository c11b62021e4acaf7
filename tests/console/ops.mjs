// SPDX-License-Identifier: Apache-2.0
// An engineer who has edited the configuration and wants to know what comes of it.
import {readFileSync, writeFileSync} from 'node:fs';
import {accessible, check, crimes, equal, go, open, prepare, run, settings, signIn}
  from './browser.mjs';
import {press, said} from './steps.mjs';

const cells = (page) => page.locator('.changes tbody tr').evaluateAll((rows) => rows.map((row) =>
  [...row.cells].map((cell) => cell.textContent)));

async function changes(page, file) {
  const before = readFileSync(file, 'utf8');
  await page.locator('.changes', {hasText: 'The file says what is in force.'}).waitFor();
  check(true, 'a file that says what is in force changes nothing');

  writeFileSync(file, `${before}alerts: {ack_expiry: 2h}\nredis: {prefix: "other:"}\n`);
  await press(page, 'Look again', '.changes');
  await page.locator('.changes tbody tr').first().waitFor();
  equal((await cells(page)).sort(), [['alerts.ack_expiry', '4h', '2h', 'with a reload'],
    ['redis.prefix', 'anbu:', 'other:', 'after a restart']],
  'what a reload would change is told with both values');
  await accessible(page, 'what a reload would change');

  writeFileSync(file, `${before}alerts: {ack_expiry: soon}\nnonsense: 1\n`);
  const line = before.split('\n').length;
  await press(page, 'Look again', '.changes');
  await page.locator('.changes .fail').waitFor();
  const wrong = await cells(page);
  equal(wrong.map(([place]) => place), [`${file}:${line}:22`, `${file}:${line + 1}:1`],
    'a file that is refused says where, by line and column');
  check(wrong[0][1].includes('soon') && wrong[1][1].includes('no such option'), 'and why', wrong);
  equal(await page.locator('.changes button').count(), 1, 'and there is nothing to reload');
  await accessible(page, 'a file that is refused');

  writeFileSync(file, `${before}alerts: {ack_expiry: 2h}\n`);
  await press(page, 'Look again', '.changes');
  await press(page, 'Reload', '.changes');
  await page.waitForSelector('dialog[open]');
  await press(page, 'Reload', 'dialog');
  await said(page, 'Reloaded.');
  await page.locator('.changes', {hasText: 'The file says what is in force.'}).waitFor();
  check(true, 'what was reloaded is in force');
  writeFileSync(file, before);
}

// A page whose answers come after it was left is not drawn over the next one.
async function leftEarly(page) {
  let release;
  const held = new Promise((resolve) => { release = resolve; });
  const title = (text) => page.locator('main h1', {hasText: text});
  await go(page, '#/areas');
  await title('Areas').waitFor();
  await page.route('**/api/v1/config', async (route) => {
    await held;
    await route.continue();
  });
  const asked = page.waitForRequest('**/api/v1/config');
  await go(page, '#/ops');
  await asked;
  await go(page, '#/alerts/none');
  await page.locator('.fail', {hasText: 'not open to your role'}).waitFor();
  const answered = page.waitForResponse('**/api/v1/config');
  release();
  await (await answered).finished();
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() =>
    requestAnimationFrame(done))));
  equal([await page.locator('.fail').count(), await title('Ops').count()], [1, 0],
    'a page that was left draws nothing any more');
  await page.unroute('**/api/v1/config');
}

run(async (browser) => {
  await prepare('min');
  const page = await open(browser, 'min');
  await signIn(page, 'min', undefined, '#/ops');
  await page.waitForSelector('.changes');
  await changes(page, settings.config);
  await leftEarly(page);
  equal(crimes, [], 'no request leaves the desk, no error');
});
