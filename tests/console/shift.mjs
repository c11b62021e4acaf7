// SPDX-License-Identifier: Apache-2.0
// The end of a shift: what is open goes to the next, on the screen and on paper.
import {accessible, check, crimes, ctl, equal, go, open, prepare, run, settings, signIn}
  from './browser.mjs';
import {fresh, gap, historyOf, openAlert} from './steps.mjs';

const rowOf = (page, household) => page.locator('.desks tbody tr', {hasText: household});

async function handsOver(page) {
  const id = fresh('welfare', []);
  const {household} = JSON.parse(ctl('alerts', 'show', id, '--json'));
  ctl('alerts', 'ack', id, '--for', '2h');
  ctl('alerts', 'contact', id, '--channel', 'call', '--whom', 'contact_person', '--result',
    'no_answer', '--note', 'calls back at eight');
  await go(page, '#/handover');
  const row = rowOf(page, household).first();
  await row.waitFor();
  const [, , , whom, last, next] = await row.locator('td').allTextContents();
  check(whom.includes('root') && whom.includes('contacting'), 'it says with whom an alert is',
    whom);
  check(last.includes('call, contact person, no answer') && last.includes('calls back at eight'),
    'what was done last, with its note', last);
  check(next.includes('opens again'), 'and what comes by itself', next);
  const since = await page.locator('.desks tbody td:nth-child(3) time').evaluateAll((all) =>
    all.map((one) => Date.parse(one.dateTime)));
  check(since.length > 3 && since.every((at, i) => !i || since[i - 1] <= at),
    'the longest open stands first', since);
  await page.locator('table', {hasText: 'day-desk'}).waitFor();
  const duty = await page.locator('table', {hasText: 'day-desk'}).textContent();
  check(['noh', 'seo'].every((name) => duty.includes(name)), 'who has duty now and next', duty);
  await accessible(page, 'hand-over');
  return {id, row};
}

// What nobody can read is handed over, too: as a number.
async function unreadable(page) {
  await page.route(/api\/v1\/handover/, async (route) => route.fulfill({json:
    {...await (await route.fetch()).json(), unreadable: 1}}));
  const line = page.locator('[role=status]', {hasText: '1 alert more cannot be read'});
  await page.getByRole('button', {name: 'Look again'}).click();
  await line.waitFor();
  check(true, 'the hand-over says what it cannot show');
  await accessible(page, 'hand-over with what cannot be read');
  await page.unrouteAll({behavior: 'ignoreErrors'});
  await page.getByRole('button', {name: 'Look again'}).click();
  await line.waitFor({state: 'hidden'});
  check(true, 'and no more once it is mended');
}

// The store is away for one look.
async function unanswered(page) {
  const why = 'nothing was shown: Anbu\'s state store is not available.';
  const told = page.locator('.notices [role=alert]', {hasText: why});
  const area = page.getByLabel('Area');
  await page.route(/api\/v1\/handover/, (route) => route.fulfill({status: 503,
    contentType: 'application/problem+json', json: {status: 503, detail: why}}));
  await area.selectOption({index: 1});
  await told.waitFor();
  check(true, 'a look that fails says so');
  await page.unrouteAll({behavior: 'ignoreErrors'});
  await told.getByRole('button', {name: 'Close'}).click();
  await area.selectOption({index: 0});
}

// Others have duty by now.
async function changesDuty(page) {
  const desk = page.locator('tr', {hasText: 'day-desk'});
  const rosters = (name) => page.route('**/api/v1/rosters', async (route) => route.fulfill({json:
    JSON.parse((await (await route.fetch()).text()).replaceAll('"noh"', `"${name}"`))}));
  await rosters('relief');
  await page.getByRole('button', {name: 'Look again'}).click();
  await desk.getByText('relief').first().waitFor();
  check(true, 'a new look is at who has duty, too');
  await go(page, '#/team');
  await page.getByRole('heading', {name: 'Team'}).waitFor();
  await desk.getByText('relief').first().waitFor();
  await page.unrouteAll({behavior: 'ignoreErrors'});
  await gap(page, () => rosters('evening'));
  await desk.getByText('evening').first().waitFor();
  check(true, 'and the team\'s page follows by itself');
  await page.unrouteAll({behavior: 'ignoreErrors'});
  await go(page, '#/handover');
  await desk.getByText('noh').first().waitFor();
}

async function staysTrue(page, {id, row}) {
  ctl('alerts', 'note', id, 'the daughter is on her way');
  await page.getByText('Something has changed since').waitFor();
  check(true, 'what changes behind it is said');
  await page.getByRole('button', {name: 'Look again'}).click();
  await row.getByText('the daughter is on her way').waitFor();
  equal(await page.getByText('Something has changed since').isVisible(), false,
    'and is there with the next look');
}

