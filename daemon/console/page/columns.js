// SPDX-License-Identifier: Apache-2.0
// Numbers by day as columns, with a line for what they should come to; the same in a table.
import {h, svg} from './dom.js';
import {legend} from './legend.js';
import {number, t} from './text.js';

const WIDE = 800, HIGH = 160;

function picture(rows, most) {
  const width = WIDE / rows.length;
  const y = (value) => HIGH - value / most * (HIGH - 10);
  const line = rows.filter((row) => row.line !== null).map((row) =>
    `${(rows.indexOf(row) + 0.5) * width},${y(row.line)}`);
  return svg('svg', {class: 'columns', viewBox: `0 0 ${WIDE} ${HIGH}`, 'aria-hidden': 'true',
    preserveAspectRatio: 'none'},
  rows.map((row, at) => svg('rect', {class: 'column', x: at * width + width * 0.1, y: y(row.value),
    width: width * 0.8, height: HIGH - y(row.value)})),
  line.length > 1 ? svg('polyline', {class: 'budget', points: line.join(' ')}) : null);
}

// rows: [{label, value, line}]; line null: not known.
export function columns(title, rows) {
  if (!rows.length) return h('p', {class: 'soft'}, t('table.none'));
  const most = Math.max(1, ...rows.map((row) => Math.max(row.value, row.line ?? 0)));
  return h('figure', {}, h('div', {class: 'row-of between'},
    h('span', {class: 'soft'}, t('columns.most', {n: number(most)}))), picture(rows, most),
  h('p', {class: 'ends flat soft'}, h('span', {}, rows[0].label),
    h('span', {}, rows.at(-1).label)),
  legend(['seen', t('columns.raised')], ['line', t('columns.budget')]),
  h('details', {}, h('summary', {}, t('picture.table')), h('table', {},
    h('caption', {}, title), h('thead', {}, h('tr', {}, ['day', 'raised', 'budget'].map((name) =>
      h('th', {scope: 'col', class: name === 'day' ? null : 'number'}, t(`columns.${name}`))))),
    h('tbody', {}, rows.toReversed().map((row) => h('tr', {}, h('td', {}, row.label),
      h('td', {class: 'number'}, number(row.value)),
      h('td', {class: 'number'}, row.line === null ? '–' : number(row.line))))))));
}
