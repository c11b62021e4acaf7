// SPDX-License-Identifier: Apache-2.0
// An evening at the desk: several officers, each in a browser of their own.
import {accessible, check, crimes, ctl, equal, firstSignIn, go, open, prepare, produce, run,
  settings, signIn} from './browser.mjs';
import {dialogSend, fresh, gap, historyOf, openAlert, press, row, said, shownIds, take, used}
  from './steps.mjs';

async function signsIn(browser) {
  const page = await open(browser, 'kim');
  await signIn(page, 'kim', 'wrong wrong wrong');
  await page.waitForSelector('.fail:not([hidden])');
  check((await page.textContent('.fail')).includes('wrong'), 'a wrong password is told');
  await accessible(page, 'sign-in');
  await firstSignIn(page, 'kim');
  await page.waitForSelector('.alert');
  equal(await shownIds(page), JSON.parse(ctl('alerts', 'list', '--json', '--team', 'police'))
    .alerts.map((alert) => alert.alert), 'the queue stands in the order of the API');
  await page.waitForSelector('.live.on');
  check(true, 'a first sign-in ends at a live queue, with a password of their own');
  return page;
}

// Two desks hand an alert to and fro until it is closed.
async function handOver(kim, lee, park) {
  const id = take('welfare');
  await openAlert(lee, id);
  await press(lee, 'Acknowledge');
  await said(lee, 'It is yours.');
  await press(lee, 'no answer');
  await said(lee, 'The contact is recorded.');
  await press(lee, 'Note');
  await dialogSend(lee, {note: 'curtains drawn since Monday'}, 'Note');
  await said(lee, 'The note is in the history.');
  await press(lee, 'Refer');
  await dialogSend(lee, {note: 'nobody opens'}, 'Refer');
  await said(lee, 'Referred');
  await go(kim, '#/queue');
  await kim.waitForSelector(row(id));
  check((await kim.textContent(row(id))).includes('referred by welfare to police'),
    'the other desk sees it at once, with where it comes from');
  await go(park, '#/queue');
  await park.waitForSelector(row(id));
  await openAlert(kim, id);
  await press(kim, 'Decline');
  await dialogSend(kim, {note: 'no danger, bills'}, 'Decline');
  await said(kim, 'Declined');
  await park.locator(row(id)).waitFor({state: 'detached'});
  await kim.locator('.card', {hasText: 'The other team has it now'}).waitFor();
  check(true, 'what was declined leaves the lists of that desk at once, and has no buttons there');
  await lee.locator('.history li', {hasText: 'no danger, bills'}).waitFor();
  check(true, 'what the other desk says comes into an open page by itself');
  await press(lee, 'Close with outcome');
  await dialogSend(lee, {outcome: 'safe', note: 'was at her son\'s'}, 'Close with outcome');
  await said(lee, 'Closed.');
  const history = (await historyOf(lee)).join('\n');
  check(['closed', 'declined', 'referred', 'no answer', 'acknowledged', 'raised'].every((word) =>
    history.includes(word)), 'its history has every step', history);
  await go(lee, '#/queue');
  await lee.waitForSelector('.queue');
  equal(await lee.locator(row(id)).count(), 0, 'and it is gone from the queue');
}

// It leaves the desk while the line of who has it open is down.
async function leavesUnheard(kim, park) {
  const id = fresh('welfare', [...used, fresh('welfare', used)]); // the first is for home()
  ctl('alerts', 'refer', id, '--team', 'police', '--note', 'nobody opens');
  await openAlert(kim, id);
  await press(kim, 'Show address');
  await kim.locator('dd', {hasText: 'Nowhere-ro'}).waitFor();
  await park.waitForSelector(row(id));
  await gap(kim, async () => {
    ctl('alerts', 'decline', id, '--note', 'no danger');
    await park.locator(row(id)).waitFor({state: 'detached'});
  });
  await kim.locator('.card', {hasText: 'The other team has it now'}).waitFor();
  equal([await kim.getByText('Nowhere-ro').count(), await kim.locator('form.contact').count()],
    [0, 0], 'what left unheard has no buttons and no address there, either');
}