// All of it on white, nothing to press, whatever the screen is like.
async function onPaper(page) {
  await page.evaluate(() => {
    window.printed = 0;
    window.print = () => window.printed++;
  });
  await page.getByRole('button', {name: 'Print'}).click();
  equal(await page.evaluate(() => window.printed), 1, 'it is printed by a press');
  await page.emulateMedia({media: 'print', colorScheme: 'dark'});
  equal(await page.locator('button:visible, nav:visible, select:visible, .live:visible').count(), 0,
    'nothing on paper is to be pressed');
  const cut = await page.locator('.scroll').evaluateAll((all) => all.filter((one) =>
    one.scrollHeight > one.clientHeight + 1).length);
  equal(cut, 0, 'and nothing of a table is cut off');
  const ink = await page.evaluate(() => getComputedStyle(document.documentElement).color);
  check(ink.match(/\d+/g).every((part) => Number(part) < 64), 'in dark ink', ink);
  await page.emulateMedia({media: 'screen', colorScheme: 'light'});
}

// A whole team is called by its people; by whom nobody can be is told, in the reader's words.
async function calls(browser, handed) {
  await prepare('ahn');
  const id = fresh('welfare', [handed]);
  ctl('alerts', 'escalate', id, '--note', 'smell of gas');
  const climbs = fresh('police', []);
  for (const [locale, team, missing, term, step] of [
    ['en-GB', 'police team', 'former cannot be called: no such account', 'On call',
      /message, resident *step 1 of 4 of urgent$/],
    ['ko-KR', '경찰 팀', 'former: 연락할 수 없음 (없는 계정)', '당직', /문자, 거주자 *urgent: 4단계 중 1단계$/]]) {
    const page = await open(browser, `ahn, ${locale}`, {locale});
    await signIn(page, 'ahn', undefined, '#/team');
    const roster = page.locator('tr', {hasText: 'night-watch'});
    await roster.waitFor();
    const [now, next] = (await roster.locator('td').allTextContents()).slice(3);
    check([now, next].every((cell) => ['ahn', 'kim', team, missing].every((part) =>
      cell.includes(part))), `who is asked, now and next, and who cannot be: ${locale}`, now);
    const desk = await page.locator('tr', {hasText: 'day-desk'}).textContent();
    check(['noh', 'seo'].every((name) => desk.split(name).length === 2),
      `an account is told once: ${locale}`, desk);
    await accessible(page, `team, ${locale}`);
    await openAlert(page, id);
    const whom = await page.locator(`dt:text-is("${term}") + dd`).textContent();
    check(['ahn', 'kim', team].every((part) => whom.includes(part)) && !whom.includes('former'),
      `an alert says whom of the team to call: ${locale}`, whom);
    await openAlert(page, climbs);
    const history = await historyOf(page);
    check(history.some((one) => step.test(one)), `a step of its ladder is told: ${locale}`,
      history.join('\n'));
    await page.context().close();
  }
}

const inHistory = (page, text) => page.locator('.history li', {hasText: text}).first().waitFor();

// What Anbu notes is said in the officer's language, and what a person wrote stands as it is.
async function inKorean(browser, handed) {
  const page = await open(browser, 'chae, Korean', {locale: 'ko-KR'});
  await prepare('chae');
  await signIn(page, 'chae');
  await page.waitForSelector('.live.on');
  const id = fresh('welfare', [handed]);
  await openAlert(page, id);
  ctl('alerts', 'ack', id, '--for', '1s');
  await inHistory(page, /root: .*까지 맡았으나 조치가 없었습니다\./);
  check(true, 'an acknowledgement that ran out is told in Korean');
  ctl('alerts', 'refer', id, '--team', 'police', '--note', 'nobody opens');
  await inHistory(page, '경찰 팀으로 인계를 요청했습니다.');
  const referred = page.locator('.history li', {hasText: 'nobody opens'});
  equal(await referred.locator('p').allTextContents(),
    ['경찰 팀으로 인계를 요청했습니다.', 'nobody opens'], 'so is a referral, apart from its words');
  ctl('alerts', 'decline', id, '--note', 'no danger');
  await inHistory(page, '복지 팀으로 돌아갔습니다.');
  ctl('alerts', 'escalate', id, '--note', 'smell of gas');
  await inHistory(page, /경찰 팀으로 격상했습니다\. 마지막 생활 신호: .*smell of gas$/);
  ctl('alerts', 'resolve', id, '--outcome', 'safe', '--note', 'was asleep');
  await inHistory(page, /안전was asleep$/);
  const history = (await historyOf(page)).join('\n');
  check(!/[a-z]{3}/i.test(history.replace(/root|nobody opens|no danger|smell of gas|was asleep/g,
    '')), 'and no English is left but what people wrote', history);
  await accessible(page, 'history, Korean');
  await page.context().close();
}

run(async (browser) => {
  await prepare('noh');
  const page = await open(browser, 'noh');
  await signIn(page, 'noh');
  await page.waitForSelector('.live.on');
  const alert = await handsOver(page);
  await unreadable(page);
  await unanswered(page);
  await changesDuty(page);
  await staysTrue(page, alert);
  await onPaper(page);
  await inKorean(browser, alert.id);
  await calls(browser, alert.id);
  const away = /status of 503/; // the one look that was to fail
  equal(crimes.filter((one) => !away.test(one)), [],
    `no request leaves ${settings.address}, no error`);
});
