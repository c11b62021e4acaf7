// SPDX-License-Identifier: Apache-2.0
// Words in the reader's language, from en.json or ko.json; dates and numbers by Intl, in the zone
// of the household.

export const languages = {en: 'English', ko: '한국어'};
const locales = {en: 'en-GB', ko: 'ko-KR'};
const KEPT = 'anbu.language';
let messages = {};
let plurals;
export let language = 'en';
export let locale = locales.en; // of dates and numbers
let skewMs = 0;

function wanted() {
  const kept = localStorage.getItem(KEPT);
  if (kept in languages) return kept;
  const told = navigator.languages.map((tag) => tag.slice(0, 2)).find((tag) => tag in languages);
  return told ?? 'en';
}

export async function loadWords(choice = wanted()) {
  const answer = await fetch(new URL(`./${choice}.json`, import.meta.url));
  messages = await answer.json();
  language = choice;
  locale = locales[choice];
  plurals = new Intl.PluralRules(locale);
  localStorage.setItem(KEPT, choice);
  document.documentElement.lang = choice;
}

// A message with {names} filled in; of one with plural forms `n` chooses.
export function t(key, params = {}) {
  const found = messages[key] ?? key;
  const text = typeof found === 'string' ? found : found[plurals.select(params.n)] ?? found.other;
  return text.replace(/\{(\w+)\}/g, (whole, name) => {
    const value = params[name];
    return value === undefined ? whole : typeof value === 'number' ? number(value) : value;
  });
}

// A word of one of Anbu's vocabularies; one that this page does not know yet stands as it is.
export function word(vocabulary, name) {
  const key = `${vocabulary}.${name}`;
  return key in messages ? t(key) : String(name).replaceAll('_', ' ');
}

export const knows = (key) => key in messages;

// Of a language's tag as a directory has it; one that is none stands as it is.
export function languageName(tag) {
  try {
    return new Intl.DisplayNames(locale, {type: 'language'}).of(tag);
  } catch {
    return tag;
  }
}

export function number(value, digits = 1) {
  return new Intl.NumberFormat(locale, {maximumFractionDigits: digits}).format(value);
}

export function unit(value, name, digits = 0) {
  return new Intl.NumberFormat(locale, {style: 'unit', unit: name, unitDisplay: 'long',
    maximumFractionDigits: digits}).format(value);
}

export function money(value, currency) {
  return new Intl.NumberFormat(locale, {style: 'currency', currency,
    maximumFractionDigits: value % 1 ? 2 : 0}).format(value);
}

export function list(words) {
  return new Intl.ListFormat(locale, {type: 'conjunction'}).format(words);
}

// The server's clock: a tablet's own may be minutes off.
export function setServerTime(date) {
  const told = Date.parse(date ?? '');
  if (told) skewMs = told - Date.now();
}
export const now = () => Date.now() + skewMs;

const forms = {
  time: {hour: '2-digit', minute: '2-digit'},
  day: {weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit'},
  date: {weekday: 'short', day: 'numeric', month: 'short', year: 'numeric'},
};

function format(at, form, zone) {
  return new Intl.DateTimeFormat(locale, {...forms[form], hourCycle: 'h23',
    timeZone: zone ?? undefined}).format(at);
}

function sameDay(at, zone) {
  return format(at, 'date', zone) === format(now(), 'date', zone);
}

// "14:05" of today, else "Tue 3 Mar 14:05": in the household's zone.
export function moment(text, zone) {
  const at = Date.parse(text);
  if (Number.isNaN(at)) return '–';
  return format(at, sameDay(at, zone) ? 'time' : 'day', zone);
}

export function day(text, zone) {
  return format(Date.parse(text), 'date', zone);
}

// An element for it, with the reader's own time on hover.
export function timeElement(text, zone) {
  const element = document.createElement('time');
  if (!text) return element;
  element.dateTime = text;
  element.textContent = moment(text, zone);
  element.title = t('time.yours', {time: format(Date.parse(text), 'day')});
  return element;
}

// "40 seconds", "14 minutes", "3 hours 5 minutes", "2 days 4 hours".
export function duration(ms) {
  const minutes = Math.max(0, Math.floor(ms / 60000));
  if (minutes < 1) return unit(Math.max(0, Math.floor(ms / 1000)), 'second');
  if (minutes < 60) return unit(minutes, 'minute');
  const hours = Math.floor(minutes / 60);
  const [big, small] = hours < 48 ? [[hours, 'hour'], [minutes % 60, 'minute']]
    : [[Math.floor(hours / 24), 'day'], [hours % 24, 'hour']];
  return unit(...big) + (small[0] ? ` ${unit(...small)}` : '');
}

export const since = (text) => duration(now() - Date.parse(text));