// Police declare no absence: the outcome is not offered, and the form says whose it is.
async function outcomesOf(page, withAbsence) {
  await press(page, 'Close with outcome');
  await page.waitForSelector('dialog[open] input[name=outcome][value=safe]');
  equal([await page.locator('dialog input[value=absence]').count(),
    await page.locator('dialog', {hasText: 'Refer it to welfare'}).count()],
  withAbsence ? [1, 0] : [0, 1],
  `${withAbsence ? 'welfare are' : 'police are not'} offered to close as an absence`);
  await press(page, 'Cancel', 'dialog');
}

// What a welfare officer sees of a home, and a police officer does not.
async function home(kim, lee) {
  const id = fresh('welfare', []);
  await openAlert(lee, id);
  await lee.waitForSelector('.use canvas');
  check(true, 'welfare sees hours beside what is usual');
  await press(lee, '60 days');
  await lee.waitForSelector('.use button[aria-pressed=true]:has-text("60")');
  await press(lee, 'Show address');
  await lee.locator('dd', {hasText: 'Nowhere-ro'}).waitFor();
  await lee.locator('dd', {hasText: /^Korean$/}).waitFor();
  check(true, 'the directory\'s entry comes by a press, with what is spoken there');
  await accessible(lee, 'alert with picture and address');
  await lee.getByText('As a table').click();
  check(await lee.locator('.use tbody tr').count() > 30, 'the picture is there as a table, too');
  await lee.getByRole('link', {name: 'About this home'}).click();
  await lee.getByRole('heading', {name: 'Absence'}).waitFor();
  await lee.waitForSelector('.use canvas');
  await accessible(lee, 'home');
  await press(lee, 'Enter an absence');
  const day = new Date(Date.now() + 5 * 86400000).toISOString().slice(0, 10);
  await dialogSend(lee, {to: day, reason: 'at her sister\'s'}, 'Enter an absence');
  await lee.locator('button', {hasText: 'They are back'}).waitFor();
  check(true, 'an absence is entered');
  await openAlert(kim, fresh('police', []));
  await kim.locator('.picture', {hasText: 'no hours of use'}).waitFor();
  equal(await kim.locator('.ladder li').allTextContents().then((steps) => steps.length), 4,
    'the ladder stands there with its steps');
  check((await kim.textContent('.ladder [aria-current=step]')).startsWith('1. message resident'),
    'and the one that is on is lit');
  equal(await kim.locator('.use canvas, svg.life').count(), 0, 'police are shown no hours');
  await outcomesOf(kim, false);
  await openAlert(lee, id);
  await outcomesOf(lee, true);
  await go(kim, '#/households/H-10001');
  await kim.locator('.fail').waitFor();
  check(true, 'nor a home');
}

// An alert that grows graver begins on another ladder: only its own route says the steps of that.
async function ladders(kim) {
  const id = fresh('police', []);
  const path = `**/api/v1/alerts/${id}`;
  await kim.route(path, async (route) => {
    const alert = await (await route.fetch()).json();
    const on = alert.ladder ?? alert.ladder_begins;
    Object.assign(on, {name: 'gentle', steps: on.steps.slice(0, 2)});
    await route.fulfill({json: alert});
  });
  await openAlert(kim, id);
  await kim.waitForFunction(() => document.querySelectorAll('.ladder li').length === 2);
  await kim.unroute(path);
  await press(kim, 'Note');
  await dialogSend(kim, {note: 'still dark'}, 'Note');
  await kim.waitForFunction(() => document.querySelectorAll('.ladder li').length === 4);
  check(true, 'steps that are shown are of the ladder that is on');
}

async function purpose(lee) {
  await go(lee, '#/households/H-10002');
  await lee.waitForSelector('dialog[open]');
  await accessible(lee, 'what for');
  await dialogSend(lee, {purpose: 'neighbour has called'}, 'Look');
  await lee.waitForSelector('.use canvas');
  check(true, 'a home without an alert is shown for a purpose');
}

