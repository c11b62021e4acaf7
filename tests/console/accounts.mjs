// SPDX-License-Identifier: Apache-2.0
// A supervisor lets new people in and former ones out, and a program; ops do so for utilities.
import {accessible, check, crimes, ctl, equal, open, OWN, post, prepare, run, settings, signIn}
  from './browser.mjs';
import {dialogSend, said} from './steps.mjs';

const rowOf = (page, name) => page.locator('tbody tr').filter({has:
  page.locator('b', {hasText: new RegExp(`^${name}$`)})});
const names = (page) => page.locator('tbody b').allTextContents();

// What is shown once, and then nowhere.
async function secretOf(page, what) {
  const shown = page.locator('dialog output.secret');
  await shown.waitFor();
  const secret = await shown.textContent();
  await accessible(page, `${what}, shown once`);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape'); // the second one a browser does not ask about
  check(await shown.isVisible(), `a slip of a key does not lose it: ${what}`);
  await page.getByRole('button', {name: 'I have it'}).click();
  await shown.waitFor({state: 'detached'});
  const kept = await page.evaluate(() => document.documentElement.outerHTML +
    JSON.stringify({...sessionStorage, ...localStorage}));
  check(!kept.includes(secret), `and then it is nowhere in the page: ${what}`);
  return secret;
}

async function makes(page) {
  equal((await names(page)).filter((name) => ['kim', 'han', 'ops', 'yoon', 'grid'].includes(name)),
    [], 'a supervisor is shown no other desk, nobody of their like');
  check((await names(page)).includes('lee'), 'but the officers of the own desk');
  await page.getByRole('button', {name: 'New account'}).focus();
  await page.keyboard.press('Enter');
  await page.waitForSelector('dialog[open]');
  await accessible(page, 'a new account');
  await page.keyboard.type('kim');
  await page.keyboard.press('Enter');
  await page.locator('dialog .fail', {hasText: 'kim'}).waitFor();
  equal(await page.inputValue('dialog [name=name]'), 'kim', 'a name in use is refused, and stays');
  await page.fill('dialog [name=name]', 'ryu');
  await page.keyboard.press('Enter');
  const first = await secretOf(page, 'first password');
  check(/^[a-z2-9]{5}(-[a-z2-9]{5}){3}$/.test(first), 'a first password can be read aloud', first);
  check((await rowOf(page, 'ryu').textContent()).includes('has not chosen a password yet'),
    'whoever is new stands in the list');
  return first;
}

// After a reload the page no longer knows the password until now, and asks for it.
async function mistypes(page, first) {
  const old = page.locator('input[name=old]');
  const choose = async (until) => {
    await old.fill(until);
    await page.fill('input[name=fresh]', OWN);
    await page.fill('input[name=again]', OWN);
    await page.click('form button[type=submit]');
  };
  await page.reload();
  await choose('not what it was');
  await page.locator('.fail', {hasText: 'wrong'}).waitFor();
  check(await old.isVisible(), 'a slip in the password until now is told, and may be mended');
  await page.context().clearCookies();
  await choose(first);
  await page.waitForSelector('input[name=password]');
  check(true, 'where the session is over it is the sign-in again');
  await signIn(page, 'ryu', first);
  await page.waitForSelector('input[name=fresh]');
  await page.reload();
  await choose(first);
  await page.waitForSelector('.live.on');
}

async function comesAndGoes(browser, page, first) {
  const ryu = await open(browser, 'ryu');
  await signIn(ryu, 'ryu', first);
  await ryu.fill('input[name=fresh]', OWN);
  await ryu.fill('input[name=again]', OWN);
  await ryu.click('form button[type=submit]');
  await ryu.waitForSelector('.live.on');
  equal(await ryu.locator('nav a[data-page=accounts]').count(), 0, 'an officer makes no accounts');
  await rowOf(page, 'ryu').getByRole('button', {name: 'Disable'}).click();
  await dialogSend(page, {}, 'Disable');
  await said(page, 'ryu is let in no more.');
  await ryu.waitForSelector('input[name=password]');
  check(true, 'who is disabled is out at once');
  await rowOf(page, 'ryu').getByRole('button', {name: 'Enable'}).click();
  await dialogSend(page, {}, 'Enable');
  await said(page, 'ryu is let in again.');
  await rowOf(page, 'ryu').getByRole('button', {name: 'New password'}).click();
  await dialogSend(page, {}, 'New password');
  const second = await secretOf(page, 'new password');
  check(first !== second, 'a new password is another one');
  await signIn(ryu, 'ryu', OWN);
  await ryu.waitForSelector('.fail:not([hidden])');
  await signIn(ryu, 'ryu', second);
  await ryu.waitForSelector('input[name=fresh]');
  check(true, 'and the one until now opens nothing');
  await mistypes(ryu, second);
  await ryu.context().close();
}

