// SPDX-License-Identifier: Apache-2.0
// Who is to be called, as rosters and alerts name them: an account, or a desk's whole team.
import {list, t, word} from './text.js';

const TEAM = 'team:';

export const named = (who) => (who.startsWith(TEAM)
  ? t('call.team', {team: word('team', who.slice(TEAM.length))}) : who);

// "lee and moon (welfare team)": people, and by which name where that says more.
export const called = (who, people = []) => (people.length && people.join() !== who
  ? t('call.people', {who: list(people), by: named(who)}) : named(who));

export const after = (then) => t('call.then', {who: named(then)});
