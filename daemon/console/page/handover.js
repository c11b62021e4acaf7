// SPDX-License-Identifier: Apache-2.0
// What one shift leaves to the next, to go through together or to print: each desk's alerts, the
// longest open first, with whom they are, what was done last and what comes by itself.
import {get, may, session} from './api.js';
import {who} from './act.js';
import {fill, h} from './dom.js';
import {isLive, onMyDesk, queue, watchAlerts} from './live.js';
import {severityMark, tellUnreadable, unreadableLine} from './queue.js';
import {contactOf, notesOf} from './sentence.js';
import {filters, table} from './table.js';
import {onDuty} from './team.js';
import {moment, now, t, timeElement, word} from './text.js';

// Moments, where the queue counts: it is read later, and on paper.
function withWhom(alert) {
  const zone = alert.timezone;
  if (alert.state === 'referred') {
    return t('queue.referred', {from: word('team', alert.referred_from),
      to: word('team', alert.desk ?? alert.team), time: moment(alert.accept_by, zone)});
  }
  if (alert.owner) {
    return t('handover.has', {who: alert.owner, state: word('state', alert.state)});
  }
  return t('handover.nobody', {time: moment(alert.waits_since ?? alert.learnt, zone)});
}

function lastStep({steps, timezone}) {
  const step = steps.at(-1);
  if (!step) return null;
  const more = contactOf(step);
  return [timeElement(step.at, timezone), ' ', h('b', {}, word('step', step.what)), ' ',
    h('span', {class: 'soft'}, who(step.who)), more && `: ${more}`,
    notesOf(step, timezone).map((note) => h('p', {class: 'wrap'}, note))];
}

// The step of its ladder that comes due, or what becomes of it when nobody does anything.
function comes({next, timezone}) {
  if (!next) return t('handover.nothing');
  const what = next.channel ? contactOf(next) : word('timer', next.what);
  return [timeElement(next.at, timezone), ' ', what];
}

function deskCard(desk) {
  const name = t('handover.desk', {desk: word('team', desk.desk)});
  return h('section', {class: 'card'}, table(name, [
    {label: t('filter.severity'), show: (one) => severityMark(one.severity)},
    {label: t('home.alert'), show: (one) => [h('a', {href: `#/alerts/${one.alert}`},
      one.household), h('span', {class: 'soft'}, ` ${one.area ?? t('queue.no_area')}`)]},
    {label: t('areas.since'), show: (one) => timeElement(one.raised, one.timezone)},
    {label: t('handover.with'), show: withWhom},
    {label: t('handover.last'), show: lastStep},
    {label: t('handover.next'), show: comes},
  ], desk.alerts), desk.more && h('p', {class: 'fail'}, t('handover.more',
    {shown: desk.alerts.length, total: desk.total})),
  desk.held > 0 && h('p', {class: 'soft'}, t('queue.held', {n: desk.held})));
}

export async function handoverView(main, params, query, isCurrent) {
  const desks = h('div', {class: 'stats desks'});
  const holder = h('div', {});
  const asOf = h('p', {});
  const changed = h('p', {class: 'banner', role: 'status', hidden: true},
    t('handover.changed'));
  const unreadable = unreadableLine();
  let shown = new Map();
  async function draw() {
    const [found, duty] = await Promise.all([get('/handover', {area: query.area}),
      may('GET', '/rosters') && get('/rosters')]);
    shown = new Map(found.desks.flatMap((desk) => desk.alerts).map((one) =>
      [one.alert, one.version]));
    fill(asOf, t('handover.as_of', {who: session.account.display || session.account.name,
      time: moment(new Date(now()).toISOString())}));
    changed.hidden = true;
    fill(holder, duty && duty.rosters.length > 0 &&
      h('section', {class: 'card'}, onDuty(duty.rosters)));
    tellUnreadable(unreadable, found.unreadable);
    fill(desks, found.desks.filter((desk) => desk.total || desk.held || !session.account.team ||
      desk.desk === session.account.team).map(deskCard));
  }
  await draw();
  if (!isCurrent()) return {title: ''};
  const areas = [...new Set(queue().map((one) => one.area).concat(query.area).filter(Boolean))]
    .sort();
  fill(main, h('h1', {}, t('handover.title')), h('div', {class: 'row-of unprinted'},
    filters([{name: 'area', label: t('filter.area'), options: [['', t('filter.all')],
      ...areas.map((area) => [area, area])]}], query, draw),
    h('button', {type: 'button', on: {click: draw}}, t('handover.look')),
    h('button', {type: 'button', class: 'main', on: {click: () => print()}}, t('handover.print'))),
  changed, asOf, unreadable, holder, desks);
  // An alert of the list in another version, or one that belongs on it.
  const leave = watchAlerts((kind, alert) => {
    if (kind !== 'alert' && kind !== 'gone') return;
    const news = shown.has(alert.alert) ? shown.get(alert.alert) < alert.version
      : kind === 'alert' && isLive(alert) && onMyDesk(alert) &&
        (!query.area || query.area === alert.area);
    if (news) changed.hidden = false;
  });
  return {title: t('handover.title'), leave};
}
