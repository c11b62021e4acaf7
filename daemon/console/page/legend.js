// SPDX-License-Identifier: Apache-2.0
import {h} from './dom.js';

// What the marks of a picture stand for: [kind, text]; a mark and its text share a line.
export const legend = (...entries) => h('p', {class: 'soft legend'}, entries.map(([kind, text]) =>
  h('span', {}, h('span', {class: `key ${kind}`}), h('span', {}, text))));
