// SPDX-License-Identifier: Apache-2.0
// Chromium, the people who sit before it, and what must never happen while they do.
import {execFileSync, spawnSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';

export const settings = JSON.parse(process.env.ANBU_CONSOLE_TEST);
const require = createRequire(`${settings.packages}/package.json`);
const {chromium} = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

export const OWN = 'the kettle sings at six';
const ARGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const WAIT_MS = 15000;
let failed = 0;

export function check(good, what, detail = '') {
  if (!good && detail !== '') console.log(String(detail).slice(0, 3000));
  if (!good) failed++;
  console.log(`${good ? 'ok  ' : 'FAIL'} ${what}`);
}

export function equal(got, wanted, what) {
  const [a, b] = [JSON.stringify(got), JSON.stringify(wanted)];
  check(a === b, what, `got    ${a}\nwanted ${b}`);
}

export const ctl = (...argv) => execFileSync(settings.ctl, ['--socket', settings.socket, ...argv],
  {encoding: 'utf8'});

export function produce(topic, household, message) {
  const sent = spawnSync('kcat', ['-P', '-q', '-b', settings.broker, '-t', topic, '-K', '\t',
    '-X', 'topic.partitioner=murmur2_random'],
  {input: `${household}\t${JSON.stringify(message)}\n`});
  if (sent.status !== 0) throw new Error(`kcat: ${sent.stderr}`);
}

// What a page may never do; told once, at the end.
export const crimes = [];

async function watch(page, name) {
  page.setDefaultTimeout(WAIT_MS);
  page.on('pageerror', (error) => crimes.push(`${name}: ${error.stack}`));
  page.on('console', (message) => {
    // A refusal that the page tells its viewer is no fault of the page.
    const refusal = /Failed to load resource: .*(status of 40[1349]|status of 4[12]2|net::ERR_)/;
    if (['error', 'warning'].includes(message.type()) && !refusal.test(message.text())) {
      crimes.push(`${name}: ${message.text()}`);
    }
  });
  page.on('request', (request) => {
    const {origin, protocol} = new URL(request.url());
    const there = settings.provider && page.url().startsWith(settings.provider);
    if (origin !== settings.address && origin !== settings.provider && protocol !== 'data:' &&
      !there) {
      crimes.push(`${name}: a request to ${request.url()}`);
    }
  });
  await page.exposeFunction('anbuViolation', (text) => crimes.push(`${name}: ${text}`));
  await page.addInitScript(() => addEventListener('securitypolicyviolation', (event) =>
    window.anbuViolation(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`)));
}

// So that a test can break the stream of events: Chromium, offline, leaves open what is open.
function keepStream() {
  window.EventSource = class extends EventSource {
    constructor(...given) {
      super(...given);
      window.anbuStream = this;
    }
  };
}

export async function open(browser, name, options = {}) {
  const context = await browser.newContext({viewport: {width: 1280, height: 900},
    locale: 'en-GB', timezoneId: 'Asia/Seoul', colorScheme: 'light', reducedMotion: 'reduce',
    ...options});
  const page = await context.newPage();
  await watch(page, name);
  await page.addInitScript(keepStream);
  return page;
}

async function fillIn(page, values) {
  for (const [name, value] of Object.entries(values)) {
    await page.fill(`form input[name=${name}]`, value);
  }
  await page.click('form button[type=submit]');
}

export async function signIn(page, name, password = OWN, hash = '') {
  await page.goto(`${settings.address}/${hash}`);
  await fillIn(page, {name, password});
}

export async function firstSignIn(page, name) {
  await signIn(page, name, settings.password);
  await page.waitForSelector('input[name=fresh]');
  await fillIn(page, {fresh: OWN, again: OWN});
  await page.waitForSelector('.menu');
}

// The same through the API, for those whose first sign-in is not what is looked at; what a session
// sends with its requests.
export async function prepare(name) {
  const url = `${settings.address}/api/v1/session`;
  const begun = await fetch(url, {method: 'POST', body: JSON.stringify({name,
    password: settings.password})});
  if (!begun.ok) throw new Error(`sign-in of ${name}: ${begun.status} ${await begun.text()}`);
  const cookie = begun.headers.get('set-cookie').split(';')[0];
  const {csrf} = await begun.json();
  const changed = await fetch(`${url}/password`, {method: 'POST', headers: {Cookie: cookie,
    'Anbu-CSRF': csrf}, body: JSON.stringify({old: settings.password, new: OWN})});
  if (!changed.ok) throw new Error(`password of ${name}: ${changed.status}`);
  return {Cookie: changed.headers.get('set-cookie').split(';')[0],
    'Anbu-CSRF': (await changed.json()).csrf};
}

export async function post(headers, path, body) {
  const answer = await fetch(`${settings.address}/api/v1${path}`, {method: 'POST', headers,
    body: JSON.stringify(body)});
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
}

export const go = (page, hash) => page.evaluate((to) => {
  location.hash = to;
}, hash);

export async function accessible(page, what) {
  await page.evaluate(axe);
  const {violations} = await page.evaluate(() => window.axe.run(document, {resultTypes:
    ['violations']}));
  check(violations.length === 0, `axe finds nothing: ${what}`, violations.map((one) =>
    `${one.id}: ${one.help}\n  ${one.nodes.slice(0, 4).map((node) =>
      `${node.target} ${node.failureSummary}`).join('\n  ')}`).join('\n'));
}

export async function run(test) {
  const browser = await chromium.launch({executablePath: '/usr/bin/chromium', args: ARGS});
  try {
    await test(browser);
  } catch (error) {
    check(false, 'the test came to its end', [error.stack, ...crimes].join('\n'));
  } finally {
    await browser.close();
  }
  process.exitCode = failed ? 1 : 0;
}