async function oversight(browser) {
  await prepare('seo');
  const page = await open(browser, 'seo');
  await signIn(page, 'seo', undefined, '#/households/H-10003');
  await dialogSend(page, {purpose: 'neighbour has called'}, 'Look');
  await page.getByRole('button', {name: 'Enter an absence'}).waitFor();
  await press(page, 'Enter an absence');
  const day = new Date(Date.now() + 5 * 86400000).toISOString().slice(0, 10);
  await dialogSend(page, {to: day, reason: 'with her son'}, 'Enter an absence');
  await press(page, 'They are back');
  await page.getByRole('button', {name: 'They are back'}).waitFor({state: 'detached'});
  check(true, 'a supervisor enters and ends an absence for the purpose of the look');
  await page.context().close();
}

async function race(lee, moon) {
  const id = take('welfare');
  const news = /\/api\/v1\/(events|alerts\?)/;
  // moon's page hears nothing of lee's step before moon presses, too.
  await moon.route(news, (route) => route.abort());
  await moon.reload();
  await openAlert(lee, id);
  await openAlert(moon, id);
  await press(lee, 'Acknowledge');
  await said(lee, 'It is yours.');
  await press(moon, 'Acknowledge');
  await said(moon, 'Changed meanwhile: lee, acknowledged');
  check(true, 'of two officers one has it, and the other is told who');
  await moon.unroute(news);
  equal(JSON.parse(ctl('alerts', 'show', id, '--json')).owner, 'lee', 'it is of whoever was first');
}

async function live(lee) {
  await go(lee, '#/queue');
  await lee.waitForSelector('.alert');
  const last = (await shownIds(lee)).at(-1);
  await lee.locator(row(last)).scrollIntoViewIfNeeded();
  await lee.hover(row(last));
  const top = (await lee.locator(row(last)).boundingBox()).y;
  const home = 'H-LIVE-1';
  produce('anbu.household', home, {household: home, event: 'profile', at: new Date().toISOString(),
    area: '11140-sindang', timezone: 'Asia/Seoul', residents: 1, flags: ['lives_alone']});
  produce('anbu.billing', home, {household: home, utility: 'gas', event: 'arrears',
    at: new Date().toISOString(), months: 7, amount: 129300, currency: 'KRW'});
  await lee.locator('.alert', {hasText: home}).waitFor();
  check(true, 'a new alert comes by itself');
  const moved = Math.abs((await lee.locator(row(last)).boundingBox()).y - top);
  check(moved < 2, 'and what the pointer is on stays where it is', `${moved} px`);
}

async function network(lee) {
  const id = take('welfare');
  await openAlert(lee, id);
  await press(lee, 'Note');
  await lee.waitForSelector('dialog[open]');
  await lee.context().setOffline(true);
  await dialogSend(lee, {note: 'typed while the network was away'}, 'Note');
  await lee.locator('dialog .fail', {hasText: 'Not sent yet'}).waitFor();
  await lee.waitForSelector('.banner:not([hidden])');
  equal(await lee.inputValue('dialog [name=note]'), 'typed while the network was away',
    'without a network what was typed stays');
  await lee.context().setOffline(false);
  await said(lee, 'The note is in the history.');
  await lee.waitForSelector('.banner', {state: 'hidden'});
  const times = (await historyOf(lee)).filter((one) => one.includes('while the network')).length;
  equal(times, 1, 'it is sent when the network is back, once');
  await press(lee, 'Note');
  await lee.fill('dialog [name=note]', 'half a sentence');
  await lee.keyboard.press('Escape');
  await lee.reload();
  await lee.waitForSelector('.history');
  await press(lee, 'Note');
  equal(await lee.inputValue('dialog [name=note]'), 'half a sentence',
    'and outlives a closed form and a reload');
  await lee.fill('dialog [name=note]', '');
  await lee.keyboard.press('Escape');
}

