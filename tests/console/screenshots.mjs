// SPDX-License-Identifier: Apache-2.0
// The pictures of docs/screenshots. argv: the folder.
import {check, ctl, go, open, post, prepare, run, signIn} from './browser.mjs';

const folder = process.argv[2];
const live = (team) => JSON.parse(ctl('alerts', 'list', '--json', '--team', team)).alerts;

const tried = (channel, whom, result) => ({channel, whom, result});

// A shift that has begun: some alerts are in hand, some are closed. The alert that is shown.
async function work(lee, kim) {
  const [first, second, third] = live('welfare').map((alert) => `/alerts/${alert.alert}`);
  const police = live('police');
  await post(lee, `${first}/acknowledge`, {});
  await post(lee, `${first}/contact`, tried('call', 'resident', 'no_answer'));
  await post(lee, `${second}/contact`, tried('call', 'resident', 'reached_safe'));
  await post(lee, `${second}/resolve`, {outcome: 'safe', note: 'was at her daughter\'s'});
  await post(lee, `${third}/contact`, tried('visit', 'resident', 'reached_needs_help'));
  await post(lee, `${third}/resolve`, {outcome: 'helped', note: 'instalments agreed'});
  // The one in whose hours somebody was seen most often.
  const seen = (alert) => Math.max(...alert.reasons.map((reason) =>
    reason.evidence.hours.flatMap((row) => row.seen).filter(Boolean).length));
  const taken = [...police].sort((a, b) => seen(b) - seen(a))[0].alert;
  await post(kim, `/alerts/${taken}/contact`, tried('call', 'resident', 'no_answer'));
  await post(kim, `/alerts/${taken}/contact`, tried('call', 'contact_person', 'no_answer'));
  return taken;
}

async function shoot(page, name) {
  await page.mouse.move(0, 0);
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({path: `${folder}/${name}.png`});
  check(true, `${name}.png`);
}

run(async (browser) => {
  const [kim, lee] = [await prepare('kim'), await prepare('lee')];
  await prepare('han');
  const id = await work(lee, kim);
  const wide = {viewport: {width: 1120, height: 760}};
  const tall = {viewport: {width: 1120, height: 1180}};
  const narrow = {viewport: {width: 390, height: 780}};
  const enter = async (name, options, hash, wait) => {
    const page = await open(browser, name, options);
    await signIn(page, name);
    await page.waitForSelector('.menu');
    await go(page, hash);
    await page.waitForSelector(wait);
    await page.waitForSelector('.live.on');
    return page;
  };
  await shoot(await enter('han', wide, '#/queue', '.alert'), 'queue');
  await shoot(await enter('han', tall, `#/alerts/${id}`, '.use canvas'), 'alert');
  await shoot(await enter('kim', {...narrow, colorScheme: 'dark'}, '#/queue', '.alert'), 'phone');
  await shoot(await enter('lee', {...wide, locale: 'ko-KR'}, '#/queue', '.alert'), 'korean');
  await shoot(await enter('han', tall, '#/stats?days=7', '.tiles'), 'stats');
});
