// SPDX-License-Identifier: Apache-2.0
import {h} from './dom.js';
import {t} from './text.js';

// A term and what it is, of a <dl>.
export function pair(key, ...shown) {
  return [h('dt', {}, t(key)), h('dd', {}, ...shown)];
}
