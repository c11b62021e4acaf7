// SPDX-License-Identifier: Apache-2.0
// Signing in through one's agency: to a provider that is not ours, and back.
import {accessible, check, crimes, ctl, equal, go, open, run, settings} from './browser.mjs';

async function arrive(browser) {
  const page = await open(browser, 'agency', {ignoreHTTPSErrors: true});
  // The provider's own pages would like letters from elsewhere.
  await page.route((url) => ![settings.address, settings.provider].includes(url.origin),
    (route) => route.abort());
  await page.goto(settings.address);
  await page.getByRole('link', {name: 'Sign in through your agency'}).click();
  await page.waitForURL(`${settings.provider}/interaction/**`);
  return page;
}

// Whoever types a name there is that person, and is asked once what the desk may know.
async function signsInThere(page, name) {
  await page.fill('input[name=login]', name);
  await page.fill('input[name=password]', 'any');
  await page.click('button[type=submit]');
  await page.getByRole('button', {name: 'Continue'}).click();
}

async function comesBack(browser) {
  const page = await arrive(browser);
  check(true, 'the button leads to the provider');
  await signsInThere(page, 'kim');
  await page.waitForSelector('.live.on');
  equal([page.url(), await page.textContent('.menu summary')], [`${settings.address}/`, 'kim'],
    'and who signs in there is at the desk, by the name of an account');
  await page.reload();
  await page.waitForSelector('.live.on');
  check(true, 'and stays there');
  await page.click('.menu summary');
  await page.getByRole('button', {name: 'Sign out'}).click();
  await page.waitForSelector('input[name=password]');
  check(true, 'until they sign out');
  await page.context().close();
}

// Whose an account has become stands in a supervisor's list, and how it is anybody's again.
async function whose(browser) {
  ctl('user', 'add', 'han', '--role', 'supervisor', '--team', 'police', '--provider');
  ctl('user', 'add', 'gil', '--role', 'officer', '--team', 'police', '--provider');
  const page = await arrive(browser);
  await signsInThere(page, 'han');
  await page.waitForSelector('.live.on');
  await go(page, '#/accounts');
  const row = (name) => page.locator('tbody tr', {has: page.locator('b', {hasText: name})});
  const how = page.getByText('anbuctl user release NAME');
  await how.waitFor();
  await row('kim').getByText('through the agency, signed in before').waitFor();
  await row('gil').getByText('through the agency, nobody has signed in yet').waitFor();
  check(true, 'the list tells whose an account is already, and how it is released');
  await accessible(page, 'accounts of the agency');
  ctl('user', 'release', 'kim');
  await page.reload();
  await row('kim').getByText('nobody has signed in yet').waitFor();
  equal(await how.count(), 0, 'what is released is nobody\'s, and nothing is left to release');
  await page.context().close();
}

async function refused(page, why, what) {
  await page.getByText(why).waitFor();
  await accessible(page, what);
  await page.getByRole('link', {name: 'Back to the desk'}).click();
  await page.waitForSelector('input[name=password]');
  equal(await page.locator('.menu').count(), 0, `${what}: it is told why, and nobody is let in`);
  await page.context().close();
}

run(async (browser) => {
  ctl('user', 'add', 'kim', '--role', 'officer', '--team', 'police', '--provider');
  await comesBack(browser);
  await whose(browser);

  const stranger = await arrive(browser);
  await signsInThere(stranger, 'park');
  await refused(stranger, 'no account here', 'whom Anbu does not know');

  ctl('user', 'disable', 'kim'); // in the same voice
  const former = await arrive(browser);
  await signsInThere(former, 'kim');
  await refused(former, 'no account here', 'whose account is disabled');

  const unwilling = await arrive(browser);
  await unwilling.getByRole('link', {name: 'Cancel'}).click();
  await refused(unwilling, 'access_denied', 'who turned back there');
  const turnedBack = /status of 400/; // the one refusal that is none of the page's own
  equal(crimes.filter((one) => !turnedBack.test(one)), [],
    `no request leaves ${settings.address}, no error`);
});
