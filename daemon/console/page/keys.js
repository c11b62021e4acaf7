// SPDX-License-Identifier: Apache-2.0
// The whole flow by keyboard; never while somebody types, and never with a modifier.
import {h, uniqueId} from './dom.js';
import {go} from './place.js';
import {t} from './text.js';

const KEYS = ['j', 'k', 'Enter', 'a', 'c', 'r', 'e', 'q', '?', 'Escape'];

export function onKey(event, keys) {
  const typing = event.target.closest?.(
    'textarea, select, dialog, input:not([type="radio"], [type="checkbox"])');
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const run = {'?': showKeys, q: () => go('#/queue'), ...keys}[event.key];
  if (!run) return;
  event.preventDefault();
  run();
}

export function showKeys() {
  const title = uniqueId('keys');
  const dialog = h('dialog', {'aria-labelledby': title}, h('h2', {id: title}, t('keys.title')),
    h('dl', {class: 'pairs'}, KEYS.map((key) => [h('dt', {}, h('kbd', {}, key)),
      h('dd', {}, t(`keys.${key === '?' ? 'help' : key}`))])),
    h('form', {method: 'dialog'}, h('button', {class: 'main'}, t('notice.close'))));
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
