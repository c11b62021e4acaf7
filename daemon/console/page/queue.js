// SPDX-License-Identifier: Apache-2.0
// Who needs a knock first.
import {get, may, Problem, session, watch} from './api.js';
import {fill, h, say, ticks} from './dom.js';
import {doing} from './act.js';
import {onMyDesk, queue, state, watchAlerts, watchIncidents} from './live.js';
import {named} from './on_call.js';
import {extentOf, factors, sentences} from './sentence.js';
import {duration, moment, now, since, t, timeElement, word} from './text.js';
import {setQuery} from './place.js';

const shapes = {critical: '■', high: '▲', medium: '◆', low: '●'};
const FILTERS = ['team', 'severity', 'area', 'mine'];

export function severityMark(severity) {
  return h('span', {class: `severity ${severity}`},
    h('span', {'aria-hidden': 'true'}, `${shapes[severity]} `), word('severity', severity));
}

function lastTry(alert) {
  const tries = alert.steps.filter((step) => step.contact);
  if (!tries.length) return '';
  const {at, contact} = tries.at(-1);
  return ` · ${t('queue.try', {n: tries.length, result: word('result', contact.result),
    time: moment(at, alert.timezone)})}`;
}

// When an open alert escalates; null: not any more. Each time it is back from somebody, or has
// escalated, the wait begins anew.
const ANEW = ['escalated', 'declined', 'not_accepted', 'hold_ended'];
export function escalatesAt(alert) {
  const {critical_s: grave, others_s: others, times} = session.escalate;
  if (!alert.waits_since || alert.held_by || alert.escalations >= times) return null;
  const again = alert.steps.findLast((step) => ANEW.includes(step.what));
  const from = Math.max(Date.parse(alert.waits_since), Date.parse(again?.at ?? 0));
  return from + 1000 * (['critical', 'high'].includes(alert.severity) ? grave : others);
}

// The step of its ladder that is on: a visit names who goes, all else who is reached.
const GOES = ['community_officer', 'officer'];
function stepOn({channel, whom, until}, zone) {
  const params = {channel: word('channel', channel), whom: word('whom', whom),
    time: moment(until, zone)};
  if (channel === 'police') return t('queue.step_police', params);
  if (channel !== 'visit') return t('queue.step', params);
  return t(GOES.includes(whom) ? 'queue.step_goes' : 'queue.step_visit', params);
}

// Where it stands, in words: who has it, or how long it has been waiting.
export function standing(alert) {
  const mine = alert.owner === session.account.name;
  if (alert.state === 'referred') {
    return t('queue.referred', {from: word('team', alert.referred_from),
      to: word('team', alert.desk ?? alert.team), time: moment(alert.accept_by, alert.timezone)});
  }
  if (alert.owner) {
    return t(mine ? 'queue.yours' : 'queue.theirs', {who: alert.owner,
      state: word('state', alert.state), time: moment(alert.expires, alert.timezone)}) +
      lastTry(alert);
  }
  if (!alert.waits_since) return word('state', alert.state);
  const next = escalatesAt(alert);
  const escalation = next > now() ? ` · ${t('queue.escalates', {time: duration(next - now())})}`
    : '';
  const before = alert.escalations ? ` · ${t('queue.escalated', {n: alert.escalations})}` : '';
  const step = alert.ladder?.until ? ` · ${stepOn(alert.ladder, alert.timezone)}` : '';
  const call = alert.on_call ? ` · ${t('queue.on_call', {who: named(alert.on_call.who)})}` : '';
  return t('queue.waiting', {time: since(alert.waits_since)}) + escalation + before + call + step;
}

function button(alert) {
  const [action] = doing(alert).main;
  return action && h('button', {class: 'main', type: 'button', on: {click: action.run}},
    action.label);
}

function row(alert, fresh) {
  const facts = factors(alert);
  const desk = (alert.desk ?? alert.team);
  return h('li', {'data-id': alert.alert},
    h('article', {class: `alert ${alert.severity}${alert.owner ? ' taken' : ''}` +
      `${fresh ? ' fresh' : ''}`},
      h('div', {class: 'head'}, severityMark(alert.severity),
        h('a', {href: `#/alerts/${alert.alert}`}, `${alert.household}`),
        h('span', {}, alert.area ?? t('queue.no_area')),
        h('span', {class: 'soft'}, [desk !== session.account.team && word('team', desk), ...facts]
          .filter(Boolean).join(' · '))),
      h('p', {class: 'said'}, sentences(alert)[0]),
      ticks(h('p', {class: 'state'}), () => standing(alert)),
      h('div', {class: 'do'}, button(alert))));
}

