// SPDX-License-Identifier: Apache-2.0
// One alert: what is known, what to do next, what has been done.
import {get, may, Problem, watch} from './api.js';
import {ask, doing, refetch, tap, vocabulary, who} from './act.js';
import {directoryCard} from './directory.js';
import {fill, h, ticks} from './dom.js';
import {find, watchAlerts} from './live.js';
import {after, called} from './on_call.js';
import {pair} from './pair.js';
import {pages} from './pages.js';
import {picture} from './picture.js';
import {severityMark, standing} from './queue.js';
import {contactOf, factors, notesOf, reasonsOf, sentenceOf} from './sentence.js';
import {number, t, timeElement, word} from './text.js';

const KEPT = 'anbu.contact.';
const isLive = (alert) => !['cleared', 'resolved'].includes(alert.state);

function head(alert) {
  const call = alert.on_call;
  return h('div', {class: 'card'},
    h('div', {class: 'row-of'}, severityMark(alert.severity),
      h('h1', {}, `${alert.household} · ${alert.area ?? t('queue.no_area')}`),
      h('span', {class: 'soft'}, [word('team', alert.desk ?? alert.team), ...factors(alert)]
        .join(' · '))),
    reasonsOf(alert).map((reason) => h('p', {class: `sentence${reason.active ? '' : ' soft'}`},
      sentenceOf(reason, alert.timezone),
      reason.active ? null : ` (${t('alert.reason_over')})`)),
    ticks(h('p', {class: 'soft'}), () => standing(alert)),
    h('dl', {class: 'pairs'},
      pair('alert.last_life', alert.last_sign_of_life
        ? [timeElement(alert.last_sign_of_life, alert.timezone)] : t('alert.not_known')),
      pair('alert.raised', [timeElement(alert.raised, alert.timezone)]),
      call && pair('alert.on_call', called(call.who, call.persons),
        call.then && `, ${after(call.then)}`),
      alert.outcome && pair('alert.outcome', word('outcome', alert.outcome)),
      alert.also && pair('alert.also', h('a', {href: `#/alerts/${alert.also.id}`},
        `${word('team', alert.also.desk)}, ${word('state', alert.also.state)}`))));
}

// ---- what to do next ----

const ladderOf = (alert) => alert.ladder ?? alert.ladder_begins;

function ladder(alert) {
  const told = ladderOf(alert);
  if (!told || (!alert.ladder && !told.steps)) return null;
  const {steps, step: on} = told;
  return h('ol', {class: 'ladder', 'aria-label': t('alert.ladder')},
    (steps ?? [told]).map((step, at) => {
      const number = steps ? at + 1 : on;
      const lit = number === on;
      return h('li', {class: lit ? 'lit' : '', 'aria-current': lit ? 'step' : null},
        h('b', {}, `${number}. ${word('channel', step.channel)}`),
        step.whom === step.channel ? null : ` ${word('whom', step.whom)}`,
        lit && told.until ? h('span', {}, ` · ${t('alert.step_until')} `,
          timeElement(told.until, alert.timezone)) : null);
    }), told.at ? h('li', {}, t('alert.ladder_begins'), ' ',
      timeElement(told.at, alert.timezone)) : null);
}

function remembered(name) {
  const kept = sessionStorage.getItem(KEPT + name);
  return vocabulary[name].includes(kept) ? kept : vocabulary[name][0];
}

function tapped(name) {
  return h('fieldset', {class: 'tight'}, h('legend', {}, t(`form.${name}`)),
    h('div', {class: 'row-of'}, vocabulary[name].map((value) => h('label', {class: 'choice'},
      h('input', {type: 'radio', name, value, checked: value === remembered(name),
        on: {change: () => sessionStorage.setItem(KEPT + name, value)}}), word(name, value)))));
}

// One press a result; what sends the police, or ends the work, asks once more.
async function record(alert, form, result) {
  const values = {...Object.fromEntries(new FormData(form)), result};
  if (result === 'cannot_locate') {
    ask.contact(alert, values);
    return;
  }
  const changed = await tap(alert, 'contact', 'contacted', values);
  if (changed?.suggests) ask.resolve(changed, changed.suggests);
}

function contactCard(alert) {
  const form = h('form', {class: 'contact', on: {submit: (event) => event.preventDefault()}},
    h('h3', {}, t('do.contact')),
    tapped('channel'), tapped('whom'),
    h('div', {class: 'row-of'}, vocabulary.result.map((result) => h('button', {type: 'button',
      class: result === 'cannot_locate' ? 'danger' : '',
      on: {click: () => record(alert, form, result)}}, word('result', result)))));
  return form;
}

function nextCard(alert) {
  const {all, main} = doing(alert);
  return h('section', {class: 'card', 'aria-labelledby': 'next'},
    h('h2', {id: 'next'}, t('alert.next')), ladder(alert),
    h('div', {class: 'row-of'}, all.filter((action) => action.name !== 'contact')
      .map((action) => h('button', {type: 'button', class: main.includes(action) ? 'main'
        : action.name === 'escalate' ? 'danger' : '', on: {click: action.run}}, action.label,
      action.key && h('kbd', {'aria-hidden': 'true'}, action.key)))),
    isLive(alert) ? contactCard(alert) : null);
}

