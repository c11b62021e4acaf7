// SPDX-License-Identifier: Apache-2.0
// A sound and a notice of the desktop for a critical alert: for those alone who asked for them, and
// nothing in them says who or where. The page is as it is; a spy writes down what it does.
import {accessible, check, crimes, ctl, equal, open, prepare, run, settings, signIn}
  from './browser.mjs';
import {gap, row} from './steps.mjs';

// Each notice with all that it was given, each tone, and whether the loudspeaker was on.
function spy() {
  window.told = {notices: [], tones: 0, audio: []};
  window.Notification = new Proxy(window.Notification, {construct(target, [title, options]) {
    window.told.notices.push({title, ...options});
    return new target(title, options);
  }});
  window.AudioContext = new Proxy(window.AudioContext, {construct(target, given) {
    const audio = new target(...given);
    window.told.audio.push(audio);
    return audio;
  }});
  const {start} = OscillatorNode.prototype;
  OscillatorNode.prototype.start = function (...at) {
    window.told.tones++;
    return start.apply(this, at);
  };
}

const told = (page) => page.evaluate(() => ({...window.told,
  audio: window.told.audio.map((one) => one.state)}));
const waits = (team, fits) => JSON.parse(ctl('alerts', 'list', '--json', '--team', team)).alerts
  .find((alert) => alert.state === 'open' && fits(alert.severity));

// It waits for somebody again: to the desk that is as when it came. Until the page shows it.
async function comesAnew(page, alert) {
  const row = page.locator(`.queue > li[data-id="${alert.alert}"]`);
  ctl('alerts', 'ack', alert.alert);
  await row.locator('.alert.taken').waitFor();
  ctl('alerts', 'release', alert.alert);
  await row.locator('.alert:not(.taken)').waitFor();
}

async function enter(browser, permissions, more = () => {}) {
  const page = await open(browser, 'cho', {permissions});
  await page.addInitScript(spy);
  await page.addInitScript(more);
  await signIn(page, 'cho');
  await page.waitForSelector('.live.on');
  return page;
}

async function choose(page) {
  await page.click('.menu summary');
  await page.getByRole('button', {name: /critical alerts|Alarm is on/}).click();
  await page.click('.menu summary');
}

async function asked(page, alert) {
  await comesAnew(page, alert);
  equal(await told(page), {notices: [], tones: 0, audio: []},
    'nobody who has not asked for it hears or is shown anything');
  await choose(page);
  await page.waitForFunction(() => window.told.tones === 3 &&
    window.told.audio[0].state === 'running');
  check(true, 'by a press it is on, and can be heard at once');
  equal((await told(page)).notices, [], 'without a notice: nothing has happened');
  await accessible(page, 'alarm is on');
}

async function alarms(page, alert) {
  await comesAnew(page, alert);
  await page.waitForFunction(() => window.told.notices.length > 0);
  const {notices, tones, audio} = await told(page);
  equal([tones, audio], [6, ['running']], 'a critical alert sounds');
  equal(notices, [{title: 'CRITICAL: a new alert', body: alert.area, tag: alert.alert}],
    'and is noticed once, by severity and area');
  const text = JSON.stringify(notices);
  check(![alert.household, 'Nowhere-ro', 'Invented', 'Fabled'].some((word) => text.includes(word)),
    'no household, name or address is in it', text);
}

// What is not critical is no alarm, though it be new to the desk, and what is known is none anew.
async function silent(page, alert) {
  const before = await told(page);
  const other = waits('welfare', (severity) => severity !== 'critical');
  ctl('alerts', 'escalate', other.alert, '--note', 'smell of gas');
  await page.locator(`.queue > li[data-id="${other.alert}"]`).waitFor();
  ctl('alerts', 'note', alert.alert, 'a neighbour has a key');
  await page.getByRole('link', {name: alert.household}).first().click();
  await page.locator('.history', {hasText: 'a neighbour has a key'}).waitFor();
  await page.goBack();
  await page.waitForSelector('.alert');
  equal(await told(page), before, 'a graver one alone is told, and once');
}

// What the page did not hear of while its line was down sounds when it is up.
async function afterGap(page, alert) {
  const shown = page.locator(row(alert.alert));
  ctl('alerts', 'ack', alert.alert);
  await shown.locator('.alert.taken').waitFor();
  const {notices: before} = await told(page);
  await gap(page, () => ctl('alerts', 'release', alert.alert));
  await shown.locator('.alert:not(.taken)').waitFor();
  const {notices} = await told(page);
  equal(notices.slice(before.length).map(({tag}) => tag), [alert.alert],
    'what waits again since the line was down is told, once');
  const list = /api\/v1\/alerts\?/;
  await page.route(list, (route) => route.fulfill({json: {alerts: []}}));
  await page.reload();
  await page.waitForSelector('.live.on');
  await gap(page, () => page.unroute(list));
  await shown.waitFor();
  const tags = (await told(page)).notices.map(({tag}) => tag);
  check(tags.includes(alert.alert), 'so is what came upon an empty desk', tags);
  await page.reload();
  await shown.waitFor();
  equal((await told(page)).notices, [], 'and nothing of a page\'s first list');
}

async function kept(page, alert) {
  await page.reload();
  await page.waitForSelector('.live.on');
  await page.keyboard.press('j'); // a browser lets a page sound after a press alone
  await comesAnew(page, alert);
  await page.waitForFunction(() => window.told.notices.length === 1 && window.told.tones === 3);
  check(true, 'it stays on over a reload');
  await choose(page);
  await comesAnew(page, alert);
  const {notices, tones} = await told(page);
  equal([notices.length, tones], [1, 3], 'and is off after one more press');
}

async function refused(browser, alert) {
  const page = await enter(browser, []);
  await page.evaluate(() => {
    window.asked = Notification.permission;
  });
  check(await page.evaluate(() => window.asked) !== 'granted', 'where notices are not allowed');
  await choose(page);
  await comesAnew(page, alert);
  await page.waitForFunction(() => window.told.tones === 6);
  equal((await told(page)).notices, [], 'there is the sound alone');
  await page.context().close();
}

// A browser of a telephone has notices, allows them, and makes none for a page without a worker.
function makesNone() {
  window.Notification = new Proxy(window.Notification, {construct() {
    throw new TypeError('Illegal constructor');
  }});
}

async function soundAlone(browser, alert) {
  const page = await enter(browser, ['notifications'], makesNone);
  await choose(page);
  await comesAnew(page, alert);
  await page.waitForFunction(() => window.told.tones === 6);
  equal(await page.locator('.live.on').count(), 1,
    'where a notice cannot be made there is the sound, the row, and the sign says live');
  await page.context().close();
}

run(async (browser) => {
  await prepare('cho');
  const alert = waits('police', (severity) => severity === 'critical');
  const page = await enter(browser, ['notifications']);
  await asked(page, alert);
  await alarms(page, alert);
  await silent(page, alert);
  await afterGap(page, alert);
  await kept(page, alert);
  await page.context().close();
  await refused(browser, alert);
  await soundAlone(browser, alert);
  equal(crimes, [], `no request leaves ${settings.address}, no error`);
});
