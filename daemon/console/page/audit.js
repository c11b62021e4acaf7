// SPDX-License-Identifier: Apache-2.0
// Who looked at whom, and what for.
import {get} from './api.js';
import {fill, h} from './dom.js';
import {fileButton, filters, table} from './table.js';
import {t, timeElement} from './text.js';

const NAMES = ['household', 'who', 'action', 'from', 'to'];
const LIMIT = 100;

function entryTable(entries) {
  return table(t('audit.entries'), [
    {label: t('audit.at'), show: (one) => timeElement(one.at)},
    {label: t('audit.who'), show: (one) => one.who},
    {label: t('audit.place'), show: (one) => one.from},
    {label: t('audit.action'), show: (one) => h('code', {}, one.action)},
    {label: t('audit.household'), show: (one) => one.household},
    {label: t('audit.subject'), show: (one) => one.subject},
    {label: t('audit.why'), show: (one) => one.why},
    {label: t('audit.result'), show: (one) => one.result},
  ], entries);
}

export async function auditView(main, params, query) {
  const body = h('div', {class: 'card'});
  const asked = () => ({...Object.fromEntries(NAMES.map((name) => [name, moment(name)]))});
  // The API wants a moment; a day of the filter is the viewer's own.
  function moment(name) {
    const value = query[name];
    if (!value || !['from', 'to'].includes(name)) return value;
    const at = new Date(`${value}T00:00:00`);
    if (name === 'to') at.setDate(at.getDate() + 1);
    return at.toISOString();
  }
  async function draw(cursor, before = []) {
    const found = await get('/audit', {...asked(), limit: LIMIT, cursor});
    const entries = [...before, ...found.entries];
    fill(body, entryTable(entries), found.next && h('button', {type: 'button',
      on: {click: () => draw(found.next, entries)}}, t('table.more')));
  }
  await draw();
  fill(main, h('h1', {}, t('audit.title')), h('div', {class: 'row-of'},
    filters([{name: 'household', label: t('audit.household')}, {name: 'who', label: t('audit.who')},
      {name: 'action', label: t('audit.action')},
      {name: 'from', label: t('audit.first'), type: 'date'},
      {name: 'to', label: t('audit.last'), type: 'date'}], query, () => draw()),
    fileButton('/audit', asked, 'audit')), body);
  return {title: t('audit.title')};
}