async function staysIn(lee) {
  await lee.context().setOffline(true);
  await lee.click('.menu summary');
  await press(lee, 'Sign out', '.menu');
  await said(lee, 'You are still signed in.');
  check(await lee.locator('.menu').count() === 1, 'a sign-out that does not reach Anbu is told');
  await lee.context().setOffline(false);
  await lee.waitForSelector('.banner', {state: 'hidden'});
  await lee.locator('.notices').getByRole('button', {name: 'Close'}).click();
  await lee.click('.menu summary');
}

// A form that was begun and closed does not decide what another button means.
async function pressed(lee) {
  const id = take('welfare');
  await openAlert(lee, id);
  await lee.keyboard.press('c');
  await lee.waitForSelector('dialog[open]');
  await lee.selectOption('dialog [name=result]', 'no_answer');
  await lee.fill('dialog [name=note]', 'blinds down');
  await lee.keyboard.press('Escape');
  await press(lee, 'cannot locate');
  await lee.waitForSelector('dialog[open]');
  equal([await lee.inputValue('dialog [name=result]'), await lee.inputValue('dialog [name=note]')],
    ['cannot_locate', 'blinds down'], 'a button is meant as it was pressed, whatever a draft says');
  await lee.fill('dialog [name=note]', '');
  await lee.keyboard.press('Escape');
}

// A form names its home, and goes with the page that it was opened on: what is sent from the queue
// would be of an alert that is no longer in sight.
async function leftBehind(lee) {
  await go(lee, '#/queue');
  const id = take('welfare');
  await openAlert(lee, id);
  await press(lee, 'Refer');
  await lee.fill('dialog [name=note]', 'half a reason');
  const {household} = JSON.parse(ctl('alerts', 'show', id, '--json'));
  check((await lee.textContent('dialog h2')).includes(household),
    'a form says of which home it is');
  await lee.goBack();
  await lee.waitForSelector('.queue');
  equal(await lee.locator('dialog').count(), 0, 'a form is left with its page');
  await openAlert(lee, id);
  await press(lee, 'cannot locate');
  await lee.locator('dialog', {hasText: 'puts the alert on the police\'s desk'}).waitFor();
  check(true, 'and what sends the police says so before it is sent');
  await lee.keyboard.press('Escape');
}

async function keyboard(kim) {
  const id = take('police');
  await go(kim, '#/queue');
  await kim.waitForSelector(row(id));
  const focused = () => kim.evaluate(() => document.activeElement.closest('li')?.dataset.id);
  for (let i = 0; i < 50 && await focused() !== id; i++) await kim.keyboard.press('j');
  equal(await focused(), id, 'j goes from alert to alert');
  await kim.keyboard.press('a');
  await said(kim, 'It is yours.');
  await kim.locator(row(id), {hasText: 'yours until'}).waitFor();
  equal(await focused(), id, 'a takes it, and the focus stays on it');
  await kim.keyboard.press('c');
  await kim.waitForSelector('dialog[open]');
  const field = () => kim.evaluate(() => document.activeElement.name);
  for (let i = 0; i < 9 && await field() !== 'result'; i++) await kim.keyboard.press('Tab');
  await kim.keyboard.type('no answer');
  await kim.keyboard.press('Enter');
  await kim.evaluate(() => document.querySelector('dialog button[type=submit]')?.focus());
  await kim.keyboard.press('Enter');
  await said(kim, 'The contact is recorded.');
  await kim.keyboard.press('?');
  await kim.waitForSelector('dialog[open] kbd');
  await accessible(kim, 'list of keys');
  await kim.keyboard.press('Escape');
  await kim.evaluate((wanted) => document.querySelector(`li[data-id="${wanted}"] a`).focus(), id);
  await kim.keyboard.press('Enter');
  await kim.waitForSelector('.history');
  check((await historyOf(kim)).join().includes('no answer'), 'contact and opening by keys alone');
}

