// SPDX-License-Identifier: Apache-2.0
// Elements made by calls: text is always text, so that no answer can become markup.

// h('p', {class: 'x', on: {click}}, 'text', child): a property that is false or null is left out.
export function h(tag, props, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (name === 'on') {
      for (const [event, listen] of Object.entries(value)) element.addEventListener(event, listen);
    } else if (name === 'value' || name === 'checked') {
      element[name] = value;
    } else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(name, value === true ? '' : value);
    }
  }
  add(element, children);
  return element;
}

const SVG = 'http://www.w3.org/2000/svg';
export function svg(tag, props, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(props)) element.setAttribute(name, value);
  add(element, children);
  return element;
}

function add(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) element.append(child);
  }
}

export function fill(element, ...children) {
  element.replaceChildren();
  add(element, children);
  return element;
}

// What changes with time alone: render() is asked again every few seconds while it is shown.
const ticking = new Map();
export function ticks(element, render) {
  const show = () => {
    const text = render();
    if (element.textContent !== text) element.textContent = text;
  };
  show();
  ticking.set(element, show);
  return element;
}

setInterval(() => {
  for (const [element, show] of ticking) {
    if (element.isConnected) show();
    else ticking.delete(element);
  }
}, 5000);

let count = 0;
export function uniqueId(prefix) {
  return `${prefix}-${++count}`;
}

const spoken = h('div', {class: 'spoken', 'aria-live': 'polite', role: 'status'});
// Said to those who do not see the screen.
export function say(text) {
  if (!spoken.isConnected) document.body.append(spoken);
  spoken.textContent = text;
}