// ---- history ----

function step(one, zone) {
  const more = contactOf(one);
  return h('li', {}, timeElement(one.at, zone), ' ', h('b', {}, word('step', one.what)), ' ',
    h('span', {class: 'soft'}, who(one.who)), more ? `: ${more}` : null,
    notesOf(one, zone).map((note) => h('p', {}, note)));
}

function historyCard(alert) {
  return h('section', {class: 'card', 'aria-labelledby': 'history'},
    h('h2', {id: 'history'}, t('alert.history')),
    h('ol', {class: 'history'}, alert.steps.toReversed().map((one) => step(one, alert.timezone))));
}

// ---- why ----

function whyCard(alert) {
  const rows = reasonsOf(alert).filter((reason) => reason.evidence);
  return rows.length === 0 ? null : h('details', {class: 'card'},
    h('summary', {}, t('alert.why')), rows.map((reason) => [
      h('h3', {}, word('detector', reason.detector)),
      h('dl', {class: 'pairs'},
        pair('alert.grade', word('severity', reason.grade)),
        reason.evidence.longest_hours !== null && pair('alert.longest',
          t('alert.hours', {n: reason.evidence.longest_hours})),
        reason.evidence.away_times !== null && pair('alert.away',
          number(reason.evidence.away_times)),
        reason.evidence.missing_hours !== null && pair('alert.missing',
          t('alert.hours', {n: reason.evidence.missing_hours})),
        Object.entries(reason.evidence.terms).map(([name, value]) => [
          h('dt', {}, h('code', {}, name)), h('dd', {}, number(value, 2))]))]));
}

// ---- the page ----

// What the alert's own route alone says: a graver alert may have begun another ladder.
function withLadder(changed, known) {
  const [on, was] = [ladderOf(changed), ladderOf(known)];
  if (on && was?.steps && on.name === was.name) on.steps ??= was.steps;
  return {also: known.also, ...changed};
}

export async function alertView(main, [id], query, isCurrent) {
  let alert = await get(`/alerts/${encodeURIComponent(id)}`);
  if (!isCurrent()) return {title: ''};
  const left = h('div', {class: 'left'});
  const right = h('div', {class: 'right'});
  let shown = null, drawn = '', gone = false;
  const address = may('GET', '/alerts/{id}/directory') ? directoryCard(alert) : null;

  const draw = () => {
    const focus = document.activeElement?.textContent;
    const within = left.contains(document.activeElement);
    fill(left, head(alert), gone ? h('p', {class: 'card', role: 'status'}, t('alert.gone'))
      : [nextCard(alert), address], historyCard(alert));
    if (within) {
      const again = [...left.querySelectorAll('button')].find((one) => one.textContent === focus);
      (again ?? main).focus({preventScroll: true});
    }
  };
  const home = pages.find((page) => page.name === 'households').open();
  const drawRight = () => {
    const told = JSON.stringify([alert.reasons, alert.last_sign_of_life]);
    if (told === drawn) return;
    drawn = told;
    shown?.leave();
    shown = picture(alert);
    fill(right, shown.element, whyCard(alert), home && h('a', {class: 'button',
      href: `#/households/${encodeURIComponent(alert.household)}`}, t('alert.household')));
    shown.draw();
  };
  fill(main, h('nav', {'aria-label': t('alert.way')}, h('a', {href: '#/queue'},
    `← ${t('queue.title')}`)), h('div', {class: 'two'}, left, right));
  draw();
  drawRight();

  const update = (changed) => {
    const other = ladderOf(changed)?.name !== ladderOf(alert)?.name;
    alert = withLadder(changed, alert);
    gone = false;
    draw();
    drawRight();
    return other && ladderOf(alert) && !ladderOf(alert).steps;
  };
  const stop = watchAlerts(async (kind, changed) => {
    if (kind === 'alert' && changed.alert === alert.alert && changed.version > alert.version) {
      if (!update(changed)) return;
      const whole = await watch(`/alerts/${encodeURIComponent(id)}`).catch(() => null);
      if (isCurrent() && whole?.version >= alert.version) update(whole);
    } else if (kind === 'gone' && changed.alert === alert.alert &&
      changed.version >= alert.version) {
      gone = true;
      draw();
    } else if (kind === 'list' && isLive(alert) && !(gone && !find(alert.alert)) &&
      find(alert.alert)?.version !== alert.version) {
      try {
        await refetch(alert, watch);
      } catch (problem) {
        if (!(problem instanceof Problem)) throw problem;
        if (problem.status !== 404 || !isCurrent()) return;
        gone = true; // it has left this desk, and nobody has told
        draw();
      }
    }
  });
  const keys = {};
  for (const key of ['a', 'c', 'r', 'e']) keys[key] = () => gone || doing(alert).keys[key]?.();
  return {title: `${alert.household} ${word('severity', alert.severity)}`,
    keys, leave: () => {
      stop();
      shown.leave();
    }};
}