async function walls(browser, kim) {
  const menus = {ops: 'queue', audit: 'queue', grid: 'queue', han: ''};
  const id = take('police');
  for (const [name, closed] of Object.entries(menus)) {
    const page = await open(browser, name);
    await prepare(name);
    await signIn(page, name);
    await page.waitForSelector('.menu');
    const pages = await page.$$eval('nav a[data-page]', (links) => links.map((one) =>
      one.dataset.page));
    check(!pages.includes(closed), `${name} has no page that is closed to the role`, pages);
    if (closed) {
      await go(page, `#/alerts/${id}`);
      await page.locator('.fail', {hasText: 'not open to your role'}).waitFor();
    }
    await page.context().close();
  }
  const welfare = take('welfare');
  await go(kim, `#/alerts/${welfare}`);
  await kim.locator('.fail').waitFor();
  check(true, 'an alert of the other team is not shown');
}

async function phone(browser) {
  for (const [scheme, locale] of [['dark', 'en-GB'], ['light', 'ko-KR'], ['dark', 'ko-KR']]) {
    const page = await open(browser, 'lee, phone', {viewport: {width: 360, height: 740},
      colorScheme: scheme, locale, hasTouch: true});
    await signIn(page, 'lee');
    await page.waitForSelector('.alert');
    await accessible(page, `queue, phone, ${scheme}, ${locale}`);
    const narrow = () => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);
    check(await narrow(), 'the queue fits a phone');
    await openAlert(page, fresh('welfare', used));
    check(await narrow(), 'an alert fits a phone');
    await accessible(page, `alert, phone, ${scheme}, ${locale}`);
    const small = await page.$$eval('button, select, input[type=text], summary', (all) => all
      .filter((one) => one.offsetParent && one.getBoundingClientRect().height < 43.5)
      .map((one) => one.outerHTML.slice(0, 80)));
    equal(small, [], 'what is to be pressed is 44 px high');
    if (locale === 'ko-KR') {
      equal(await page.evaluate(() => document.documentElement.lang), 'ko', 'it speaks Korean');
      const text = await page.innerText('body');
      check(!/\b[a-z_]+\.[a-z_]+\b/.test(text.replace(/\S+@\S+/g, '')), 'no word is missing', text);
    }
    await page.context().close();
  }
}

// A town without an outage: the answer is one as docs/alerts.md has it.
async function outage(kim) {
  const incident = {incident: 'x', group: 'feeder:F-201', kind: 'dark', state: 'open', metered: 240,
    dark: 212, from: '2026-01-16T02:51:00+09:00', to: null, held: 3};
  const silent = {...incident, incident: 'y', group: 'area:11140-sindang', kind: 'silent',
    metered: 0, dark: 0, seen: 3, expected: 41.26};
  await kim.route('**/api/v1/incidents', (route) =>
    route.fulfill({json: {incidents: [incident, silent]}}));
  await go(kim, '#/queue');
  const told = kim.locator('.incident').first();
  await told.waitFor();
  check((await kim.locator('.incident').last().textContent())
    .includes('3 of 41.3 signs of life'), 'a silent area is told by its signs of life');
  check(/feeder:F-201.*212 of 240.*3 alerts held/.test(await told.textContent()),
    'an outage and what it holds stand above the queue', await told.textContent());
  await kim.unroute('**/api/v1/incidents');
}

// Fifty outages in a moment, from a stream of events that then ends.
async function manyOutages(kim) {
  const told = 'event: incident\ndata: {"incident":"x","kind":"dark"}\n\n'.repeat(50);
  const asked = [];
  const hears = (request) => {
    if (/api\/v1\/(incidents|alerts\?)/.test(request.url())) asked.push(request);
  };
  const answered = () => kim.waitForResponse(/\/api\/v1\/incidents$/);
  await kim.route('**/api/v1/events', (route) => route.fulfill({contentType: 'text/event-stream',
    body: `event: hello\ndata: {"resumed":true}\n\n${told}`}));
  kim.on('request', hears);
  await Promise.all([answered(), kim.reload()]);
  await answered();
  const incidents = asked.filter((request) => request.url().endsWith('incidents')).length;
  check(incidents <= 3, 'many outages at once are asked for once', incidents);
  check(asked.every((request) => request.headers()['anbu-watches'] === '1'),
    'what the page asks by itself says so');
  kim.off('request', hears);
  await kim.unrouteAll({behavior: 'ignoreErrors'});
  await kim.reload();
}

