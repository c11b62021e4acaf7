// SPDX-License-Identifier: Apache-2.0
// Tokens of programs: what each may, until when, and when it was last used.
import {ask, get, session} from './api.js';
import {fill, h} from './dom.js';
import {formDialog} from './form.js';
import {pathOf, placeFields, placeValues} from './grant.js';
import {notice} from './notice.js';
import {showSecret} from './secret.js';
import {table} from './table.js';
import {day, now, t, timeElement, unit, word} from './text.js';

const NAME = '[a-z0-9.\\-]{1,24}';
const DAYS = ['90', '30', '365', '730'];
const scopes = {supervisor: ['alerts:read', 'alerts:write', 'incidents:read'],
  ops: ['status:read', 'incidents:read']}; // by whom

const scopeWord = (scope) => word('scope', scope.replace(':', '_'));
const isDesk = () => session.account.role === 'supervisor';

async function add(again) {
  const token = await formDialog({title: t('tokens.add'), key: 'token', lead: t('tokens.add_lead'),
    submit: t('tokens.add'), values: {...placeValues(), scopes: scopes[session.account.role][0]},
    fields: [{name: 'name', label: t('tokens.name'), required: true, pattern: NAME,
      hint: t('tokens.name_hint')},
    {name: 'scopes', checks: true, label: t('tokens.scopes'), options:
      scopes[session.account.role].map((scope) => [scope, scopeWord(scope)])},
    ...(isDesk() ? placeFields() : []),
    {name: 'days', label: t('tokens.days'), options: DAYS.map((days) =>
      [days, unit(Number(days), 'day')])}],
    send: ({days, team = 'all', ...values}) => ask('POST', '/tokens', {body: {...values, team,
      expires: new Date(now() + Number(days) * 86400000).toISOString()}})});
  if (!token) return;
  await again();
  await showSecret(t('tokens.made', {name: token.name}),
    t('tokens.made_lead', {day: day(token.expires)}), token.token);
}

async function revoke({name}, again) {
  const done = await formDialog({title: t('tokens.revoke_of', {name}), fields: [], danger: true,
    key: `revoke.${name}`, lead: t('tokens.revoke_lead'), submit: t('tokens.revoke'),
    send: () => ask('POST', pathOf('tokens', name, 'revoke'))});
  if (!done) return;
  notice(t('tokens.revoked', {name}));
  again();
}

function tokenTable(tokens, again) {
  return table(t('tokens.list'), [
    {label: t('tokens.name'), show: (one) => h('b', {}, one.name)},
    {label: t('tokens.scopes'), show: (one) => h('ul', {}, one.scopes.split(',').map((scope) =>
      h('li', {}, scopeWord(scope))))},
    {label: t('filter.team'), show: (one) => word('team', one.team ?? 'all')},
    {label: t('filter.area'), show: (one) => one.areas.split(',').join(', ') || t('filter.all')},
    {label: t('tokens.by'), show: (one) => one.by},
    {label: t('tokens.expires'), show: (one) => [timeElement(one.expires),
      one.expired && ` (${t('tokens.expired')})`,
      !one.expired && one.stopped && h('p', {class: 'wrap fail'},
        t('tokens.stopped', {why: word('token_stop', one.stopped)}))]},
    {label: t('tokens.used'), show: (one) => (one.used ? timeElement(one.used)
      : t('tokens.never'))},
    {label: t('accounts.do'), show: (one) => h('button', {type: 'button', class: 'danger',
      'aria-label': `${t('tokens.revoke')}: ${one.name}`, on: {click: () => revoke(one, again)}},
    t('tokens.revoke'))},
  ], tokens);
}

export async function tokensCard(holder) {
  const again = () => tokensCard(holder);
  const {tokens} = await get('/tokens');
  fill(holder, h('h2', {}, t('tokens.title')), tokenTable(tokens, again),
    h('button', {type: 'button', on: {click: () => add(again)}}, t('tokens.add')));
}
