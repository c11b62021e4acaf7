// SPDX-License-Identifier: Apache-2.0
// What a reload of the configuration file would change, or why the file is refused; and the reload.
import {ask, get, may, Problem} from './api.js';
import {fill, h} from './dom.js';
import {formDialog} from './form.js';
import {notice} from './notice.js';
import {table} from './table.js';
import {t} from './text.js';

const REFUSED = 422;
const PLACED = /(\S+:\d+:\d+): (.*)$/;

const value = (text) => (text === null ? '–' : h('code', {}, text === '' ? '""' : text));

function changeTable(changes) {
  return table(t('changes.caption'), [
    {label: t('changes.option'), show: (one) => h('code', {}, one.name)},
    {label: t('changes.now'), show: (one) => value(one.now)},
    {label: t('changes.then'), show: (one) => value(one.next)},
    {label: t('changes.when'),
      show: (one) => t(one.restart ? 'changes.restart' : 'changes.at_once')},
  ], changes);
}

// Each error of the file with its place, "FILE:LINE:COLUMN: what is wrong"; of several the first
// line says how many there are.
function errorTable(detail) {
  const [first, ...more] = detail.split('\n');
  const lines = (more.length ? more : [first]).map((line) => PLACED.exec(line) ??
    [line, null, line]);
  return table(t('changes.errors'), [
    {label: t('changes.place'), show: ([, place]) => place && h('code', {}, place)},
    {label: t('changes.wrong'), show: ([, , wrong]) => wrong},
  ], lines);
}

// Options of a list have no row of their own: that they differ is all that is said.
function shown({changes, restart_needed: waits}) {
  const others = waits.filter((name) => !changes.some((one) => one.name === name));
  if (!changes.length && !others.length) return h('p', {}, t('changes.none'));
  return [changes.length > 0 && changeTable(changes),
    others.map((name) => h('p', {}, h('code', {}, name), ` ${t('changes.differs')}`))];
}

async function reload(again) {
  const done = await formDialog({title: t('changes.reload'), lead: t('changes.reload_lead'),
    key: 'reload', fields: [], submit: t('changes.reload'), send: () => ask('POST', '/reload')});
  if (!done) return;
  notice(done.restart_needed.length ? t('changes.waits', {names: done.restart_needed.join(', ')})
    : t('changes.done'));
  again();
}

export async function changesCard(holder, query) {
  const again = () => changesCard(holder, query);
  let told, usable = true;
  try {
    told = shown(await get('/config/changes'));
  } catch (problem) {
    if (!(problem instanceof Problem) || problem.status !== REFUSED) throw problem;
    usable = false;
    told = [h('p', {class: 'fail'}, t('changes.refused')), errorTable(problem.message)];
  }
  fill(holder, h('section', {class: 'card changes', 'aria-label': t('changes.title')},
    h('h2', {}, t('changes.title')), told, h('div', {class: 'row-of'},
      h('button', {type: 'button', on: {click: again}}, t('changes.look')),
      usable && may('POST', '/reload') && h('button', {type: 'button',
        on: {click: () => reload(again)}}, t('changes.reload')))));
}