// What is in no list and escalates to nobody is said above the list, until it is mended.
async function unreadable(browser) {
  for (const [locale, told] of [['en-GB', '2 alerts more cannot be read'],
    ['ko-KR', '읽을 수 없는 경보가 2건 더 있으며']]) {
    const page = await open(browser, `kim, unreadable, ${locale}`, {locale});
    await page.route(/api\/v1\/alerts\?/, async (route) => {
      const list = await (await route.fetch()).json();
      await route.fulfill({json: {...list, unreadable: 2}});
    });
    await signIn(page, 'kim');
    const line = page.locator('[role=status]', {hasText: told});
    await line.waitFor();
    check(true, `the queue says what it cannot show: ${locale}`);
    await accessible(page, `queue with what cannot be read, ${locale}`);
    await page.unrouteAll({behavior: 'ignoreErrors'});
    await page.reload();
    await page.waitForSelector('.live.on');
    equal(await line.isVisible(), false, `and no more once it is mended: ${locale}`);
    await page.context().close();
  }
}

// A visit names who goes, all else who is reached: one alert in three steps of a ladder.
async function steps(browser) {
  const cases = [['visit', 'community_officer', '동네 담당자가 방문'],
    ['visit', 'resident', '거주자 방문'], ['phone', 'contact_person', '비상 연락처에게 전화']];
  const page = await open(browser, 'kim, Korean', {locale: 'ko-KR'});
  await page.route('**/api/v1/alerts?*', async (route) => {
    const {alerts} = await (await route.fetch()).json();
    const one = alerts.find((alert) => alert.waits_since);
    await route.fulfill({json: {alerts: cases.map(([channel, whom], at) => ({...one,
      alert: `${one.alert}${at}`, ladder: {name: 'urgent', step: 1, channel, whom,
        since: one.raised, until: new Date(Date.now() + 3600000).toISOString()}}))}});
  });
  await signIn(page, 'kim');
  for (const [, whom, wanted] of cases) {
    await page.locator('.alert .state', {hasText: wanted}).waitFor();
    check(true, `the step is told by who goes or is reached: ${whom}`);
  }
  await page.unrouteAll({behavior: 'ignoreErrors'});
  await page.context().close();
}

async function takesAlong(browser) {
  const page = await open(browser, 'han');
  await signIn(page, 'han', undefined, '#/stats');
  await page.waitForSelector('.tiles');
  await press(page, 'Download as CSV');
  const [file] = await Promise.all([page.waitForEvent('download'),
    dialogSend(page, {why: 'monthly report'}, 'Download as CSV')]);
  equal(file.suggestedFilename(), 'stats.csv', 'a table is taken along by who says what for');
  // As a team's supervisor is answered.
  await page.route('**/api/v1/stats?days=1', (route) => route.fulfill({json:
    {days: [{date: '2026-01-16', raised: 1, budget: null}]}}));
  await go(page, '#/queue');
  await page.locator('.sums', {hasText: 'raised today: 1'}).waitFor();
  check(!(await page.textContent('.sums')).includes('null'), 'no budget is told where none is');
  await page.waitForSelector('.live.on');
  await page.evaluate(() => { // a quarter of an hour later
    const now = Date.now;
    Date.now = () => now() + 1000000;
  });
  await gap(page, () => page.route('**/api/v1/stats?days=1', (route) => route.fulfill({json:
    {days: [{date: '2026-01-16', raised: 2, budget: null}]}})));
  await page.locator('.sums', {hasText: 'raised today: 2'}).waitFor();
  check(true, 'and what the day has come to is looked up again');
  await page.context().close();
}

