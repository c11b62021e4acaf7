// SPDX-License-Identifier: Apache-2.0
// Areas and feeders: outages, quiet homes, meters that nobody hears of.
import {get, may, watch} from './api.js';
import {fill, h} from './dom.js';
import {watchIncidents} from './live.js';
import {pathOf} from './place.js';
import {extentOf} from './sentence.js';
import {fileButton, filters, table} from './table.js';
import {number, t, timeElement, word} from './text.js';

function incidentTable(incidents) {
  return table(t('areas.incidents'), [
    {label: t('areas.group'), show: (one) => h('b', {}, one.group)},
    {label: t('areas.kind'), show: (one) => word('incident', one.kind)},
    {label: t('areas.state'), show: (one) => word('incident_state', one.state)},
    {label: t('areas.since'), show: (one) => one.from && timeElement(one.from)},
    {label: t('areas.until'), show: (one) => one.to && timeElement(one.to)},
    {label: t('areas.dark'), number: true, show: extentOf},
    {label: t('areas.held'), number: true, show: (one) => (one.held === null ? ''
      : number(one.held))},
  ], incidents);
}

// Areas and feeders alike; `open` and `quiet` are not told to everybody.
function placeTable(title, name, label, rows) {
  const known = rows.some((one) => one.open !== undefined);
  const lives = rows.some((one) => one.quiet !== undefined);
  return table(title, [
    {label, show: (one) => (name === 'area' && may('GET', '/alerts')
      ? h('a', {href: pathOf('queue', {area: one.area})}, one.area) : one[name])},
    {label: t('areas.homes'), number: true, show: (one) => number(one.homes)},
    lives && {label: t('areas.quiet'), number: true, show: (one) => number(one.quiet)},
    {label: t('areas.dark_homes'), number: true, show: (one) => number(one.dark)},
    known && {label: t('areas.open'), number: true, show: (one) => number(one.open)},
    {label: t('areas.incident'), show: (one) => (one.incident
      ? word('incident', one.incident.kind) : '')},
  ].filter(Boolean), rows);
}

function meterTable(meters) {
  const named = meters.some((one) => one.household);
  return table(t('areas.meters'), [
    named && {label: t('audit.household'), show: (one) => one.household},
    {label: t('ops.utility'), show: (one) => word('utility', one.utility)},
    {label: t('filter.area'), show: (one) => one.area},
    {label: t('ops.feeder'), show: (one) => one.feeder},
    {label: t('areas.last'), show: (one) => timeElement(one.since)},
  ].filter(Boolean), meters);
}

const counting = (found) => (found.counting || found.cut
  ? h('p', {class: 'fail'}, t(found.counting ? 'areas.counting' : 'areas.cut')) : null);

async function darkMeters(holder, query) {
  const asked = () => ({feeder: query.feeder, area: query.area, utility: query.utility});
  const shown = h('div', {});
  async function draw(cursor, before = []) {
    const found = await get('/meters/dark', {...asked(), cursor});
    const meters = [...before, ...found.meters];
    fill(shown, counting(found), meterTable(meters), found.next && h('button', {type: 'button',
      on: {click: () => draw(found.next, meters)}}, t('table.more')));
  }
  await draw();
  const utilities = ['', 'electricity', 'water', 'gas'].map((name) => [name,
    name ? word('utility', name) : t('filter.all')]);
  fill(holder, h('div', {class: 'row-of'}, filters([{name: 'feeder', label: t('ops.feeder')},
    {name: 'area', label: t('filter.area')},
    {name: 'utility', label: t('ops.utility'), options: utilities}], query, () => draw(),
  t('areas.meters')),
  fileButton('/meters/dark', asked, 'dark-meters')), shown);
}

export async function areasView(main, params, query) {
  const incidents = h('div', {class: 'card'});
  const places = h('div', {class: 'card'});
  const meters = h('div', {class: 'card'});
  async function draw(ask) {
    fill(incidents, incidentTable((await ask('/incidents', {all: query.all})).incidents));
    if (!may('GET', '/areas')) return;
    const found = await ask('/areas');
    fill(places, counting(found), placeTable(t('areas.all'), 'area', t('filter.area'), found.areas),
      placeTable(t('areas.feeders'), 'feeder', t('ops.feeder'), found.feeders),
      fileButton('/areas', () => ({}), 'areas'));
  }
  await draw(get);
  if (may('GET', '/meters/dark')) await darkMeters(meters, query);
  fill(main, h('h1', {}, t('areas.title')), filters([{name: 'all', check: true,
    label: t('areas.week')}], query, () => draw(get)), incidents, [places, meters].filter((card) =>
    card.hasChildNodes()));
  const leave = watchIncidents(() => draw(watch).catch(() => {}));
  return {title: t('areas.title'), leave};
}
