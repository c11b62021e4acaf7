// SPDX-License-Identifier: Apache-2.0
// What an officer would say on the phone. Anbu writes its sentences in English: there they stand as
// they are; in another language they are made from the evidence, which is numbers alone.
import {duration, knows, language, list, moment, number, t, unit, word} from './text.js';

const SUMMARIES = 'en';
const SUPPLY = ['open', 'notice', 'limited', 'cut', 'out_of_credit'];

const utilities = (reason) => {
  const named = [...new Set((reason.evidence?.hours ?? []).map((row) => row.utility))];
  return list((named.length ? named : [reason.utility]).map((name) => word('utility', name)));
};

function cutoff(terms) {
  const told = ['electricity', 'gas', 'water'].filter((name) => terms[name] > 0);
  return told.map((name) => t('sentence.cutoff', {utility: word('utility', name),
    state: word('supply', SUPPLY[terms[name]])})).join(' ');
}

const whole = (value) => (value === undefined ? value : number(value, 0));

// The params of each detector's message; null: a number is missing.
const parts = {
  silence: (reason, zone) => ({utilities: utilities(reason),
    since: moment(reason.since, zone),
    time: duration(Date.parse(reason.evidence.until) - Date.parse(reason.since))}),
  silence_alone: (reason, zone) => ({since: moment(reason.since, zone)}), // to police: no hours
  drop: (reason) => ({percent: whole(reason.evidence.terms.percent),
    days: reason.evidence.terms.days}),
  decline: (reason) => ({percent: whole(reason.evidence.terms.percent)}),
  flow: (reason) => ({hours: whole(reason.evidence.terms.running),
    level: whole(reason.evidence.terms.level)}),
  arrears: (reason) => ({n: reason.evidence.terms.months,
    amount: whole(reason.evidence.terms.amount)}),
  cold: (reason) => ({percent: whole(reason.evidence.terms.percent),
    degrees: unit(reason.evidence.terms.celsius, 'celsius', 1)}),
  routine: (reason, zone) => ({since: moment(reason.since, zone)}),
};

function composed(reason, zone) {
  const terms = reason.evidence?.terms;
  if (reason.detector === 'cutoff') return terms ? cutoff(terms) : '';
  const alone = reason.detector === 'silence' && !reason.evidence?.until;
  const name = alone ? 'silence_alone' : reason.detector;
  const make = parts[name];
  if (!make || !terms || !reason.since || !knows(`sentence.${name}`)) return '';
  const params = {utility: word('utility', reason.utility), ...make(reason, zone)};
  if (Object.values(params).includes(undefined)) return '';
  return [t(`sentence.${name}`, params), more(reason)].filter(Boolean).join(' ');
}

// The longest quiet before; that other bills are unpaid, too.
function more({detector, evidence}) {
  if (detector === 'silence' && evidence?.longest_hours) {
    return t('sentence.longest', {time: unit(evidence.longest_hours, 'hour')});
  }
  const n = detector === 'arrears' ? evidence.terms.utilities : 0;
  return n > 1 ? t('sentence.arrears_all', {n}) : '';
}

export function sentenceOf(reason, zone) {
  return (language !== SUMMARIES && composed(reason, zone)) || reason.summary;
}

// How far an incident goes: homes or meters that are dark, or how many signs of life are left.
export function extentOf(incident) {
  return incident.kind === 'silent'
    ? t('areas.signs', {seen: incident.seen, expected: incident.expected})
    : t('areas.of', {dark: incident.dark, all: incident.metered});
}

// The gravest active reason speaks for the alert; of one that is over, the last.
const grades = ['low', 'medium', 'high', 'critical'];
export function reasonsOf(alert) {
  const active = alert.reasons.filter((reason) => reason.active);
  return (active.length ? active : alert.reasons).toSorted((a, b) =>
    grades.indexOf(b.severity) - grades.indexOf(a.severity) || b.score - a.score);
}

export function sentences(alert) {
  return reasonsOf(alert).map((reason) => sentenceOf(reason, alert.timezone));
}

// What is known of the home, from all reasons' factors.
export function factors(alert) {
  const all = [...new Set(alert.reasons.flatMap((reason) => reason.context))];
  const dangers = alert.reasons.map((reason) => reason.danger).filter(Boolean);
  return [...new Set(dangers)].map((name) => word('danger', name)).concat(
    all.map((name) => word('factor', name)));
}

// A value of a note: a word, a moment, the first letters of an id, or as it is.
const vocabularies = {team: 'team', asked: 'team', outcome: 'outcome', detector: 'detector',
  utility: 'utility', whom: 'whom'};
const moments = ['until', 'life', 'since', 'at'];
const ids = ['alert', 'incident'];

function valueOf(name, value, zone) {
  if (vocabularies[name]) return word(vocabularies[name], value);
  if (moments.includes(name)) return value ? moment(value, zone) : t('sentence.no_life');
  return ids.includes(name) ? value.slice(0, 8) : value;
}

// What Anbu notes of a step: of what was found its sentence, as of a reason.
function notedOf({code, values, note}, zone) {
  const {terms = {}, ...named} = values;
  const found = code === 'found' && (language === SUMMARIES ? note
    : composed({...named, evidence: {terms}}, zone));
  return found || t(`note.${code}`, Object.fromEntries(Object.entries(named).map(([name, value]) =>
    [name, valueOf(name, value, zone)])));
}

// What stands with a step: what Anbu notes, then what a person wrote. A note without a code is a
// person's, or was written before there were codes: it stands as it is.
export function notesOf(step, zone) {
  const told = step.code && knows(`note.${step.code}`);
  return (told ? [notedOf(step, zone), step.words] : [step.note]).filter(Boolean);
}

// Of a step of the history: how whom was tried with what result, or what is to be tried.
export function contactOf({contact, channel, whom}) {
  if (contact) {
    return [word('channel', contact.channel), word('whom', contact.whom),
      word('result', contact.result)].join(', ');
  }
  return channel ? [word('channel', channel), word('whom', whom)].join(', ') : '';
}
