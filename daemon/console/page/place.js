// SPDX-License-Identifier: Apache-2.0
// Where one is: behind the #, which no proxy ever sees: `#/queue?team=police`, `#/alerts/ID`.

export function place() {
  const [path, query] = location.hash.replace(/^#\/?/, '').split('?');
  const [page, ...params] = path.split('/').map(decodeURIComponent);
  return {page, params, query: Object.fromEntries(new URLSearchParams(query))};
}

export function pathOf(page, query) {
  const kept = Object.entries(query ?? {}).filter(([, value]) => value);
  return `#/${page}${kept.length ? `?${new URLSearchParams(kept)}` : ''}`;
}

// The link says what is shown; nothing is drawn anew.
export function setQuery(query) {
  const {page, params} = place();
  const path = [page, ...params].map(encodeURIComponent).join('/');
  history.replaceState(null, '', pathOf(path, query));
}

export function go(path) {
  location.hash = path;
}