// Rows come and go above what somebody is about to press: what the pointer or the focus is on stays
// where it is on the screen.
class Rows {
  constructor() {
    this.list = h('ol', {class: 'queue', 'aria-label': t('queue.title')});
    this.shown = new Map();
    this.pointed = null;
    this.list.addEventListener('pointermove', (event) => {
      this.pointed = event.target.closest('li');
    });
    this.list.addEventListener('pointerleave', () => {
      this.pointed = null;
    });
  }

  anchor() {
    const held = document.activeElement?.closest?.('.queue > li');
    return this.pointed?.isConnected ? this.pointed : held;
  }

  show(alerts, first) {
    const anchor = this.anchor();
    const id = anchor?.dataset.id;
    const top = anchor?.getBoundingClientRect().top;
    const focus = document.activeElement?.closest?.('.queue > li')?.dataset.id;
    const tag = document.activeElement?.tagName;
    const wanted = alerts.map((alert) => this.rowOf(alert, first));
    for (const element of [...this.list.children]) {
      if (!wanted.includes(element)) element.remove();
    }
    wanted.forEach((element, at) => {
      if (this.list.children[at] !== element) {
        this.list.insertBefore(element, this.list.children[at] ?? null);
      }
    });
    const now = id && this.shown.get(id)?.element;
    if (now?.isConnected) scrollBy(0, now.getBoundingClientRect().top - top);
    const again = focus && this.shown.get(focus)?.element;
    if (again?.isConnected && !again.contains(document.activeElement)) {
      (again.querySelector(tag) ?? again.querySelector('a')).focus({preventScroll: true});
    }
    if (this.pointed && !this.pointed.isConnected) this.pointed = now ?? null;
  }

  rowOf(alert, first) {
    const kept = this.shown.get(alert.alert);
    if (kept?.version === alert.version) return kept.element;
    const element = row(alert, !first && !kept);
    this.shown.set(alert.alert, {version: alert.version, element});
    return element;
  }

  step(by) {
    const links = [...this.list.querySelectorAll('.head a')];
    const at = links.findIndex((link) => link.closest('li').contains(document.activeElement));
    const next = links[at < 0 ? 0 : Math.max(0, Math.min(links.length - 1, at + by))];
    next?.focus();
  }
}

function choice(name, label, values, query, changed) {
  const select = h('select', {name, on: {change: changed}},
    h('option', {value: ''}, t('filter.all')),
    values.map(([value, shown]) => h('option', {value}, shown)));
  select.value = query[name] ?? '';
  return h('label', {class: 'field'}, label, select);
}

function filterBar(query, areas, changed) {
  const words = (vocabulary, names) => names.map((name) => [name, word(vocabulary, name)]);
  return h('form', {class: 'filters', 'aria-label': t('filter.title'),
    on: {submit: (event) => event.preventDefault()}},
    session.account.team ? null
      : choice('team', t('filter.team'), words('team', ['police', 'welfare']), query, changed),
    choice('severity', t('filter.severity'),
      words('severity', ['critical', 'high', 'medium', 'low']), query, changed),
    choice('area', t('filter.area'), areas.map((area) => [area, area]), query, changed),
    h('label', {class: 'check'}, h('input', {type: 'checkbox', name: 'mine', value: '1',
      checked: query.mine === '1', on: {change: changed}}), t('filter.mine')));
}

function fits(alert, query) {
  const teams = [alert.team, alert.desk ?? alert.team, alert.referred_from];
  return (!query.team || teams.includes(query.team)) &&
    (!query.severity || alert.severity === query.severity) &&
    (!query.area || alert.area === query.area) &&
    (query.mine !== '1' || alert.owner === session.account.name);
}

function sums(alerts) {
  const waiting = alerts.filter((alert) => alert.waits_since && onMyDesk(alert));
  const oldest = Math.min(...waiting.map((alert) => Date.parse(alert.waits_since)));
  const taken = alerts.filter((alert) => alert.owner).length;
  return [
    h('b', {}, t('queue.count', {n: waiting.length})),
    waiting.length ? ticks(h('span', {}),
      () => t('queue.oldest', {time: duration(now() - oldest)})) : null,
    taken ? h('span', {}, t('queue.taken', {n: taken})) : null,
  ];
}

