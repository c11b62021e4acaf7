// SPDX-License-Identifier: Apache-2.0
// Sign in, and the first password of one's own.
import {Problem, session, setPassword, signIn} from './api.js';
import {fill, h} from './dom.js';
import {t} from './text.js';

const PASSWORD_MIN = 12; // bytes

function field(name, label, type, autocomplete, more = {}) {
  return h('label', {class: 'field'}, label, h('input', {name, type, autocomplete, required: true,
    maxlength: 128, autocapitalize: 'none', spellcheck: 'false', ...more}));
}

function form(title, lead, fields, button, send) {
  const fail = h('p', {class: 'fail', role: 'alert', hidden: true});
  const submit = h('button', {class: 'main', type: 'submit'}, button);
  const element = h('form', {}, h('h1', {}, title), lead && h('p', {}, lead), fail, fields, submit);
  element.addEventListener('submit', async (event) => {
    event.preventDefault();
    submit.disabled = true;
    fail.hidden = true;
    try {
      await send(Object.fromEntries(new FormData(element)));
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      fail.textContent = told(problem);
      fail.hidden = false;
      submit.disabled = false;
    }
  });
  return element;
}

function told(problem) {
  if (problem.status === 401) return t('sign.wrong');
  if (problem.status === 429) return t('sign.wait');
  return problem.message;
}

// Calls done() once somebody has signed in and has a password of their own.
export function signInView(main, done) {
  const shown = h('div', {class: 'card sign'});
  const password = (old) => fill(shown, form(t('sign.first'), t('sign.first_why'), [
    field('fresh', t('sign.fresh'), 'password', 'new-password'),
    field('again', t('sign.again'), 'password', 'new-password'),
    old ? null : field('old', t('sign.old'), 'password', 'current-password'),
  ], t('sign.set'), async (values) => {
    if (new TextEncoder().encode(values.fresh).length < PASSWORD_MIN) {
      throw new Problem(400, {detail: t('sign.short')});
    }
    if (values.fresh !== values.again) throw new Problem(400, {detail: t('sign.differ')});
    await setPassword(old || values.old, values.fresh);
    done();
  }));
  const oidc = session.oidc &&
    h('a', {class: 'button', href: '/api/v1/session/oidc'}, t('sign.oidc'));
  if (session.account?.must_change) {
    password('');
  } else {
    fill(shown, form(t('sign.title'), null, [
      field('name', t('sign.name'), 'text', 'username'),
      field('password', t('sign.password'), 'password', 'current-password'),
    ], t('sign.in'), async ({name, password: secret}) => {
      await signIn(name, secret);
      if (session.account.must_change) password(secret);
      else done();
      shown.querySelector('input')?.focus();
    }), oidc);
  }
  fill(main, shown);
  shown.querySelector('input').focus();
}
