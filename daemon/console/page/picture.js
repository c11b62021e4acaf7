// SPDX-License-Identifier: Apache-2.0
// The picture of an alert: when somebody was seen, and, for those who may see it, how much each
// utility was used beside what this home usually uses.
import {get, may, Problem, session} from './api.js';
import {fill, h, svg} from './dom.js';
import {legend} from './legend.js';
import {reasonsOf} from './sentence.js';
import {strips, tableOf, walker} from './strips.js';
import {moment, t, unit, word} from './text.js';

// Since when nobody is heard of: shaded for an alert about silence alone.
function silentSince(alert) {
  const silent = alert.reasons.some((reason) => reason.active && reason.detector === 'silence');
  return silent ? alert.last_sign_of_life : null;
}

const HOUR_MS = 3600000;
const WIDE = 720, HIGH = 34;

// Hours of a reason's evidence, oldest first: {at, expected, seen} with the best of all utilities.
function together(evidence) {
  const {hours} = evidence;
  const until = Date.parse(evidence.until);
  return hours[0].seen.map((_, at) => {
    const seen = hours.map((row) => row.seen[at]).filter((one) => one !== null);
    return {at: until - (hours[0].seen.length - at) * HOUR_MS,
      expected: Math.max(...hours.map((row) => row.expected[at])),
      seen: seen.length ? Math.max(...seen) : null};
  });
}

function rowOf(evidence, row) {
  const until = Date.parse(evidence.until);
  return row.seen.map((seen, at) => ({at: until - (row.seen.length - at) * HOUR_MS,
    expected: row.expected[at], seen}));
}

// One column an hour: its height says how often there is a sign of life then, filled when there was
// one, hollow when there was none, hatched when nothing was measured.
function line(hours, silent, zone) {
  const width = WIDE / hours.length;
  const from = hours[0].at;
  const silence = Math.max(0, Math.min(WIDE, (Date.parse(silent) - from) / HOUR_MS * width || 0));
  const days = hours.filter(({at}) => new Intl.DateTimeFormat('en', {hour: 'numeric',
    hourCycle: 'h23', timeZone: zone ?? 'UTC'}).format(at) === '00');
  return svg('svg', {class: 'life', viewBox: `0 0 ${WIDE} ${HIGH}`, 'aria-hidden': 'true',
    preserveAspectRatio: 'none'},
  silent ? svg('rect', {class: 'silence', x: silence, y: 0, width: WIDE - silence,
    height: HIGH}) : null,
  days.map(({at}) => svg('line', {class: 'midnight', x1: (at - from) / HOUR_MS * width,
    x2: (at - from) / HOUR_MS * width, y1: 0, y2: HIGH})),
  hours.map((hour, at) => {
    const tall = hour.seen === null ? HIGH - 4 : Math.max(3, (HIGH - 4) * hour.expected / 100);
    const kind = hour.seen === null ? 'missing' : hour.seen ? 'seen' : 'unseen';
    return svg('rect', {class: kind, x: at * width + 1, y: HIGH - tall, width: width - 2,
      height: tall});
  }));
}

function told(hours, zone) {
  const seen = hours.filter((hour) => hour.seen);
  const missing = hours.filter((hour) => hour.seen === null).length;
  const last = seen.at(-1);
  return [last ? t('picture.last', {time: moment(new Date(last.at + HOUR_MS).toISOString(), zone)})
    : t('picture.none', {time: unit(hours.length, 'hour')}),
  missing ? t('picture.missing', {n: missing}) : ''].filter(Boolean).join(' ');
}

function lifeCard(alert) {
  const reason = reasonsOf(alert).find((one) => one.evidence?.hours.length);
  if (!reason) return null;
  const {evidence} = reason;
  const zone = alert.timezone;
  const all = together(evidence);
  const ends = [all[0].at, Date.parse(evidence.until)].map((at) =>
    moment(new Date(at).toISOString(), zone));
  return h('figure', {class: 'card'},
    h('figcaption', {}, h('h2', {}, t('picture.life')), h('p', {class: 'soft'}, told(all, zone))),
    h('div', {class: 'strip'}, h('span', {}, t('picture.all')),
      line(all, silentSince(alert), zone)),
    evidence.hours.length > 1 ? evidence.hours.map((row) => h('div', {class: 'strip wide'},
      h('span', {}, word('utility', row.utility)), line(rowOf(evidence, row),
        silentSince(alert), zone))) : null,
    h('p', {class: 'ends soft'}, h('span', {}, ends[0]), h('span', {}, ends[1])),
    legend(['seen', t('picture.seen')], ['unseen', t('picture.unseen')],
      ['missing', t('picture.no_reading')], ['silence', t('picture.silence')]));
}

const WEEK = 7;
const SPANS = [1, WEEK, 60]; // days; one day is looked at within its week

// One day after the other, for thumbs and keys; a mouse zooms on the plot itself.
function stepper(plots) {
  const buttons = {};
  const walk = walker(plots, 1);
  const look = (by) => {
    for (const [name, more] of Object.entries(walk(by))) buttons[name].disabled = !more;
  };
  for (const [name, by] of [['earlier', -1], ['later', 1]]) {
    buttons[name] = h('button', {type: 'button', on: {click: () => look(by)}},
      t(`picture.${name}`));
  }
  look(0);
  return h('div', {class: 'row-of steps'}, buttons.earlier, buttons.later);
}

// Use of a home by hour or day; draw() when it stands in the page and has a width. silent: since
// when nobody is heard of, or null; purpose: what a home without an alert is looked at for.
export function useCard(household, silent, purpose) {
  const element = h('section', {class: 'card use', hidden: true, 'aria-label': t('picture.use')});
  const plots = [];
  const dark = matchMedia('(prefers-color-scheme: dark)'); // colours of a canvas are its own
  let again = () => {};
  const recolour = () => again();
  dark.addEventListener('change', recolour);
  const clear = () => plots.splice(0).forEach((plot) => plot.destroy());
  const leave = () => {
    dark.removeEventListener('change', recolour);
    clear();
  };
  async function draw(span = WEEK) {
    if (session.account.team === 'police' || !may('GET', '/households/{id}/hours')) return;
    try {
      const found = await get(`/households/${encodeURIComponent(household)}/hours`,
        {days: Math.max(span, WEEK), purpose});
      element.hidden = found.utilities.length === 0;
      again = () => show(found, span);
      again();
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
    }
  }
  function show(found, span) {
    clear();
    const days = Math.max(span, WEEK);
    const holder = h('div', {});
    const step = h('div', {});
    fill(element, h('h2', {}, t('picture.use')), h('div', {class: 'row-of'}, SPANS.map((wanted) =>
      h('button', {type: 'button', 'aria-pressed': String(wanted === span),
        on: {click: () => draw(wanted)}}, unit(wanted, 'day')))),
    step, holder, h('details', {}, h('summary', {}, t('picture.table')), tableOf(found, days)));
    plots.push(...strips(holder, found, days, silent));
    if (span < WEEK && plots.length) fill(step, stepper(plots));
  }
  return {element, draw, leave};
}

// {element, draw(), leave()} of an alert.
export function picture(alert) {
  const use = useCard(alert.household, silentSince(alert));
  return {
    element: h('div', {class: 'picture'}, lifeCard(alert), use.element,
      session.account.team === 'police' && h('p', {class: 'soft'}, t('picture.police'))),
    draw: use.draw,
    leave: use.leave,
  };
}
