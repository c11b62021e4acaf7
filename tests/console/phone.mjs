// SPDX-License-Identifier: Apache-2.0
// A welfare officer in the lift: the picture of an alert on a phone, by thumb.
import {accessible, check, crimes, ctl, equal, go, open, prepare, run, signIn} from './browser.mjs';
import {fresh, openAlert} from './steps.mjs';

const PHONE = {viewport: {width: 390, height: 844}, hasTouch: true, isMobile: true};
const strips = (page) => page.locator('.use .plot');
const fits = (page) => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);

async function seen(page, what) {
  await page.waitForSelector('.use canvas');
  const boxes = await strips(page).evaluateAll((all) => all.map((one) => {
    const {width, height} = one.getBoundingClientRect();
    return one.checkVisibility() && width >= 300 && height >= 120;
  }));
  check(boxes.length >= 2 && boxes.every(Boolean), `each utility has its strip: ${what}`, boxes);
  check(await fits(page), `and nothing is wider than the phone: ${what}`);
  equal(await page.locator('button kbd:visible').count(), 0, `no key is named: ${what}`);
  await accessible(page, `strips, ${what}`);
}

// However narrow: what a mark stands for begins on the mark's line, and right of it.
async function legendHolds(browser, locale) {
  const page = await open(browser, `jang, phone, ${locale}`, {...PHONE, locale});
  await signIn(page, 'jang');
  await page.waitForSelector('.alert');
  const {alerts} = JSON.parse(ctl('alerts', 'list', '--json'));
  await openAlert(page, alerts.find((alert) => alert.reasons.some((reason) =>
    reason.active && reason.detector === 'silence')).alert);
  await page.locator('.legend .key').nth(3).waitFor();
  const parted = [];
  for (let width = 320; width <= 640; width += 20) {
    await page.setViewportSize({width, height: PHONE.viewport.height});
    const keys = page.locator('.legend .key');
    parted.push(...await keys.evaluateAll((all, at) => all.filter((key) => {
      const text = document.createRange();
      text.selectNodeContents(key.nextSibling);
      const [line] = text.getClientRects();
      const {top, bottom, right} = key.getBoundingClientRect();
      return line.left < right || line.left - right > 20 || top < line.top - 2 ||
        bottom > line.bottom + 2;
    }).map((key) => `${at} px: ${key.nextSibling.textContent}`), width));
  }
  equal(parted, [], `no mark of the legend is parted from its word: ${locale}`);
  await page.context().close();
}

// A thumb that begins on a strip scrolls the page, and a tap reads an hour.
async function byThumb(page) {
  const strip = strips(page).first();
  await strip.scrollIntoViewIfNeeded();
  const box = await strip.boundingBox();
  const at = {x: Math.round(box.x + box.width / 2), y: Math.round(box.y + box.height / 2)};
  const reading = page.locator('.use .reading').first();
  equal((await reading.textContent()).trim(), '', 'nothing is read yet');
  await page.touchscreen.tap(at.x, at.y);
  await page.waitForFunction(() => document.querySelector('.use .reading').textContent.trim());
  check(true, 'a tap on a strip reads the hour');
  const before = await page.evaluate(() => scrollY);
  const hand = await page.context().newCDPSession(page);
  const touch = (type, touchPoints) => hand.send('Input.dispatchTouchEvent', {type, touchPoints});
  await touch('touchStart', [at]);
  for (let y = at.y; y > at.y - 200; y -= 20) await touch('touchMove', [{x: at.x, y}]);
  await touch('touchEnd', []);
  check(await page.evaluate(() => scrollY) - before > 100, 'a swipe that begins there scrolls',
    before);
}

async function dayByDay(page) {
  const button = (name) => page.locator('.use').getByRole('button', {name, exact: false});
  const labels = () => page.locator('.use .dygraph-axis-label-x').allTextContents();
  await button('1 day').tap();
  await page.waitForSelector('.use .steps');
  const small = await page.locator('.use button').evaluateAll((all) => all.filter((one) =>
    one.getBoundingClientRect().height < 44 || one.getBoundingClientRect().width < 44).length);
  equal(small, 0, 'what a thumb presses is 44 px in both ways');
  equal([await button('Earlier').isEnabled(), await button('Later').isEnabled()], [true, false],
    'one day is shown, the last one');
  const last = await labels();
  await button('Earlier').tap();
  await page.waitForFunction(() => !document.querySelector('.use .steps button:last-child')
    .disabled);
  check(JSON.stringify(last) !== JSON.stringify(await labels()), 'the day before is shown', last);
  for (let day = 0; day < 5; day++) await button('Earlier').tap();
  equal([await button('Earlier').isEnabled(), await button('Later').isEnabled()], [false, true],
    'up to the first of its week');
  check(await fits(page), 'a day fits a phone');
}

// Colours of a canvas do not follow the system's light by themselves.
async function atDusk(page) {
  const picture = () => page.evaluate(() =>
    [...document.querySelectorAll('.use canvas')].map((one) => one.toDataURL()).join());
  const light = await picture();
  await page.emulateMedia({colorScheme: 'dark', reducedMotion: 'reduce'});
  await page.waitForFunction((before) => [...document.querySelectorAll('.use canvas')]
    .map((one) => one.toDataURL()).join() !== before, light);
  check(true, 'strips are drawn anew when the system turns dark');
}

// Police are told no hours: the sentence is made of what is left.
async function inWords(browser) {
  await prepare('gil');
  const page = await open(browser, 'gil, phone', {...PHONE, locale: 'ko-KR'});
  await signIn(page, 'gil');
  await page.waitForSelector('.alert');
  const told = await page.locator('.alert .said').allTextContents();
  check(told.length > 2 && told.every((one) => /부터 생활 신호가 없습니다\./.test(one) &&
    !/NaN|undefined|null/.test(one)), 'what police read in Korean is whole', told.join('\n'));
  await page.context().close();
}

// Of several unpaid bills the evidence has one by its name: the sentence must not stop there.
async function allBills(page) {
  const {alerts} = JSON.parse(ctl('alerts', 'list', '--json', '--team', 'welfare'));
  const {alert} = alerts.find((one) => one.reasons.some((reason) => reason.active &&
    reason.detector === 'arrears' && reason.evidence.terms.utilities > 1));
  await openAlert(page, alert);
  const told = await page.locator('.sentence').allTextContents();
  check(told.some((one) => /체납된 요금은 모두 [23]종/.test(one)),
    'a Korean sentence says how many bills are unpaid', told.join('\n'));
}

run(async (browser) => {
  await prepare('bae');
  for (const [colorScheme, locale] of [['light', 'en-GB'], ['dark', 'ko-KR']]) {
    const page = await open(browser, 'bae, phone', {...PHONE, colorScheme, locale});
    await signIn(page, 'bae');
    await page.waitForSelector('.alert');
    await openAlert(page, fresh('welfare', []));
    await seen(page, `${colorScheme}, ${locale}`);
    if (locale === 'en-GB') {
      await byThumb(page);
      await dayByDay(page);
      await go(page, '#/queue');
      await page.waitForSelector('.alert');
      await openAlert(page, fresh('welfare', []));
      await page.waitForSelector('.use canvas');
      await atDusk(page);
    } else await allBills(page);
    await page.context().close();
  }
  await inWords(browser);
  await prepare('jang');
  for (const locale of ['en-GB', 'ko-KR']) await legendHolds(browser, locale);
  equal(crimes, [], 'no request leaves the desk, no error');
});