const asks = async (token, path) => (await fetch(`${settings.address}/api/v1${path}`,
  {headers: {Authorization: `Bearer ${token}`}})).status;

async function program(page, name, scopes, path) {
  await page.getByRole('button', {name: 'New token'}).click();
  await page.waitForSelector('dialog[open]');
  await accessible(page, 'a new token');
  await page.fill('dialog [name=name]', name);
  for (const box of await page.locator('dialog [name=scopes]').all()) {
    await box.setChecked(scopes.includes(await box.inputValue()));
  }
  await page.locator('dialog').getByRole('button', {name: 'New token'}).click();
  const token = await secretOf(page, `token ${name}`);
  equal(await asks(token, path), 200, `a program asks by its token: ${path}`);
  await page.reload();
  await rowOf(page, name).waitFor();
  check(!(await rowOf(page, name).textContent()).includes('never'), 'the list tells when');
  await rowOf(page, name).getByRole('button', {name: 'Revoke'}).click();
  await dialogSend(page, {}, 'Revoke');
  await said(page, `${name} opens nothing any more.`);
  equal([await asks(token, path), await rowOf(page, name).count()], [401, 0],
    'what is revoked opens nothing, and is gone');
}

// A colleague's token goes no further than they do.
async function stopped(page) {
  await post(await prepare('shin'), '/tokens', {name: 'screen', team: 'welfare',
    scopes: 'alerts:read'});
  ctl('user', 'disable', 'shin');
  await page.reload();
  await rowOf(page, 'screen').waitFor();
  check((await rowOf(page, 'screen').textContent())
    .includes('Stopped: the account that made it is disabled.'), 'a token says why it is stopped');
  await accessible(page, 'a token that is stopped');
  ctl('user', 'enable', 'shin');
  await page.reload();
  await rowOf(page, 'screen').waitFor();
  check(!(await rowOf(page, 'screen').textContent()).includes('Stopped'),
    'and not once it goes on');
}

async function ops(browser) {
  await prepare('won');
  const page = await open(browser, 'won');
  await signIn(page, 'won', undefined, '#/accounts');
  await page.getByRole('button', {name: 'New account'}).waitFor();
  equal(await names(page), ['grid'], 'ops are shown utilities alone');
  await page.getByRole('button', {name: 'New account'}).click();
  await dialogSend(page, {name: 'heat', utility: 'gas', areas: 'F-201'}, 'New account');
  await secretOf(page, 'password of a utility');
  check((await rowOf(page, 'heat').textContent()).includes('F-201'), 'and make them');
  await program(page, 'gauge', ['status:read'], '/status');
  await page.context().close();
}

async function onPhone(browser) {
  const page = await open(browser, 'yoon, phone', {viewport: {width: 390, height: 844},
    hasTouch: true, isMobile: true, colorScheme: 'dark', locale: 'ko-KR'});
  await signIn(page, 'yoon', undefined, '#/accounts');
  await page.waitForSelector('tbody tr');
  check(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth),
    'accounts fit a phone');
  const small = await page.locator('main button').evaluateAll((all) => all.filter((one) =>
    one.getBoundingClientRect().height < 44).length);
  equal(small, 0, 'with buttons for a thumb');
  await accessible(page, 'accounts, phone, Korean');
  await page.context().close();
}

run(async (browser) => {
  await prepare('yoon');
  const page = await open(browser, 'yoon');
  await signIn(page, 'yoon', undefined, '#/accounts');
  await page.getByRole('button', {name: 'New account'}).waitFor();
  await accessible(page, 'accounts');
  const first = await makes(page);
  await comesAndGoes(browser, page, first);
  await program(page, 'gateway', ['alerts:read'], '/alerts');
  await stopped(page);
  await page.context().close();
  await ops(browser);
  await onPhone(browser);
  equal(crimes, [], `no request leaves ${settings.address}, no error`);
});
