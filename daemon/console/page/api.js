// SPDX-License-Identifier: Apache-2.0
// Talks to the daemon that served this page, and to nobody else.
import {setServerTime, t} from './text.js';

const BASE = '/api/v1';
const WAIT_MS = 20000;

// What the daemon refused, in its own words; status 0: it could not be asked.
export class Problem extends Error {
  constructor(status, body) {
    super(status ? body.detail ?? body.title ?? String(status) : t('net.away'));
    this.status = status;
    this.type = (body.type ?? '').split(':').pop();
  }

  // Nothing is known to be wrong with what was asked: it may be asked again.
  get passes() {
    return this.status === 0 || this.status === 502 || this.status === 503 || this.status === 504;
  }
}

export const session = {account: null, csrf: '', routes: new Map(), oidc: false,
  escalate: null};
const watchers = new Set();
let reached = true;

// watch(reached): told when the daemon is lost and found.
export function watchNetwork(watch) {
  watchers.add(watch);
  watch(reached);
}

export function setReached(value) {
  if (value === reached) return;
  reached = value;
  for (const watch of watchers) watch(reached);
}

let onSignedOut = () => {};
export function whenSignedOut(call) {
  onSignedOut = call;
}

function headersOf(method, options) {
  const headers = {Accept: 'application/json'};
  if (options.watches) headers['Anbu-Watches'] = '1'; // nobody pressed: no use of the session
  if (method === 'GET') return headers;
  headers['Anbu-CSRF'] = session.csrf;
  headers['Content-Type'] = 'application/json';
  if (options.key) headers['Idempotency-Key'] = options.key;
  if (options.version) headers['If-Match'] = `"${options.version}"`;
  return headers;
}

async function exchange(method, path, options) {
  try {
    const answer = await fetch(BASE + path, {method, headers: headersOf(method, options),
      body: method === 'GET' ? undefined : JSON.stringify(options.body ?? {}),
      signal: AbortSignal.timeout(WAIT_MS), cache: 'no-store', redirect: 'error'});
    setServerTime(answer.headers.get('Date'));
    const text = await answer.text();
    return {status: answer.status, body: text ? JSON.parse(text) : {}};
  } catch {
    return {status: 0, body: {}};
  }
}

// The answer's body, or a Problem. options: {body, version, key, watches}.
export async function ask(method, path, options = {}) {
  const {status, body} = await exchange(method, path, options);
  setReached(status !== 0);
  if (status >= 200 && status < 300) return body;
  if (status === 401 && session.account && !path.startsWith('/session')) {
    session.account = null;
    onSignedOut();
  }
  throw new Problem(status, body);
}

export const get = (path, query, options) => ask('GET', path + queryText(query), options);

// What the page asks by itself, for as long as it is open.
export const watch = (path, query) => get(path, query, {watches: true});

export function queryText(query) {
  const kept = Object.entries(query ?? {}).filter(([, value]) => value);
  return kept.length ? `?${new URLSearchParams(kept)}` : '';
}

// An answer that is a file, into the browser's downloads.
export async function download(path, query, name) {
  let answer;
  try {
    answer = await fetch(BASE + path + queryText(query), {cache: 'no-store', redirect: 'error',
      signal: AbortSignal.timeout(WAIT_MS)});
  } catch {
    throw new Problem(0, {});
  }
  if (!answer.ok) throw new Problem(answer.status, await answer.json().catch(() => ({})));
  const address = URL.createObjectURL(await answer.blob());
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
  return name;
}

export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

// A change, asked again for as long as nobody answers; each time with the same key and version, so
// that it is done once. waiting() is called before each further try; signal ends them.
export async function change(method, path, options, waiting, signal) {
  const key = newKey();
  for (let tries = 0; ; tries++) {
    try {
      return await ask(method, path, {...options, key});
    } catch (problem) {
      if (!problem.passes || signal?.aborted) throw problem;
      waiting(problem);
      await pause(Math.min(1000 * 2 ** tries, 15000), signal);
      if (signal?.aborted) throw problem;
    }
  }
}

// Ends early when the machine finds its network again.
export function pause(ms, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done() {
      clearTimeout(timer);
      removeEventListener('online', done);
      signal?.removeEventListener('abort', done);
      resolve();
    }
    addEventListener('online', done);
    signal?.addEventListener('abort', done);
  });
}

function keep(answer) {
  session.account = answer.account;
  session.csrf = answer.csrf;
}

// Who one is; null: nobody has signed in.
export async function findSession() {
  try {
    keep(await ask('GET', '/session'));
  } catch (problem) {
    if (problem.status !== 401) throw problem;
    session.account = null;
  }
  return session.account;
}

export async function signIn(name, password) {
  keep(await ask('POST', '/session', {body: {name, password}}));
}

// Refused by 401 the old password was wrong, or the session is over: it is asked which.
export async function setPassword(old, fresh) {
  try {
    keep(await ask('POST', '/session/password', {body: {old, new: fresh}}));
  } catch (problem) {
    if (problem.status === 401 && !await findSession()) onSignedOut();
    throw problem;
  }
}

export async function signOut() {
  await ask('DELETE', '/session');
  session.account = null;
}

// What this daemon has, and what of it is open to whom has signed in.
export async function findRoutes() {
  const answer = await get('');
  session.routes = new Map(answer.routes.map((route) => [`${route.method} ${route.path}`, route]));
  session.oidc = answer.oidc === true;
  session.escalate = answer.escalate;
}

export function may(method, path) {
  return session.routes.get(`${method} ${BASE}${path}`)?.open === true;
}
