// SPDX-License-Identifier: Apache-2.0
// The frame: who has signed in, which page is shown, what the network does.
import {findRoutes, findSession, may, pause, Problem, session, signOut, watchNetwork,
  whenSignedOut} from './api.js';
import {fill, h} from './dom.js';
import {forgetDrafts} from './form.js';
import {onKey, showKeys} from './keys.js';
import {start, state, stop, watchAlerts} from './live.js';
import {loud, watchCritical} from './loud.js';
import {notice, notices} from './notice.js';
import {place} from './place.js';
import {pages} from './pages.js';
import {signInView} from './sign_in.js';
import {language, languages, loadWords, moment, t, word} from './text.js';

const SEEN_PX = 80; // of the page before, so that there is more to see
const main = h('main', {id: 'main', tabindex: '-1'});
const top = h('header', {class: 'top'});
const banner = h('div', {class: 'banner', role: 'alert', hidden: true});
let view = null, turn = 0;

async function leave() {
  view?.leave?.();
  view = null;
}

function markPage() {
  const page = place().page || pages.find((one) => one.open())?.name;
  for (const link of top.querySelectorAll('nav a')) {
    if (link.dataset.page !== page) {
      link.removeAttribute('aria-current');
      continue;
    }
    link.setAttribute('aria-current', 'page');
    link.parentElement.scrollLeft = link.offsetLeft - SEEN_PX; // on a phone the menu is longer
  }
}

async function show() {
  if (!session.account || session.account.must_change) return;
  const mine = ++turn;
  const {page, params, query} = place();
  leave();
  markPage();
  const found = pages.find((one) => (!page || one.name === page) && one.open());
  // A page that is left before it is whole draws on a sheet of its own, which nobody sees.
  const sheet = h('div', {class: 'sheet'}, h('p', {class: 'soft'}, t('page.loading')));
  fill(main, sheet);
  try {
    if (!found) throw new Problem(404, {detail: t('page.none')});
    const made = await found.view(sheet, params, query, () => mine === turn);
    if (mine !== turn) return made.leave?.();
    view = made;
    document.title = `${made.title} · Anbu`;
    main.focus({preventScroll: true});
  } catch (problem) {
    if (mine === turn) showProblem(problem);
    if (!(problem instanceof Problem)) throw problem;
  }
}

function showProblem(problem) {
  fill(main, h('div', {class: 'card'}, h('h1', {}, t('page.problem')),
    h('p', {class: 'fail'}, problem.message),
    h('div', {class: 'row-of'}, h('button', {type: 'button', on: {click: show}}, t('page.again')),
      h('a', {class: 'button', href: '#/queue'}, t('page.back')))));
}

function languageChoice() {
  const select = h('select', {'aria-label': t('top.language'), on: {change: async () => {
    await loadWords(select.value);
    drawTop();
    enter();
  }}}, Object.entries(languages).map(([code, name]) => h('option', {value: code, lang: code},
    name)));
  select.value = language;
  return select;
}

const sign = h('span', {class: 'live'});
function drawSign() {
  sign.classList.toggle('on', state.live);
  sign.textContent = state.live
    ? `● ${t('top.live', {time: moment(new Date(state.fresh).toISOString())})}`
    : `○ ${t('top.not_live')}`;
}

function menu() {
  const {account} = session;
  const inside = !account.must_change;
  return h('details', {class: 'menu'},
    h('summary', {}, account.display || account.name),
    h('div', {class: 'card'}, h('p', {class: 'soft'}, [word('role', account.role),
      account.team && word('team', account.team), account.areas].filter(Boolean).join(' · ')),
    inside && may('GET', '/alerts') ? loud() : null,
    h('button', {type: 'button', on: {click: showKeys}}, t('keys.title')),
    h('label', {class: 'field'}, t('top.language'), languageChoice()),
    h('button', {type: 'button', on: {click: goOut}}, t('sign.out'))));
}

function drawTop() {
  const {account} = session;
  const inside = account && !account.must_change;
  const links = inside ? pages.filter((one) => one.label && one.open()) : [];
  fill(top, h('a', {class: 'skip', href: '#main', on: {click: (event) => {
    event.preventDefault();
    main.focus();
  }}}, t('top.skip')),
  h('a', {class: 'name', href: '#/queue'},
    h('img', {src: new URL('./icon.svg', import.meta.url), alt: ''}), t('top.name')),
  h('nav', {'aria-label': t('top.pages')}, links.map((one) => h('a',
    {href: `#/${one.name}`, 'data-page': one.name}, t(one.label)))),
  inside && may('GET', '/alerts') ? sign : null, account ? menu() : languageChoice());
  drawSign();
  markPage();
}

async function goOut() {
  try {
    await signOut();
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    if (problem.status !== 401) { // a session that is over is what was wanted
      notice(t('sign.not_out', {why: problem.message}), true);
      return;
    }
  }
  forgetDrafts();
  location.reload();
}

async function enter() {
  if (!session.account || session.account.must_change) {
    document.title = 'Anbu';
    turn++;
    drawTop();
    signInView(main, enterAgain);
    return;
  }
  drawTop();
  start();
  show();
}

async function enterAgain() {
  await findRoutes();
  enter();
}

// What was typed is still there after the next sign-in, of the same person in the same tab.
whenSignedOut(() => {
  for (const dialog of document.querySelectorAll('dialog')) dialog.close();
  stop();
  leave();
  enter();
});

watchNetwork((reached) => {
  banner.hidden = reached;
  banner.textContent = reached ? '' : t('net.banner');
});

// What a press asked for and no form waits for: that it was refused is told all the same. Who is
// out is told by the sign-in.
addEventListener('unhandledrejection', (event) => {
  if (!(event.reason instanceof Problem)) return;
  event.preventDefault();
  if (event.reason.status !== 401) notice(event.reason.message, true);
});

async function begin() {
  await loadWords();
  fill(document.body, top, banner, main, notices);
  for (;;) {
    try {
      await findRoutes();
      if (may('GET', '/session')) await findSession();
      break;
    } catch (problem) {
      if (!problem.passes) throw problem;
      await pause(3000);
    }
  }
  addEventListener('hashchange', show);
  addEventListener('keydown', (event) => onKey(event, view?.keys ?? {}));
  addEventListener('click', (event) => {
    const open = top.querySelector('.menu[open]');
    if (open && !open.contains(event.target)) open.open = false;
  });
  watchAlerts(drawSign);
  watchCritical();
  await enter();
}

begin();
