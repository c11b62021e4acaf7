// SPDX-License-Identifier: Apache-2.0
// What everybody at a desk does: look for an alert, open it, press, fill in a form.
import {ctl, go} from './browser.mjs';

export const row = (id) => `.queue > li[data-id="${id}"]`;
export const shownIds = (page) => page.$$eval('.queue > li',
  (rows) => rows.map((one) => one.dataset.id));
export const press = (page, name, within = 'main') =>
  page.locator(within).getByRole('button', {name, exact: false}).first().click();
export const said = (page, text) => page.locator('.notices', {hasText: text}).first().waitFor();
export const historyOf = (page) => page.$$eval('.history li', (steps) =>
  steps.map((step) => step.textContent));
const alertsOf = (team) => JSON.parse(ctl('alerts', 'list', '--json', '--team', team)).alerts;
export const fresh = (team, used) => alertsOf(team).find((alert) => alert.state === 'open' &&
  alert.team === team && !alert.desk && !used.includes(alert.alert)).alert;
export const used = [];
export function take(team) {
  used.push(fresh(team, used));
  return used.at(-1);
}

// The line is down, and something happens; until the page is live again.
export async function gap(page, meanwhile) {
  await page.context().setOffline(true);
  await page.evaluate(() => window.anbuStream.dispatchEvent(new Event('error')));
  await page.waitForSelector('.live:not(.on)');
  await meanwhile();
  await page.context().setOffline(false);
  await page.waitForSelector('.live.on');
}

export async function openAlert(page, id) {
  await go(page, `#/alerts/${id}`);
  await page.waitForSelector(`.history`);
  await page.waitForFunction((wanted) => location.hash.includes(wanted), id);
}

export async function dialogSend(page, fields, button) {
  await page.waitForSelector('dialog[open]');
  for (const [name, value] of Object.entries(fields)) {
    const radio = page.locator(`dialog input[type=radio][name=${name}][value="${value}"]`);
    if (await radio.count()) await radio.check();
    else if (await page.locator(`dialog select[name=${name}]`).count()) {
      await page.selectOption(`dialog select[name=${name}]`, value);
    } else await page.fill(`dialog [name=${name}]`, value);
  }
  await press(page, button, 'dialog');
}
