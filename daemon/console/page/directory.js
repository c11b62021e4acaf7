// SPDX-License-Identifier: Apache-2.0
// Address, people and needs of a home: asked for by a press, for each look is on record; kept
// nowhere.
import {get, Problem} from './api.js';
import {fill, h} from './dom.js';
import {pair} from './pair.js';
import {languageName, list, t} from './text.js';

// A telephone dials it; anything else shows it.
function phone(number) {
  return number ? h('a', {href: `tel:${number.replace(/[^+\d]/g, '')}`}, number) : '';
}

function people(rows, more) {
  return h('ul', {}, rows.map((one) => h('li', {}, one.name ?? '', ' ',
    h('span', {class: 'soft'}, more(one) ?? ''), ' ', phone(one.phone))));
}

function entry(found) {
  return h('dl', {class: 'pairs'},
    found.address && pair('directory.address', found.address),
    found.language && pair('directory.language', languageName(found.language)),
    found.residents?.length && pair('directory.residents', people(found.residents,
      (one) => one.birth_year && t('directory.born', {year: String(one.birth_year)}))),
    found.contacts?.length && pair('directory.contacts', people(found.contacts,
      (one) => one.relation)),
    found.keys && pair('directory.keys', found.keys),
    found.needs?.length && pair('directory.needs', list(found.needs)),
    found.notes && pair('directory.notes', found.notes),
    found.incomplete && pair('directory.notes', t('directory.incomplete')));
}

export function directoryCard(alert) {
  const body = h('div', {'aria-live': 'polite'});
  const open = h('button', {type: 'button', class: 'main', on: {click: show}},
    t('directory.show'));
  async function show() {
    open.disabled = true;
    try {
      fill(body, entry(await get(`/alerts/${encodeURIComponent(alert.alert)}/directory`)));
      open.remove();
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      fill(body, h('p', {class: 'fail'}, problem.message));
      open.disabled = false;
    }
  }
  return h('section', {class: 'card', 'aria-labelledby': 'directory'},
    h('h2', {id: 'directory'}, t('directory.title')),
    h('p', {class: 'soft'}, t('directory.recorded')), open, body);
}
