// SPDX-License-Identifier: Apache-2.0
// What accounts and tokens have in common for whoever makes them.
import {session} from './api.js';
import {t, word} from './text.js';

const TEAMS = ['police', 'welfare', 'all'];

export const pathOf = (list, name, action) => `/${list}/${encodeURIComponent(name)}/${action}`;

// What an account or token of the desk can be limited to; the own limits stand there already.
export function placeFields() {
  const {team, areas} = session.account;
  const teams = team ? [team] : TEAMS;
  return [{name: 'team', label: t('filter.team'), options: teams.map((name) =>
    [name, name === 'all' ? t('filter.all') : word('team', name)])},
  {name: 'areas', label: t('accounts.areas'), hint: areas ? t('accounts.areas_own', {areas})
    : t('accounts.areas_hint'), required: Boolean(areas), max: 2000}];
}

export const placeValues = () => ({areas: session.account.areas});
