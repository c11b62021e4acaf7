// SPDX-License-Identifier: Apache-2.0
// Use of each utility on one time axis, by dygraphs: bars of actual use, the band of what this home
// usually uses, silence shaded, missing hours hatched, estimated ones hollow. In the household's
// time: its wall clock is drawn as if it were UTC.
import {h} from './dom.js';
import {locale, number, t, word} from './text.js';

const HOUR_MS = 3600000;
const wall = (text) => Date.parse(`${text.slice(0, 19)}Z`);

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function shown(at, form) {
  return new Intl.DateTimeFormat(locale, {...form, hourCycle: 'h23', timeZone: 'UTC'})
    .format(at);
}
const DAY = {weekday: 'short', day: 'numeric', month: 'short'};
const HOUR = {...DAY, hour: '2-digit', minute: '2-digit'};

// The days that are known by their hours.
function daysOf(hours) {
  const days = new Map();
  for (const hour of hours) {
    const date = hour.start.slice(0, 10);
    const day = days.get(date) ?? {date, value: null, quality: 'missing'};
    if (hour.value !== null) {
      day.value = (day.value ?? 0) + hour.value;
      day.quality = hour.quality === 'estimated' ? 'estimated' : 'actual';
    }
    days.set(date, day);
  }
  return [...days.values()];
}

// {at, value, low, usual, high, quality}, of hours or of days.
function cellsOf(utility, days) {
  return days > 7
    ? [...utility.days, ...daysOf(utility.hours)].map((day) => ({at: wall(`${day.date}T00:00:00`),
      value: day.value, quality: day.quality}))
    : utility.hours.map((hour) => ({at: wall(hour.start), value: hour.value, low: hour.low,
      usual: hour.usual, high: hour.high, quality: hour.quality}));
}

function hatch(context, x, width, area) {
  context.save();
  context.beginPath();
  context.rect(x, area.y, width, area.h);
  context.clip();
  context.strokeStyle = colour('edge');
  context.lineWidth = 1;
  for (let at = x - area.h; at < x + width; at += 6) {
    context.beginPath();
    context.moveTo(at, area.y + area.h);
    context.lineTo(at + area.h, area.y);
    context.stroke();
  }
  context.restore();
}

// Behind the bars: silence and what is missing.
function underlay(cells, step, silentSince) {
  return (context, area, graph) => {
    const x = (at) => Math.max(area.x, Math.min(area.x + area.w, graph.toDomXCoord(at)));
    if (silentSince) {
      context.fillStyle = colour('silence');
      context.fillRect(x(silentSince), area.y, area.x + area.w - x(silentSince), area.h);
    }
    for (const cell of cells) {
      if (cell.value !== null && cell.quality !== 'missing') continue;
      hatch(context, x(cell.at), x(cell.at + step) - x(cell.at), area);
    }
  };
}

// Full bars were measured, hollow ones estimated.
function bars(cells, step) {
  return ({drawingContext: context, points, dygraph}) => {
    const bottom = dygraph.toDomYCoord(0);
    for (const point of points) {
      const cell = cells[point.idx];
      if (!cell || cell.value === null) continue;
      const left = dygraph.toDomXCoord(cell.at);
      const width = Math.max(1, dygraph.toDomXCoord(cell.at + step) - left - 1);
      context.fillStyle = context.strokeStyle = colour('bar');
      if (cell.quality === 'estimated') {
        context.strokeRect(left + 0.5, point.canvasy, width - 1, bottom - point.canvasy);
      } else {
        context.fillRect(left, point.canvasy, width, bottom - point.canvasy);
      }
    }
  };
}

function sentenceAt(cell, unitName, form) {
  const value = cell.value === null ? t('strip.missing')
    : `${number(cell.value, 2)} ${unitName}` +
      (cell.quality === 'estimated' ? ` (${t('strip.estimated')})` : '');
  const usual = cell.usual === null || cell.usual === undefined ? ''
    : ` · ${t('strip.usual', {usual: number(cell.usual, 2), low: number(cell.low ?? 0, 2),
      high: number(cell.high ?? 0, 2)})}`;
  return `${shown(cell.at, form)}: ${value}${usual}`;
}

// Its legend sets a style attribute, which the page's policy forbids; ours is a line of text.
Dygraph.PLUGINS = Dygraph.PLUGINS.filter((plugin) => plugin !== Dygraph.Plugins.Legend);

