// SPDX-License-Identifier: Apache-2.0
// A home, for those who may: what is known of it, its alerts, when its people are away.
import {change, get, may, Problem, queryText} from './api.js';
import {directoryCard} from './directory.js';
import {isLive} from './live.js';
import {severityMark, standing} from './queue.js';
import {fill, h} from './dom.js';
import {formDialog} from './form.js';
import {notice} from './notice.js';
import {pair} from './pair.js';
import {useCard} from './picture.js';
import {table} from './table.js';
import {list, money, now, number, t, timeElement, word} from './text.js';

const PURPOSE = {least: 3, most: 200};
const pathOf = (id) => `/households/${encodeURIComponent(id)}`;

// Without an alert of its own a home is opened for a purpose alone, which a supervisor looks at.
async function loadFor(id) {
  try {
    return {home: await get(pathOf(id)), purpose: ''};
  } catch (problem) {
    if (problem.type !== 'purpose-needed') throw problem;
  }
  let purpose = '';
  const home = await formDialog({title: t('home.purpose'), lead: t('home.purpose_lead'),
    key: `purpose.${id}`, submit: t('home.look'), fields: [{name: 'purpose', label: t('form.why'),
      required: true, min: PURPOSE.least, max: PURPOSE.most}],
    send: (values) => {
      ({purpose} = values);
      return get(pathOf(id), {purpose});
    }});
  if (!home) throw new Problem(403, {detail: t('home.closed')});
  return {home, purpose};
}

function profile(home) {
  const zone = home.timezone;
  const known = (text) => (text ? [timeElement(text, zone)] : t('alert.not_known'));
  return h('section', {class: 'card'}, h('dl', {class: 'pairs'},
    pair('filter.area', home.area || t('queue.no_area')),
    home.feeder && pair('ops.feeder', home.feeder),
    pair('home.residents', home.residents === null ? t('alert.not_known')
      : number(home.residents)),
    home.flags.length > 0 && pair('home.flags', list(home.flags.map((name) =>
      word('flag', name)))),
    pair('alert.last_life', ...known(home.last_sign_of_life)),
    pair('home.last_reading', ...known(home.last_reading)),
    home.learning && pair('home.learning', t('home.learning_days', {n: home.valid_days})),
    home.absence && pair('home.absence', timeElement(home.absence.from, zone), ' – ',
      timeElement(home.absence.to, zone))));
}

function supply(home) {
  const rows = Object.entries(home.supply ?? {}).filter(([, state]) => state);
  const owed = Object.fromEntries((home.arrears ?? []).map((one) => [one.utility, one]));
  const amount = ({amount: sum, currency}) => (sum === null ? ''
    : currency ? money(sum, currency) : number(sum));
  return h('section', {class: 'card'}, table(t('home.supply'), [
    {label: t('ops.utility'), show: ([name]) => word('utility', name)},
    {label: t('home.state'), show: ([, state]) => word('supply', state)},
    {label: t('home.arrears'), show: ([name]) => owed[name] && [owed[name].months === null ? ''
      : t('home.months', {n: owed[name].months}), amount(owed[name])].filter(Boolean).join(', ')},
  ], rows));
}

function alerts(home) {
  return h('section', {class: 'card'}, table(t('home.alerts'), [
    {label: t('alert.raised'), show: (one) => timeElement(one.raised, one.timezone)},
    {label: t('filter.severity'), show: (one) => severityMark(one.severity)},
    {label: t('home.alert'), show: (one) => h('a', {href: `#/alerts/${one.alert}`},
      one.reasons.map((reason) => word('detector', reason.detector)).join(', '))},
    {label: t('home.state'), show: (one) => (one.outcome ? word('outcome', one.outcome)
      : standing(one))},
  ], home.alerts));
}

// A day of the form is the day of the home, whose zone the daemon knows.
function absenceCard(home, purpose) {
  const path = `${pathOf(home.household)}/absence`;
  const why = purpose ? {why: purpose} : {}; // a change takes it in its body
  const holder = h('section', {class: 'card'});
  const declare = async () => {
    const told = await formDialog({title: t('home.away'), key: `absence.${home.household}`,
      submit: t('home.away'), fields: [
        {name: 'from', label: t('home.away_from'), type: 'date'},
        {name: 'to', label: t('home.back_on'), type: 'date', required: true},
        {name: 'reason', label: t('form.why'), max: 300, required: true}],
      send: (body, waiting, signal) => change('POST', path, {body: {...body, ...why}}, waiting,
        signal)});
    if (told) show(told);
  };
  const end = async () => {
    try {
      show(await change('DELETE', path + queryText(why), {}, () => notice(t('net.waiting'), true)));
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      notice(problem.message, true);
    }
  };
  function show({absences}) {
    const away = absences.some((one) => !one.ended && Date.parse(one.to) > now());
    fill(holder, h('h2', {}, t('home.absences')), h('p', {class: 'soft'}, t('home.absence_lead')),
      table(t('home.declared'), [
        {label: t('audit.first'), show: (one) => timeElement(one.from, home.timezone)},
        {label: t('home.back_on'), show: (one) => timeElement(one.ended ?? one.to,
          home.timezone)},
        {label: t('form.why'), show: (one) => one.reason},
        {label: t('audit.who'), show: (one) => one.by},
      ], absences), h('div', {class: 'row-of'},
        h('button', {type: 'button', on: {click: declare}}, t('home.away')),
        away && may('DELETE', '/households/{id}/absence') &&
          h('button', {type: 'button', on: {click: end}}, t('home.back'))));
  }
  get(path, why).then(show, (problem) => {
    holder.hidden = problem.status === 404; // not of this desk
    fill(holder, h('p', {class: 'fail'}, problem.message));
  });
  return holder;
}

export async function householdView(main, [id], query, isCurrent) {
  const {home, purpose} = await loadFor(id);
  if (!isCurrent()) return {title: id};
  const body = h('div', {class: 'left'});
  const use = useCard(id, null, purpose);
  const live = home.alerts.find(isLive);
  const people = live && may('GET', '/alerts/{id}/directory') && directoryCard(live);
  fill(body, home.kept ? [profile(home), supply(home)] : h('p', {}, t('home.not_kept')), people,
    may('POST', '/households/{id}/absence') && absenceCard(home, purpose), alerts(home));
  fill(main, h('nav', {'aria-label': t('alert.way')}, h('a', {href: '#/queue'},
    `← ${t('queue.title')}`)), h('h1', {}, id), h('div', {class: 'two'}, body,
    h('div', {class: 'right'}, use.element)));
  use.draw();
  return {title: id, leave: use.leave};
}
