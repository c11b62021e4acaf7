// SPDX-License-Identifier: Apache-2.0
// THE pages: name in the address, title in the menu (none: no entry), for whom, what draws it.
import {may, session} from './api.js';
import {accountsView} from './accounts.js';
import {alertView} from './alert.js';
import {areasView} from './areas.js';
import {auditView} from './audit.js';
import {handoverView} from './handover.js';
import {householdView} from './household.js';
import {opsView} from './ops.js';
import {queueView} from './queue.js';
import {statsView} from './stats.js';
import {teamView} from './team.js';

const police = () => session.account.team === 'police';

export const pages = [
  {name: 'queue', label: 'queue.title', open: () => may('GET', '/alerts'), view: queueView},
  {name: 'team', label: 'team.title', open: () => may('GET', '/alerts'), view: teamView},
  {name: 'handover', label: 'handover.title', open: () => may('GET', '/handover'),
    view: handoverView},
  {name: 'areas', label: 'areas.title', open: () => may('GET', '/incidents'), view: areasView},
  {name: 'stats', label: 'stats.title', open: () => may('GET', '/stats'), view: statsView},
  {name: 'ops', label: 'ops.title', open: () => may('GET', '/status'), view: opsView},
  {name: 'audit', label: 'audit.title', open: () => may('GET', '/audit') &&
    session.account.role === 'auditor', view: auditView},
  {name: 'accounts', label: 'accounts.title', open: () => may('GET', '/users'),
    view: accountsView},
  {name: 'alerts', open: () => may('GET', '/alerts/{id}'), view: alertView},
  {name: 'households', open: () => may('GET', '/households/{id}') && !police(),
    view: householdView},
];
