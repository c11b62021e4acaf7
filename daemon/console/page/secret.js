// SPDX-License-Identifier: Apache-2.0
// A password or token, shown once: it is kept nowhere, not in the tab either.
import {h, uniqueId} from './dom.js';
import {t} from './text.js';

const SIGNS = 'abcdefghjkmnpqrstuvwxyz23456789'; // none that look alike
const GROUPS = 4, GROUP = 5; // 99 bits

// To be read over the telephone: groups of letters and digits.
export function newPassword() {
  const group = () => Array.from({length: GROUP}, sign).join('');
  return Array.from({length: GROUPS}, group).join('-');
}

function sign() {
  const most = 256 - 256 % SIGNS.length; // each as likely as any other
  for (;;) {
    const [byte] = crypto.getRandomValues(new Uint8Array(1));
    if (byte < most) return SIGNS[byte % SIGNS.length];
  }
}

// Until it is closed by its button: a slip of a key must not lose it.
export function showSecret(title, lead, secret) {
  const titleId = uniqueId('title');
  const value = h('output', {class: 'secret', tabindex: '0', 'aria-label': title}, secret);
  const copied = h('p', {role: 'status', class: 'soft'});
  const copy = h('button', {type: 'button', on: {click: async () => {
    await navigator.clipboard.writeText(secret);
    copied.textContent = t('secret.copied');
  }}}, t('secret.copy'));
  const close = h('button', {type: 'button', class: 'main', on: {click: () => dialog.close()}},
    t('secret.close'));
  const form = h('form', {on: {submit: (event) => event.preventDefault()}},
    h('h2', {id: titleId}, title), h('p', {}, lead), value, copied,
    h('div', {class: 'row-of'}, navigator.clipboard && copy, close));
  // A browser asks `cancel` about the first Escape alone.
  const stays = (event) => {
    if (event.type === 'cancel' || event.key === 'Escape') event.preventDefault();
  };
  const dialog = h('dialog', {'aria-labelledby': titleId, on: {cancel: stays, keydown: stays}},
    form);
  const before = document.activeElement;
  document.body.append(dialog);
  dialog.showModal();
  value.focus();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      dialog.remove();
      if (before?.isConnected) before.focus();
      resolve();
    });
  });
}