// Of a desk with few outcomes: all that can be said is that they are few. Then as after a year.
async function advised(browser) {
  for (const [locale, few, share] of [['en-GB', 'Too few outcomes to say', '10 %'],
    ['ko-KR', '판단하기에 결과가 부족합니다', '10%']]) {
    const page = await open(browser, 'ops', {locale});
    await signIn(page, 'ops', undefined, '#/ops');
    const card = page.locator('.advice');
    await card.waitFor();
    const rows = await card.locator('tbody tr').allTextContents();
    check(rows.length > 4 && rows.every((row) => row.includes(few)),
      'the ops page says what outcomes support', rows);
    check((await card.textContent()).includes(share), 'and what was wanted');
    const rule = {detector: 'silence', resolved: 100, judged: 100, worth_it: 2, low: 0.55, high: 7,
      advice: 'less', option: 'silence.share', from: '1.0', to: '0.75'};
    await page.route('**/api/v1/advice', (route) => route.fulfill({json: {wanted: 10,
      counting: false, rules: [rule, {...rule, to: null}]}}));
    await go(page, '#/queue');
    await go(page, '#/ops');
    await page.locator('.advice', {hasText: 'silence.share: 1.0 → 0.75'}).waitFor();
    const last = await page.locator('.advice tbody tr').last().textContent();
    check(last.includes('silence.share: 1.0'), 'and how far an option may go');
    await accessible(page, `advice, ${locale}`);
    await page.context().close();
  }
}

// Every page of a role's menu, and an alert's, in both lights.
async function everyPage(browser) {
  for (const [name, scheme] of [['lee', 'light'], ['han', 'dark'], ['ops', 'light'],
    ['audit', 'dark'], ['grid', 'light']]) {
    const page = await open(browser, name, {colorScheme: scheme});
    await signIn(page, name);
    await page.waitForSelector('.menu');
    const pages = await page.$$eval('nav a[data-page]', (links) => links.map((one) =>
      one.dataset.page));
    for (const one of pages) {
      await go(page, `#/${one}`);
      await page.waitForSelector('main h1:not(.none)');
      await accessible(page, `${one}, ${name}, ${scheme}`);
    }
    if (pages.includes('queue')) {
      await openAlert(page, fresh(name === 'lee' ? 'welfare' : 'police', used));
      await accessible(page, `alert, ${name}, ${scheme}`);
    }
    await page.context().close();
  }
}

async function sessionEnds(moon) {
  await go(moon, '#/queue');
  await moon.waitForSelector('.alert');
  await moon.keyboard.press('j');
  await moon.keyboard.press('c');
  await moon.waitForSelector('dialog[open]');
  ctl('user', 'disable', 'moon');
  await moon.waitForSelector('input[name=password]');
  equal(await moon.locator('dialog[open], .alert').count(), 0,
    'an account that is disabled sees nothing more, at once');
}

run(async (browser) => {
  const kim = await signsIn(browser);
  for (const name of ['lee', 'moon', 'park']) await prepare(name);
  const [lee, moon] = [await open(browser, 'lee'), await open(browser, 'moon')];
  const park = await open(browser, 'park');
  await signIn(park, 'park');
  await signIn(lee, 'lee');
  await signIn(moon, 'moon');
  await lee.waitForSelector('.alert');
  await moon.waitForSelector('.alert');
  await handOver(kim, lee, park);
  await leavesUnheard(kim, park);
  await park.context().close();
  await home(kim, lee);
  await ladders(kim);
  await purpose(lee);
  await oversight(browser);
  await race(lee, moon);
  await live(lee);
  await network(lee);
  await pressed(lee);
  await leftBehind(lee);
  await staysIn(lee);
  await keyboard(kim);
  await walls(browser, kim);
  await sessionEnds(moon);
  await outage(kim);
  await manyOutages(kim);
  await unreadable(browser);
  await steps(browser);
  await takesAlong(browser);
  await phone(browser);
  await advised(browser);
  await everyPage(browser);
  await accessible(kim, 'refused page');
  equal(crimes, [], `no request leaves ${settings.address}, no violation of its policy, no error`);
});
