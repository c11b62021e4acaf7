// SPDX-License-Identifier: Apache-2.0
// Accounts and tokens that one may make: a supervisor those of the own desk, ops of utilities. The
// daemon has the word on what that is.
import {ask, get, may, session} from './api.js';
import {fill, h} from './dom.js';
import {formDialog} from './form.js';
import {pathOf, placeFields, placeValues} from './grant.js';
import {notice} from './notice.js';
import {newPassword, showSecret} from './secret.js';
import {table} from './table.js';
import {tokensCard} from './tokens.js';
import {t, word} from './text.js';

const NAME = '[a-z0-9._@\\-]{1,40}';
const UTILITIES = ['electricity', 'water', 'gas'];
const made = {supervisor: 'officer', ops: 'utility'}; // by whom which role

const isProviders = (one) => one.sign_in === 'provider';

function stateOf(one) {
  return [one.disabled && t('accounts.disabled'), one.locked && t('accounts.locked'),
    one.lapsed && t('accounts.lapsed'),
    isProviders(one) ? t(one.bound ? 'accounts.bound' : 'accounts.unbound',
      {how: t('accounts.provider')})
      : one.must_change && t('accounts.must_change')].filter(Boolean).join(', ') ||
    t('accounts.enabled');
}

const tellPassword = (name, password) => showSecret(t('accounts.first', {name}),
  t('accounts.first_lead'), password);

async function add(again) {
  const role = made[session.account.role];
  const sign = session.oidc ? [{name: 'sign_in', label: t('accounts.sign_in'), options:
    ['password', 'provider'].map((one) => [one, t(`accounts.by_${one}`)])}] : [];
  const utility = {name: 'utility', label: t('ops.utility'), options: [['', t('filter.all')],
    ...UTILITIES.map((one) => [one, word('utility', one)])]};
  const places = role === 'officer' ? placeFields() : [utility, {name: 'areas',
    label: t('accounts.feeders'), hint: t('accounts.areas_hint'), max: 2000}];
  const password = newPassword();
  const account = await formDialog({title: t('accounts.add'), key: 'account', lead:
    t('accounts.add_lead', {role: word('role', role)}), submit: t('accounts.add'),
  values: placeValues(),
  fields: [{name: 'name', label: t('sign.name'), required: true, pattern: NAME,
    hint: t('accounts.name_hint')}, {name: 'display', label: t('accounts.display'), max: 100},
  ...places, ...sign],
  send: (values) => ask('POST', '/users', {body: {...values, role,
    ...(values.sign_in === 'provider' ? {} : {password})}})});
  if (!account) return;
  await again();
  if (account.sign_in === 'password') await tellPassword(account.name, password);
}

async function renew({name}, again) {
  const password = newPassword();
  const done = await formDialog({title: t('accounts.renew_of', {name}), key: `renew.${name}`,
    lead: t('accounts.renew_lead'), fields: [], submit: t('accounts.renew'),
    send: () => ask('POST', pathOf('users', name, 'password'), {body: {password}})});
  if (!done) return;
  await again();
  await tellPassword(name, password);
}

async function able({name, disabled}, again) {
  const action = disabled ? 'enable' : 'disable';
  const done = await formDialog({title: t(`accounts.${action}_of`, {name}), fields: [],
    key: `${action}.${name}`, lead: t(`accounts.${action}_lead`), submit: t(`accounts.${action}`),
    danger: !disabled, send: () => ask('POST', pathOf('users', name, action))});
  if (!done) return;
  notice(t(`accounts.${action}_done`, {name}));
  if (done.tokens?.length) notice(t('accounts.tokens_stop', {names: done.tokens.join(', ')}));
  again();
}

function accountTable(users, again) {
  const button = (text, one, run) => h('button', {type: 'button',
    'aria-label': `${text}: ${one.name}`, on: {click: () => run(one, again)}}, text);
  return table(t('accounts.list'), [
    {label: t('sign.name'), show: (one) => h('b', {}, one.name)},
    {label: t('accounts.display'), show: (one) => one.display},
    {label: t('filter.team'), show: (one) => (one.role === 'utility'
      ? one.utility && word('utility', one.utility) : word('team', one.team ?? 'all'))},
    {label: t('filter.area'), show: (one) => one.areas.split(',').join(', ') || t('filter.all')},
    {label: t('home.state'), show: stateOf},
    {label: t('accounts.do'), show: (one) => h('div', {class: 'row-of'},
      one.sign_in === 'password' && button(t('accounts.renew'), one, renew),
      button(t(one.disabled ? 'accounts.enable' : 'accounts.disable'), one, able))},
  ], users);
}

export async function accountsView(main) {
  const accounts = h('section', {class: 'card'});
  const tokens = h('section', {class: 'card'});
  const again = () => Promise.all([draw(), may('GET', '/tokens') && tokensCard(tokens)]);
  async function draw() {
    const {users} = await get('/users');
    fill(accounts, h('h2', {}, t('accounts.accounts')), accountTable(users, again),
      users.some((one) => isProviders(one) && one.bound) && h('p', {class: 'soft'},
        t('accounts.release', {name: t('accounts.name')})),
      h('button', {type: 'button', class: 'main', on: {click: () => add(again)}},
        t('accounts.add')));
  }
  await again();
  fill(main, h('h1', {}, t('accounts.title')), accounts, tokens.hasChildNodes() && tokens);
  return {title: t('accounts.title')};
}
