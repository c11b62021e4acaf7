// SPDX-License-Identifier: Apache-2.0
// How the desk fares: load beside budget, waits, outcomes, what each rule is worth.
import {get, may, session} from './api.js';
import {fill, h} from './dom.js';
import {columns} from './columns.js';
import {fileButton, filters, table} from './table.js';
import {day, duration, number, t, unit, word} from './text.js';

const percent = (share) => (share === null ? '–' : number(share * 100, 0));

function tile(label, value, more) {
  return h('div', {class: 'tile'}, h('dt', {}, label), h('dd', {}, h('b', {}, value),
    more && h('span', {class: 'soft'}, ` ${more}`)));
}

function waits(label, told) {
  return tile(label, told.median_s === null ? '–' : duration(told.median_s * 1000),
    told.n ? t('stats.most', {time: duration(told.p90_s * 1000), n: told.n}) : '');
}

function load(found) {
  const raised = found.days.reduce((sum, one) => sum + one.raised, 0);
  const known = found.days.every((one) => one.budget !== null);
  const budget = found.days.reduce((sum, one) => sum + (one.budget ?? 0), 0);
  return [h('p', {}, known ? t('stats.load', {raised, budget}) : t('stats.raised', {raised})),
    columns(t('stats.days'), found.days.map((one) => ({label: day(one.date, 'UTC'),
      value: one.raised, line: one.budget})))];
}

function ruleTable(rules) {
  return table(t('stats.rules'), [
    {label: t('stats.rule'), show: (one) => word('detector', one.detector)},
    {label: t('stats.told'), number: true, show: (one) => number(one.raised)},
    {label: t('stats.true'), number: true, show: (one) => number(one.true)},
    {label: t('stats.false'), number: true, show: (one) => number(one.false)},
    {label: t('stats.precision'), number: true, show: (one) => (one.precision === null ? '–'
      : t('stats.between', {share: percent(one.precision), low: percent(one.low),
        high: percent(one.high)}))},
  ], rules.filter((one) => one.raised > 0));
}

function counts(caption, vocabulary, told) {
  return table(caption, [
    {label: t('stats.word'), show: ([name]) => word(vocabulary, name)},
    {label: t('stats.count'), number: true, show: ([, n]) => number(n)},
  ], Object.entries(told).filter(([, n]) => n > 0));
}

function after(told) {
  return table(t('stats.after'), [
    {label: t('stats.time'), show: ([name]) => unit(parseInt(name, 10), 'month')},
    {label: t('stats.households'), number: true, show: ([, one]) => number(one.n)},
    {label: t('stats.no_longer'), number: true, show: ([, one]) => number(one.no_longer)},
  ], Object.entries(told));
}

export async function statsView(main, params, query) {
  const body = h('div', {class: 'stats'});
  query.days ||= '30';
  const asked = () => ({days: query.days, team: query.team, area: query.area});
  async function draw() {
    const found = await get('/stats', asked());
    fill(body, found.counting && h('p', {class: 'fail'}, t('stats.counting')),
      h('dl', {class: 'tiles'}, waits(t('stats.acknowledge'), found.acknowledge),
        waits(t('stats.knock'), found.knock)),
      h('section', {class: 'card', 'aria-label': t('stats.days')}, load(found)),
      h('div', {class: 'two'}, h('div', {class: 'card'},
        counts(t('stats.outcomes'), 'outcome', found.outcomes)),
      h('div', {class: 'card'}, counts(t('stats.states'), 'state', found.states))),
      h('div', {class: 'card'}, ruleTable(found.rules)),
      h('div', {class: 'card'}, after(found.after)));
  }
  await draw();
  const teams = ['', 'police', 'welfare'].map((name) => [name,
    name ? word('team', name) : t('filter.all')]);
  fill(main, h('h1', {}, t('stats.title')), h('div', {class: 'row-of'},
    filters([{name: 'days', label: t('stats.span'), options: ['7', '30', '90', '365'].map((n) =>
      [n, unit(Number(n), 'day')])},
    !session.account.team && {name: 'team', label: t('filter.team'), options: teams},
    {name: 'area', label: t('filter.area')}].filter(Boolean), query, draw),
    may('GET', '/stats') && fileButton('/stats', asked, 'stats')), body);
  return {title: t('stats.title')};
}
