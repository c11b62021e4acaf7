// SPDX-License-Identifier: Apache-2.0
// A form in a dialog. What is typed survives a network that is away, a refusal, and closing by
// mistake: it is kept in the tab until it is sent.
import {Problem, session} from './api.js';
import {h, uniqueId} from './dom.js';
import {t} from './text.js';

const DRAFT = 'anbu.draft.';

const draftOf = (key) => JSON.parse(sessionStorage.getItem(key) ?? '{}');

export function forgetDrafts() {
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith(DRAFT)) sessionStorage.removeItem(key);
  }
}

function radios(field, value) {
  return h('fieldset', {class: 'choices'}, h('legend', {}, field.label),
    field.options.map(([name, shown]) => h('label', {class: 'choice'},
      h('input', {type: 'radio', name: field.name, value: name, checked: name === value,
        required: true}),
      h('span', {}, shown, field.hint && h('span', {class: 'soft'}, ` ${field.hint(name)}`)))));
}

// Any number of them; their values stand with commas between.
function checks(field, value) {
  const on = (value ?? '').split(',');
  return h('fieldset', {class: 'choices'}, h('legend', {}, field.label),
    field.options.map(([name, shown]) => h('label', {class: 'choice'},
      h('input', {type: 'checkbox', name: field.name, value: name, checked: on.includes(name)}),
      h('span', {}, shown))));
}

function control(field, value) {
  if (field.checks) return checks(field, value);
  const shared = {name: field.name, required: field.required ?? false};
  if (field.radio) return radios(field, value);
  let element;
  if (field.options) {
    element = h('select', shared, field.options.map(([name, shown]) =>
      h('option', {value: name}, shown)));
    if (value) element.value = value;
  } else if (field.area) {
    element = h('textarea', {...shared, maxlength: field.max, value: value ?? ''});
  } else {
    element = h('input', {...shared, type: field.type ?? 'text', minlength: field.min,
      maxlength: field.max, pattern: field.pattern, autocapitalize: field.pattern ? 'none' : null,
      value: value ?? ''});
  }
  return h('label', {class: 'field'}, field.label, element,
    field.hint && !field.radio && h('span', {class: 'soft'}, field.hint));
}

// Fields that only make sense with a choice made above.
function showFitting(form, fields, shown) {
  const values = Object.fromEntries(new FormData(form));
  fields.forEach((field, at) => {
    if (!field.when) return;
    const [[name, wanted]] = Object.entries(field.when);
    shown[at].hidden = values[name] !== wanted;
  });
}

function valuesOf(form, fields, shown) {
  const values = new FormData(form);
  const valueOf = ({name}) => values.getAll(name).join(',');
  return Object.fromEntries(fields.filter((field, at) => !shown[at].hidden && valueOf(field))
    .map((field) => [field.name, valueOf(field)]));
}

// {title, lead, key, fields, submit, danger, values, pressed, send(values, waiting, signal)}:
// resolves with what send() returns, or null when it was closed. A draft is newer than `values`;
// what was `pressed` to come here is newer than the draft.
export function formDialog(wanted) {
  const {fields, send} = wanted;
  const key = `${DRAFT}${session.account.name}.${wanted.key}`;
  const values = {...wanted.values, ...draftOf(key), ...wanted.pressed};
  const shown = fields.map((field) => control(field, values[field.name]));
  const told = h('p', {class: 'fail', role: 'alert', hidden: true});
  const submit = h('button', {type: 'submit', class: wanted.danger ? 'danger' : 'main'},
    wanted.submit);
  const titleId = uniqueId('title');
  const form = h('form', {}, h('h2', {id: titleId}, wanted.title),
    wanted.lead && h('p', {}, wanted.lead), shown, told, h('div', {class: 'row-of'}, submit,
      h('button', {type: 'button', on: {click: () => dialog.close()}}, t('form.cancel'))));
  const dialog = h('dialog', {'aria-labelledby': titleId}, form);
  const over = new AbortController();
  let result = null;
  // Its page goes: what it is about is no longer in sight.
  addEventListener('hashchange', () => dialog.close(), {signal: over.signal});

  const tell = (text) => {
    told.textContent = text;
    told.hidden = false;
  };
  form.addEventListener('input', () => {
    showFitting(form, fields, shown);
    sessionStorage.setItem(key, JSON.stringify(valuesOf(form, fields, shown)));
  });
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    submit.disabled = true;
    told.hidden = true;
    try {
      result = await send(valuesOf(form, fields, shown), () => tell(t('net.waiting')),
        over.signal);
      sessionStorage.removeItem(key);
      dialog.close();
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      tell(problem.message);
      submit.disabled = false;
    }
  });
  showFitting(form, fields, shown);
  const before = document.activeElement;
  document.body.append(dialog);
  dialog.showModal();
  (form.querySelector('textarea, input:checked, input, select') ?? submit).focus();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      over.abort();
      dialog.remove();
      if (before?.isConnected) before.focus();
      resolve(result);
    });
  });
}
