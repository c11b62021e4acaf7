// SPDX-License-Identifier: Apache-2.0
// The live alerts of this viewer: fetched once, then kept up to date by the daemon's events, or by
// asking again where it has none.
import {may, session, setReached, watch} from './api.js';
import {now} from './text.js';

const POLL_MS = 5000;
const WHOLE_MS = 60000; // a list is fetched anew at least so often: an event may have been missed
const RETRY_MS = 3000;
const LIMIT = 1000;
const BURST_MS = 1000;

const alerts = new Map();
const gone = new Map(); // versions of alerts that are on no list of this viewer any more
const listeners = new Set();
let source = null, timer = 0, running = false, listed = false, meanwhile = null;
export const state = {fresh: 0, live: false, unreadable: 0};

const rank = {critical: 3, high: 2, medium: 1, low: 0};
export const isLive = (alert) => alert.state !== 'cleared' && alert.state !== 'resolved';

// As the API orders its list: gravest first, open before taken; then who has waited longest, or
// whose time is over first. It knows moments to the millisecond and tells them to the second: what
// is equal here stands as it stood in its last list.
let places = new Map();
function before(a, b) {
  const open = (alert) => (alert.waits_since ? 1 : 0);
  const due = (alert) => Date.parse(alert.waits_since ?? alert.expires ?? 0);
  return rank[b.severity] * 2 + open(b) - rank[a.severity] * 2 - open(a) || due(a) - due(b) ||
    places.get(a.alert) - places.get(b.alert) ||
    Date.parse(a.raised) - Date.parse(b.raised) || (a.alert < b.alert ? -1 : 1);
}

export const queue = () => [...alerts.values()].sort(before);
export const find = (id) => alerts.get(id);

// listen(kind, alert, old): 'list', 'alert' (new or changed, and what it was before), 'gone'
// (its id and version), 'incident', 'fresh' (nothing is new), 'lost'.
export function watchAlerts(listen) {
  listeners.add(listen);
  return () => listeners.delete(listen);
}

// Many incidents open and close at once: call() is once for all that come within a second.
export function watchIncidents(call) {
  let soon = 0;
  const leave = watchAlerts((kind) => {
    if (kind !== 'incident') return;
    soon ||= setTimeout(() => {
      soon = 0;
      call();
    }, BURST_MS);
  });
  return () => {
    leave();
    clearTimeout(soon);
  };
}

function tell(kind, alert, old) {
  if (kind !== 'lost') state.fresh = now();
  for (const listen of [...listeners]) listen(kind, alert, old);
}

// One alert in its newest version, from an event or the answer to a change.
export function take(alert) {
  meanwhile?.push(alert);
  const old = alerts.get(alert.alert);
  if (Math.max(old?.version ?? 0, gone.get(alert.alert) ?? 0) >= alert.version) {
    return tell('fresh');
  }
  if (isLive(alert) && !alert.held_by) alerts.set(alert.alert, alert);
  else alerts.delete(alert.alert);
  return tell('alert', alert, old);
}

// The other team has it now. The answer to whoever gave it back may come behind this.
function drop(told) {
  meanwhile?.push({...told, gone: true});
  const old = alerts.get(told.alert);
  if (old && old.version > told.version) return tell('fresh');
  gone.set(told.alert, told.version);
  alerts.delete(told.alert);
  return tell('gone', told, old);
}

async function wholeList() {
  const alerts = [];
  let cursor, unreadable;
  do {
    const page = await watch('/alerts', {limit: LIMIT, cursor});
    alerts.push(...page.alerts);
    ({next: cursor, unreadable = 0} = page);
  } while (cursor);
  return {alerts, unreadable};
}

// What is told while the list is on its way is newer than the list.
async function fetchAll() {
  const during = [];
  gone.clear();
  let answer;
  meanwhile = during;
  try {
    answer = await wholeList();
  } finally {
    if (meanwhile === during) meanwhile = null;
  }
  const told = new Map(alerts);
  places = new Map(answer.alerts.map((alert, at) => [alert.alert, at]));
  alerts.clear();
  for (const alert of answer.alerts) {
    const old = told.get(alert.alert);
    alerts.set(alert.alert, old && old.version > alert.version ? old : alert);
  }
  during.forEach((one) => (one.gone ? drop(one) : take(one)));
  state.live = true;
  state.unreadable = answer.unreadable;
  tell('list');
  const news = listed; // of a first list nothing is: nobody knows what came before it
  listed = true;
  for (const alert of [...alerts.values()]) {
    const old = told.get(alert.alert);
    if (news && old?.version !== alert.version) tell('alert', alert, old);
  }
}

async function again() {
  clearTimeout(timer);
  if (!running) return;
  try {
    await fetchAll();
    if (!source && may('GET', '/events')) follow();
  } catch {
    state.live = false;
    tell('lost');
  }
  timer = setTimeout(again, source ? WHOLE_MS : state.live ? POLL_MS : RETRY_MS);
}

function follow() {
  source = new EventSource('/api/v1/events');
  const parsed = (take) => (event) => {
    setReached(true);
    take(JSON.parse(event.data));
  };
  source.addEventListener('hello', parsed((hello) => hello.resumed || again()));
  source.addEventListener('alert', parsed(take));
  source.addEventListener('gone', parsed(drop));
  source.addEventListener('incident', parsed((incident) => tell('incident', incident)));
  source.addEventListener('error', lost);
}

// The browser would try again by itself, but not after every kind of refusal, and without telling.
function lost() {
  source?.close();
  source = null;
  state.live = false;
  tell('lost');
  clearTimeout(timer);
  if (running) timer = setTimeout(again, RETRY_MS);
}

export function start() {
  if (running || !may('GET', '/alerts')) return;
  running = true;
  addEventListener('online', again);
  again();
}

export function stop() {
  running = false;
  removeEventListener('online', again);
  clearTimeout(timer);
  source?.close();
  source = null;
  alerts.clear();
  gone.clear();
  listed = false;
  state.live = false;
  state.unreadable = 0;
}

// Alerts that this viewer's own desk is to work now.
export const onMyDesk = (alert) => !session.account?.team ||
  (alert.desk ?? alert.team) === session.account.team;