const BUDGET_MS = 900000; // each look at numbers is on record

async function budgetToday(element, ask) {
  if (!may('GET', '/stats')) return;
  try {
    const {days} = await ask('/stats', {days: 1});
    const today = days.at(-1);
    if (today) {
      element.textContent = today.budget === null ? t('queue.raised', {raised: today.raised})
        : t('queue.budget', {raised: today.raised, budget: today.budget}); // a team has none
    }
  } catch {
    element.textContent = '';
  }
}

// Outages hold alerts back: they are named, so that nobody wonders where those are.
async function drawIncidents(holder) {
  try {
    const {incidents} = await watch('/incidents');
    fill(holder, incidents.map((one) => h('p', {class: 'incident'}, h('b', {}, `○ ${one.group}`),
      ` ${word('incident', one.kind)}, ${extentOf(one)}, `,
      timeElement(one.from), one.held ? ` · ${t('queue.held', {n: one.held})}` : null)));
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
  }
}

// A line that is there from the start: it is spoken when it fills. What cannot be read is not in
// the list, and nothing of it escalates.
export const unreadableLine = () => h('p', {class: 'banner', role: 'status', hidden: true});
export function tellUnreadable(line, n) {
  const text = n ? t('queue.unreadable', {n}) : '';
  line.hidden = !n;
  if (line.textContent !== text) line.textContent = text;
}

function emptyText(query) {
  if (FILTERS.some((name) => query[name])) return t('queue.none_filtered');
  return t('queue.empty');
}

export function queueView(main, params, query) {
  const rows = new Rows();
  const head = h('div', {class: 'sums'});
  const budget = h('span', {class: 'soft'});
  const bar = h('div', {});
  const outages = h('div', {});
  const unreadable = unreadableLine();
  const empty = h('div', {class: 'card empty', hidden: true});
  let drawn = false, areasShown = '';

  function drawFilters(alerts) {
    const areas = [...new Set(alerts.map((alert) => alert.area).concat(query.area)
      .filter(Boolean))].sort();
    if (areas.join() === areasShown && bar.firstChild) return;
    areasShown = areas.join();
    fill(bar, filterBar(query, areas, () => {
      const values = Object.fromEntries(new FormData(bar.firstChild));
      for (const name of FILTERS) query[name] = values[name] ?? '';
      setQuery(query);
      draw();
    }));
  }

  function draw() {
    const all = queue();
    const alerts = all.filter((alert) => fits(alert, query));
    drawFilters(all);
    fill(head, sums(all), budget);
    tellUnreadable(unreadable, state.unreadable);
    rows.show(alerts, !drawn);
    empty.hidden = alerts.length > 0 || !state.fresh;
    if (!empty.hidden) {
      fill(empty, h('p', {}, h('b', {}, emptyText(query))), h('p', {class: 'soft'},
        t('queue.fresh'), ' ', timeElement(new Date(state.fresh).toISOString())));
    }
    drawn = drawn || state.fresh > 0;
  }

  fill(main, h('h1', {class: 'spoken'}, t('queue.title')), head, bar, unreadable, empty,
    outages, rows.list);
  draw();
  budgetToday(budget, get);
  let budgetDue = Date.now() + BUDGET_MS;
  drawIncidents(outages);
  const stopIncidents = watchIncidents(() => drawIncidents(outages));
  const stopAlerts = watchAlerts((kind, alert, old) => {
    if (kind === 'incident') return;
    draw();
    if (kind === 'list' && Date.now() >= budgetDue) {
      budgetDue = Date.now() + BUDGET_MS;
      budgetToday(budget, watch);
    }
    if (kind === 'alert' && !old && alert.waits_since && fits(alert, query)) {
      say(t('queue.new', {severity: word('severity', alert.severity), area: alert.area ?? ''}));
    }
  });
  const focused = () => {
    const id = document.activeElement?.closest?.('.queue > li')?.dataset.id;
    return queue().find((alert) => alert.alert === id);
  };
  const keys = {j: () => rows.step(1), k: () => rows.step(-1)};
  for (const key of ['a', 'c', 'r', 'e']) {
    keys[key] = () => focused() && doing(focused()).keys[key]?.();
  }
  return {title: t('queue.title'), keys, leave: () => {
    stopIncidents();
    stopAlerts();
  }};
}