// A thumb that begins on a plot scrolls the page: dygraphs would keep the touch for itself.
const byPointer = Object.fromEntries(Object.entries(Dygraph.defaultInteractionModel)
  .filter(([event]) => !event.startsWith('touch')));

function strip(holder, utility, days, silentSince) {
  const step = days > 7 ? 24 * HOUR_MS : HOUR_MS;
  const form = days > 7 ? DAY : HOUR;
  const cells = cellsOf(utility, days);
  const under = h('p', {class: 'soft reading'}, ' ');
  const canvas = h('div', {class: 'plot'});
  holder.append(h('figure', {}, h('figcaption', {}, h('b', {}, word('utility', utility.utility)),
    ` ${utility.unit}`), canvas, under));
  const triple = (low, middle, high) => [low ?? null, middle ?? null, high ?? null];
  const rows = cells.map((cell) => [new Date(cell.at), triple(cell.low, cell.usual, cell.high),
    triple(cell.value, cell.value, cell.value)]);
  return new Dygraph(canvas, rows, {
    labels: ['time', 'usual', 'use'], customBars: true, labelsUTC: true,
    includeZero: true, drawGrid: true, gridLineColor: colour('line'),
    axisLineColor: colour('edge'), fillAlpha: 0.35, xRangePad: 4, connectSeparatedPoints: false,
    dateWindow: cells.length ? [cells[0].at, cells.at(-1).at + step] : null,
    interactionModel: byPointer,
    highlightCircleSize: 0, colors: [colour('edge'), colour('bar')],
    series: {usual: {strokeWidth: 1, color: colour('edge')}, use: {plotter: bars(cells, step)}},
    underlayCallback: underlay(cells, step, silentSince),
    highlightCallback: (event, x, points, at) => {
      under.textContent = sentenceAt(cells[at], utility.unit, form);
    },
    axes: {
      x: {axisLabelFormatter: (at) => shown(at, days > 7 || at % (24 * HOUR_MS) === 0
        ? {day: 'numeric', month: 'short'} : {hour: '2-digit', minute: '2-digit'}),
      axisLabelWidth: 56, pixelsPerLabel: 48},
      y: {axisLabelFormatter: (value) => number(value, 2), axisLabelWidth: 52},
    },
  });
}

// A zoom of one is a zoom of all.
function keepTogether(plots) {
  let busy = false;
  for (const plot of plots) {
    plot.updateOptions({drawCallback: (changed, initial) => {
      if (busy || initial) return;
      busy = true;
      for (const other of plots) {
        if (other !== changed) other.updateOptions({dateWindow: changed.xAxisRange()});
      }
      busy = false;
    }});
  }
}

export function strips(holder, found, days, silentSince) {
  const last = silentSince ? wall(silentSince) : null;
  const plots = found.utilities.map((utility) => strip(holder, utility, days, last));
  keepTogether(plots);
  return plots;
}

// Shows some days of what freshly drawn strips have, the last ones first: walk(-1) those before.
// Tells whether there is more on either side.
export function walker(plots, days) {
  const ranges = plots.map((plot) => plot.xAxisRange());
  const first = Math.min(...ranges.map(([from]) => from));
  const end = Math.max(...ranges.map(([, until]) => until));
  const span = Math.min(days * 24 * HOUR_MS, end - first);
  let until = end;
  return (by) => {
    until = Math.min(end, Math.max(first + span, until + by * span));
    plots[0].updateOptions({dateWindow: [until - span, until]});
    return {earlier: until - span > first, later: until < end};
  };
}

// The same in words and numbers, newest first.
export function tableOf(found, days) {
  const form = days > 7 ? DAY : HOUR;
  return h('div', {class: 'scroll', tabindex: '0', role: 'region', 'aria-label':
    t('picture.table')}, found.utilities.map((utility) => h('table', {},
    h('caption', {}, `${word('utility', utility.utility)}, ${utility.unit}`),
    h('thead', {}, h('tr', {}, ['time', 'used', 'usual', 'quality'].map((name) =>
      h('th', {scope: 'col'}, t(`strip_table.${name}`))))),
    h('tbody', {}, cellsOf(utility, days).toReversed().map((cell) => h('tr', {},
      h('td', {}, shown(cell.at, form)),
      h('td', {}, cell.value === null ? '–' : number(cell.value, 2)),
      h('td', {}, cell.usual === null || cell.usual === undefined ? '' : number(cell.usual, 2)),
      h('td', {}, word('quality', cell.quality))))))));
}
