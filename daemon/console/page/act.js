// SPDX-License-Identifier: Apache-2.0
// What one may do to an alert, and how it is asked, sent, and told when somebody was faster.
import {change, get, Problem, session} from './api.js';
import {formDialog} from './form.js';
import {take} from './live.js';
import {notice} from './notice.js';
import {moment, t, word} from './text.js';

export const vocabulary = {
  channel: ['call', 'message', 'visit'],
  whom: ['resident', 'contact_person', 'neighbour', 'volunteer', 'officer'],
  result: ['reached_safe', 'no_answer', 'wrong_number', 'vacant', 'cannot_locate',
    'reached_needs_help'],
  outcome: ['safe', 'helped', 'referred_onward', 'hospital', 'deceased', 'moved', 'absence',
    'meter_fault', 'leak', 'other'],
};

const pathOf = (alert, action) => `/alerts/${encodeURIComponent(alert.alert)}/${action}`;
const isMine = (alert) => alert.owner === session.account.name;
const isOver = (alert) => alert.state === 'cleared' || alert.state === 'resolved';

export async function refetch(alert, ask = get) {
  const fresh = await ask(`/alerts/${encodeURIComponent(alert.alert)}`);
  take(fresh);
  return fresh;
}

// "kim took it at 03:05": what happened to the alert meanwhile.
export function whatHappened(alert) {
  const last = alert.steps.at(-1);
  return t('conflict.happened', {who: who(last.who), what: word('step', last.what),
    time: moment(last.at, alert.timezone)});
}

export function who(name) {
  if (name === 'anbu') return t('who.anbu');
  return name.startsWith('answer:') ? t('who.answer', {name: name.slice(7)}) : name;
}

async function refused(problem, alert) {
  if (![409, 412].includes(problem.status)) return problem.message;
  try {
    const fresh = await refetch(alert);
    return fresh.version > alert.version ? whatHappened(fresh) : problem.message;
  } catch {
    return problem.message;
  }
}

// Sent although nobody heard the answer: it stands at the end of the history.
async function wasDone(alert, step) {
  const fresh = await refetch(alert);
  return fresh.steps.slice(-2).some((last) => last.what === step &&
    last.who === session.account.name) ? fresh : null;
}

// Sends a change of the version that the person saw; the alert as it is now, or a Problem whose
// message says what happened meanwhile.
export async function send(alert, action, step, body, waiting = () => {}, signal) {
  let tries = 1;
  try {
    const answer = await change('POST', pathOf(alert, action), {body, version: alert.version},
      (problem) => {
        tries++;
        waiting(problem);
      }, signal);
    take(answer.alert);
    notice(answer.delivered ? t(`done.${action}`) : t('done.kept'));
    return answer.alert;
  } catch (problem) {
    const done = tries > 1 && problem.status === 412 && await wasDone(alert, step);
    if (done) return done;
    problem.message = await refused(problem, alert);
    throw problem;
  }
}

// Without a form: one press, and what went wrong in a corner.
export async function tap(alert, action, step, body = {}) {
  try {
    return await send(alert, action, step, body, () => notice(t('net.waiting'), true));
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    notice(problem.message, true);
    return null;
  }
}

const note = (required) => ({name: 'note', label: t(required ? 'form.why' : 'form.note'),
  area: true, required, max: 2000});
const choices = (name, more = {}) => ({name, label: t(`form.${name}`),
  options: (more.of ?? vocabulary[name]).map((value) => [value, word(name, value)]), ...more});

// An absence stops the watch: those who look after the home say so.
const isPolice = () => session.account.team === 'police';
const outcomes = () => vocabulary.outcome.filter((name) => name !== 'absence' || !isPolice());

function open(alert, action, step, fields, more = {}) {
  return formDialog({title: `${t(`do.${action}`)}: ${alert.household}`, lead: more.lead,
    key: `${alert.alert}.${action}`, fields, submit: t(`do.${action}`), danger: more.danger,
    values: more.values, pressed: more.pressed,
    send: (values, waiting, signal) => send(alert, action, step, values, waiting, signal)});
}

const otherTeam = (alert) => ((alert.desk ?? alert.team) === 'police' ? 'welfare' : 'police');

export const ask = {
  acknowledge: (alert) => tap(alert, 'acknowledge', 'acknowledged'),
  release: (alert) => open(alert, 'release', 'released', [note(false)]),
  contact: (alert, pressed) => open(alert, 'contact', 'contacted', [choices('channel'),
    choices('whom'), choices('result', (alert.desk ?? alert.team) === 'police' ? {}
      : {hint: t('form.result_hint', {result: word('result', 'cannot_locate')})}), note(false)],
  {pressed}),
  refer: (alert) => open(alert, 'refer', 'referred', [{name: 'team', label: t('form.team'),
    options: [[otherTeam(alert), word('team', otherTeam(alert))]]}, note(true)]),
  accept: (alert) => tap(alert, 'accept', 'accepted'),
  decline: (alert) => open(alert, 'decline', 'declined', [note(true)]),
  escalate: (alert) => open(alert, 'escalate', 'escalated', [note(true)],
    {lead: t('form.escalate_lead'), danger: true}),
  note: (alert) => open(alert, 'note', 'note', [note(true)]),
  resolve: (alert, outcome) => open(alert, 'resolve', 'resolved', [choices('outcome',
    {radio: true, of: outcomes(), hint: (value) => t(`outcome_help.${value}`)}), {name: 'until',
    label: t('form.until'), type: 'date', when: {outcome: 'absence'}}, note(false)],
  {lead: isPolice() && t('form.police_absence'), values: {outcome: alert.suggests ?? ''},
    pressed: outcome && {outcome}}),
  reopen: (alert) => open(alert, 'reopen', 'reopened', [note(true)]),
};

// Which of them are possible now, as the table of docs/alerts.md has it; the daemon has the word.
function possible(alert) {
  const desk = alert.desk ?? alert.team;
  const {team, role} = session.account;
  if (isOver(alert)) return ['reopen', 'note'];
  if (alert.state === 'referred') {
    const asked = !team || team === desk;
    const back = asked || role === 'supervisor';
    return [asked && 'accept', back && 'decline', 'contact', 'note', 'resolve'].filter(Boolean);
  }
  const free = !alert.owner || isMine(alert);
  return [free && !isMine(alert) && 'acknowledge', 'contact', free && 'refer',
    isMine(alert) && 'release', desk !== 'police' && 'escalate', 'note', 'resolve',
    isMine(alert) && 'acknowledge'].filter(Boolean);
}

const keyOf = {acknowledge: 'a', contact: 'c', refer: 'r', resolve: 'e', accept: 'a'};

// {main: what the row's button does, all, keys}.
export function doing(alert) {
  const all = possible(alert).map((name) => ({name, key: keyOf[name],
    label: t(name === 'acknowledge' && isMine(alert) ? 'do.prolong' : `do.${name}`),
    run: () => ask[name](alert)}));
  const first = all[0]?.name;
  return {
    all,
    main: all.filter((action) => action.name === first &&
      ['acknowledge', 'accept'].includes(first)),
    keys: Object.fromEntries(all.filter((action) => action.key)
      .map((action) => [action.key, action.run])),
  };
}
