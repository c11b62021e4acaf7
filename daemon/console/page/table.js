// SPDX-License-Identifier: Apache-2.0
// Tables, the filters that stand in their address, and the same as a file for those who say why.
import {download} from './api.js';
import {h} from './dom.js';
import {formDialog} from './form.js';
import {setQuery} from './place.js';
import {t} from './text.js';

const FLAT = 3; // columns that a phone has room for; of more each row is a list of its cells there

// columns: [{label, show(row), number}]. The roles say what it is where it is shown as a list.
export function table(caption, columns, rows) {
  if (!rows.length) return h('p', {class: 'soft'}, `${caption}: ${t('table.none')}`);
  const kind = (column) => (column.number ? 'number' : null);
  return h('div', {class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption},
    h('table', {role: 'table', class: columns.length > FLAT ? 'many' : null},
      h('caption', {}, caption),
      h('thead', {role: 'rowgroup'}, h('tr', {role: 'row'}, columns.map((column) =>
        h('th', {scope: 'col', role: 'columnheader', class: kind(column)}, column.label)))),
      h('tbody', {role: 'rowgroup'}, rows.map((row) => h('tr', {role: 'row'},
        columns.map((column) => h('td', {role: 'cell', class: kind(column),
          'data-label': column.label}, h('div', {}, column.show(row) ?? '–'))))))));
}

// fields: [{name, label, options | type}]; the page's query follows them, changed() draws anew.
export function filters(fields, query, changed, title = t('filter.title')) {
  const form = h('form', {class: 'filters', 'aria-label': title,
    on: {submit: (event) => event.preventDefault(), change: () => {
      const values = Object.fromEntries(new FormData(form));
      for (const {name} of fields) query[name] = values[name] ?? '';
      setQuery(query);
      changed();
    }}}, fields.map((field) => {
    if (field.check) {
      return h('label', {class: 'check'}, h('input', {type: 'checkbox', name: field.name,
        value: '1', checked: query[field.name] === '1'}), field.label);
    }
    const control = field.options
      ? h('select', {name: field.name}, field.options.map(([value, label]) =>
        h('option', {value}, label)))
      : h('input', {type: field.type ?? 'text', name: field.name, maxlength: 64});
    control.value = query[field.name] ?? field.options?.[0][0] ?? '';
    return h('label', {class: 'field'}, field.label, control);
  }));
  return form;
}

// Who takes a table along says what for; it stands in the audit log.
export function fileButton(path, query, name) {
  return h('button', {type: 'button', on: {click: () => formDialog({title: t('table.file'),
    lead: t('table.file_lead'), key: `file.${name}`, submit: t('table.file'),
    fields: [{name: 'why', label: t('form.why'), required: true, max: 200}],
    send: ({why}) => download(path, {...query(), format: 'csv', why}, `${name}.csv`)})}},
  t('table.file'));
}
