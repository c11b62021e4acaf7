// SPDX-License-Identifier: Apache-2.0
// For those who keep Anbu going: its state, its budget, what it could not use, its configuration.
import {get, may, watch} from './api.js';
import {changesCard} from './changes.js';
import {fill, h} from './dom.js';
import {filters, table} from './table.js';
import {number, t, timeElement, unit, word} from './text.js';

const AGAIN_MS = 10000;
const LETTERS = 50;

// Numbers of an object, whatever this daemon counts: a name of it is a name of docs/metrics.md.
function flat(value, name = '') {
  if (value === null || typeof value !== 'object') return [[name, value]];
  return Object.entries(value).flatMap(([key, one]) => flat(one, name ? `${name}.${key}` : key));
}

function shownValue(value) {
  if (typeof value === 'number') return number(value, 2);
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value)) return timeElement(value);
  return String(value ?? '–');
}

function statusCard(status) {
  return h('section', {class: 'card'}, table(t('ops.status'), [
    {label: t('ops.name'), show: ([name]) => h('code', {}, name)},
    {label: t('ops.value'), number: true, show: ([, value]) => shownValue(value)},
  ], flat(status)));
}

function budgetCard(budget) {
  return h('section', {class: 'card'},
    h('p', {}, t('ops.homes', {homes: budget.homes}), ' ',
      t(budget.steered ? 'ops.steered' : 'ops.not_steered')),
    table(t('ops.budget'), [
      {label: t('ops.population'), show: (one) => h('code', {}, one.population)},
      {label: t('ops.years'), number: true, show: (one) => number(one.home_years)},
      {label: t('ops.wanted'), number: true, show: (one) => number(one.wanted)},
      {label: t('ops.came'), number: true, show: (one) => number(one.priced + one.others)},
      {label: t('ops.verdict'), show: (one) => word('verdict', one.verdict)},
      {label: t('ops.factor'), number: true, show: (one) => number(one.factor, 2)},
    ], budget.groups));
}

function sinkCard({sinks}) {
  return h('section', {class: 'card'}, table(t('ops.sinks'), [
    {label: t('ops.name'), show: (one) => one.name},
    {label: t('ops.kind'), show: (one) => one.kind},
    {label: t('ops.lag'), number: true, show: (one) => number(one.lag ?? 0)},
    {label: t('ops.delivered'), show: (one) => one.delivered_at && timeElement(one.delivered_at)},
    {label: t('ops.trouble'), show: (one) => (one.disabled ? t('ops.disabled') : one.trouble)},
  ], sinks));
}

// The option that the outcomes support, from what is in force.
function adviceText(one) {
  if (one.advice === 'too_few' || one.advice === 'keep') return word('advice', one.advice);
  if (!one.option) return word('advice', one.advice);
  return one.to === null ? t('ops.no_further', {option: one.option, value: one.from})
    : h('code', {}, `${one.option}: ${one.from} → ${one.to}`);
}

function adviceCard({rules, wanted, counting}) {
  return h('section', {class: 'card advice'},
    counting && h('p', {class: 'fail'}, t('stats.counting')),
    h('p', {}, t('ops.advice_lead', {wanted: number(wanted, 2)})),
    table(t('ops.advice'), [
      {label: t('stats.rule'), show: (one) => word('detector', one.detector)},
      {label: t('ops.judged'), number: true, show: (one) => number(one.judged)},
      {label: t('stats.true'), number: true, show: (one) => number(one.worth_it)},
      {label: t('stats.precision'), number: true, show: (one) => (one.judged
        ? t('stats.between', {share: number(100 * one.worth_it / one.judged, 0),
          low: number(one.low, 0), high: number(one.high, 0)}) : '–')},
      {label: t('ops.advised'), show: adviceText},
    ], rules));
}

function letterCard(found, letters, more) {
  return h('section', {class: 'card'}, found.reading && h('p', {class: 'fail'}, t('ops.reading')),
    table(t('ops.counts'), [
      {label: t('ops.reason'), show: ([name]) => h('code', {}, name)},
      {label: t('stats.count'), number: true, show: ([, n]) => number(n)},
    ], Object.entries(found.counts).filter(([, n]) => n > 0)),
    table(t('ops.letters'), [
      {label: t('audit.at'), show: (one) => timeElement(one.at)},
      {label: t('ops.reason'), show: (one) => h('code', {}, one.reason)},
      {label: t('ops.field'), show: (one) => one.field && h('code', {}, one.field)},
      {label: t('ops.source'), show: (one) => [one.source, one.partition, one.offset]
        .filter((part) => part !== undefined && part !== null).join(' / ')},
      {label: t('ops.message'), show: (one) => h('code', {class: 'wrap'},
        typeof one.message === 'string' ? one.message : JSON.stringify(one.message, null, 1))},
    ], letters),
    found.next && h('button', {type: 'button', on: {click: () => more(found.next)}},
      t('table.more')));
}

function optionCard(options, query) {
  const fits = ({name, from}) => (!query.name || name.includes(query.name)) &&
    (query.set !== '1' || from !== 'default');
  return h('section', {class: 'card'}, table(t('ops.config'), [
    {label: t('ops.name'), show: (one) => h('code', {}, one.name)},
    {label: t('ops.value'), show: (one) => `${one.value ?? ''} ${one.unit ?? ''}`},
    {label: t('ops.from'), show: (one) => one.from},
    {label: t('ops.help'), show: (one) => one.help},
  ], options.filter(fits)));
}

// Each part of the page: the route that it is of, and what shows the answer.
const parts = [
  ['/status', statusCard], ['/budget', budgetCard], ['/sinks', sinkCard],
];

async function advice(holder) {
  fill(holder, adviceCard(await get('/advice')));
}

async function letters(holder, query, cursor, before = []) {
  const found = await get('/dead-letters', {limit: LETTERS, cursor});
  const all = [...before, ...found.letters];
  fill(holder, letterCard(found, all, (next) => letters(holder, query, next, all)));
}

async function configuration(holder, query) {
  const {options} = await get('/config');
  const shown = h('div', {});
  const draw = () => fill(shown, optionCard(options, query));
  fill(holder, filters([{name: 'name', label: t('ops.name')},
    {name: 'set', check: true, label: t('ops.set')}], query, draw, t('ops.config')), shown);
  draw();
}

export async function opsView(main, params, query) {
  const open = parts.filter(([path]) => may('GET', path)).map(([path, card]) =>
    ({path, card, holder: h('div', {})}));
  const other = [may('GET', '/advice') && [advice, h('div', {})],
    may('GET', '/dead-letters') && [letters, h('div', {})],
    may('GET', '/config/changes') && [changesCard, h('div', {})],
    may('GET', '/config') && [configuration, h('div', {})]].filter(Boolean);
  const draw = (ask) => Promise.all(open.map(async ({path, card, holder}) =>
    fill(holder, card(await ask(path)))));
  await draw(get);
  for (const [show, holder] of other) await show(holder, query);
  fill(main, h('h1', {}, t('ops.title')), h('p', {class: 'soft'}, t('ops.again',
    {time: unit(AGAIN_MS / 1000, 'second')})), open.map(({holder}) => holder),
  other.map(([, holder]) => holder));
  const timer = setInterval(() => draw(watch).catch(() => {}), AGAIN_MS);
  return {title: t('ops.title'), leave: () => clearInterval(timer)};
}
