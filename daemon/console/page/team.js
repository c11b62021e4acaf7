// SPDX-License-Identifier: Apache-2.0
// The team at a glance: who has what, what waits, who is on duty, and looks that wait for a review.
import {get, may, Problem, watch} from './api.js';
import {fill, h} from './dom.js';
import {queue, watchAlerts} from './live.js';
import {after, called, named} from './on_call.js';
import {severityMark, standing} from './queue.js';
import {table} from './table.js';
import {number, t, timeElement, word} from './text.js';

function people(alerts) {
  const owners = new Map();
  for (const alert of alerts.filter((one) => one.owner)) {
    owners.set(alert.owner, [...owners.get(alert.owner) ?? [], alert]);
  }
  return table(t('team.people'), [
    {label: t('team.who'), show: ([name]) => h('b', {}, name)},
    {label: t('team.has'), number: true, show: ([, has]) => number(has.length)},
    {label: t('team.alerts'), show: ([, has]) => h('ul', {}, has.map((alert) => h('li', {},
      severityMark(alert.severity), ' ', h('a', {href: `#/alerts/${alert.alert}`},
        alert.household), ' ', h('span', {class: 'soft'}, standing(alert)))))},
  ], [...owners].sort());
}

function waiting(alerts) {
  const areas = new Map();
  for (const alert of alerts.filter((one) => one.waits_since)) {
    const key = `${alert.desk ?? alert.team} ${alert.area ?? ''}`;
    areas.set(key, [...areas.get(key) ?? [], alert]);
  }
  return table(t('team.waiting'), [
    {label: t('filter.team'), show: ([, all]) => word('team', all[0].desk ?? all[0].team)},
    {label: t('filter.area'), show: ([, all]) => all[0].area ?? t('queue.no_area')},
    {label: t('team.count'), number: true, show: ([, all]) => number(all.length)},
    {label: t('team.oldest'), show: ([, all]) => timeElement(all.map((one) => one.waits_since)
      .sort()[0])},
  ], [...areas].sort());
}

// One shift: whom a call reaches, and by which names of the roster it reaches nobody.
function shift({on_call: first, then, asked, missing, ...one}, zone) {
  const reaches = (name) => name && !missing.some(({who}) => who === name);
  return h('div', {}, asked.length ? h('b', {}, called(reaches(first) ? first : then, asked))
    : h('b', {class: 'bad'}, t('team.no_call')),
  reaches(first) && reaches(then) && ` ${after(then)}`, ' ',
  h('span', {class: 'soft'}, one.shift, ' ', timeElement(one.from, zone), ' – ',
    timeElement(one.until, zone)),
  missing.map(({who, why}) => h('p', {class: 'bad'}, t('team.missing', {who: named(who),
    why: word('flaw', why)}))));
}

// Who has duty at each desk, now and next.
export function onDuty(rosters) {
  const cell = (one, zone) => (one ? shift(one, zone) : t('team.nobody'));
  return table(t('team.rosters'), [
    {label: t('team.desk'), show: (one) => one.name},
    {label: t('filter.team'), show: (one) => word('team', one.team)},
    {label: t('filter.area'), show: (one) => one.areas.join(', ') ||
      t('filter.all')},
    {label: t('team.now'), show: (one) => cell(one.now, one.timezone)},
    {label: t('team.next'), show: (one) => cell(one.next, one.timezone)},
  ], rosters);
}

function looks(entries) {
  return table(t('team.review'), [
    {label: t('audit.at'), show: (one) => timeElement(one.at)},
    {label: t('audit.who'), show: (one) => one.who},
    {label: t('audit.household'), show: (one) => one.household},
    {label: t('audit.why'), show: (one) => one.why},
  ], entries);
}

async function reviewDraw(review, cursor, before = []) {
  const found = await get('/audit', {review: 1, limit: 100, cursor});
  const entries = [...before, ...found.entries];
  fill(review, looks(entries), found.next && h('button', {type: 'button',
    on: {click: () => reviewDraw(review, found.next, entries)}}, t('table.more')));
}

async function dutyDraw(duty, ask) {
  const {rosters} = await ask('/rosters');
  duty.hidden = false;
  fill(duty, onDuty(rosters));
}

// As often as the list; what was shown stays until there is an answer.
async function dutyAgain(duty) {
  try {
    await dutyDraw(duty, watch);
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
  }
}

export async function teamView(main) {
  const has = h('div', {class: 'card'});
  const waits = h('div', {class: 'card'});
  const duty = h('div', {class: 'card', hidden: true});
  const review = h('div', {class: 'card', hidden: true});
  const draw = () => {
    fill(has, people(queue()));
    fill(waits, waiting(queue()));
  };
  if (may('GET', '/rosters')) await dutyDraw(duty, get);
  if (may('GET', '/audit')) {
    review.hidden = false;
    await reviewDraw(review);
  }
  draw();
  fill(main, h('h1', {}, t('team.title')), has, waits, duty, review);
  return {title: t('team.title'), leave: watchAlerts((kind) => {
    draw();
    if (kind === 'list' && may('GET', '/rosters')) dutyAgain(duty);
  })};
}
