// SPDX-License-Identifier: Apache-2.0
// What has just happened, said in a corner and to screen readers; it stays until it is read.
import {h} from './dom.js';
import {t} from './text.js';

const SHOWN_MS = 12000;
const good = h('div', {role: 'status'});
const bad = h('div', {role: 'alert'});
export const notices = h('div', {class: 'notices'}, good, bad);

export function notice(text, failed = false) {
  const shown = h('div', {class: `notice${failed ? ' bad' : ''}`}, h('p', {}, text),
    h('button', {type: 'button', class: 'plain', 'aria-label': t('notice.close'),
      on: {click: () => shown.remove()}}, '✕'));
  (failed ? bad : good).replaceChildren(shown);
  if (!failed) setTimeout(() => shown.remove(), SHOWN_MS);
}
