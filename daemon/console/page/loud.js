// SPDX-License-Identifier: Apache-2.0
// A sound and a notice of the desktop for a critical alert that nobody has yet, for those who asked
// for it by a button.
import {h} from './dom.js';
import {onMyDesk, watchAlerts} from './live.js';
import {t, word} from './text.js';

const KEPT = 'anbu.loud';
let audio = null;

const wanted = () => localStorage.getItem(KEPT) === '1';

export function loud() {
  const button = h('button', {type: 'button', 'aria-pressed': String(wanted())});
  const draw = () => {
    button.setAttribute('aria-pressed', String(wanted()));
    button.textContent = t(wanted() ? 'loud.on' : 'loud.off');
  };
  button.addEventListener('click', async () => {
    localStorage.setItem(KEPT, wanted() ? '0' : '1');
    draw();
    if (!wanted()) return;
    audio ??= new AudioContext(); // a browser lets it sound after a press alone
    beep();
    if ('Notification' in window && Notification.permission === 'default') {
      await Notification.requestPermission();
    }
  });
  draw();
  return button;
}

// After a reload, too, the first press lets it sound.
for (const press of ['pointerdown', 'keydown']) {
  addEventListener(press, () => {
    if (wanted()) audio ??= new AudioContext();
  }, {once: true});
}

function beep() {
  if (!audio) return;
  const gain = audio.createGain();
  gain.gain.setValueAtTime(0.2, audio.currentTime);
  gain.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + 0.9);
  gain.connect(audio.destination);
  for (const [tone, after] of [[880, 0], [660, 0.25], [880, 0.5]]) {
    const sound = audio.createOscillator();
    sound.frequency.value = tone;
    sound.connect(gain);
    sound.start(audio.currentTime + after);
    sound.stop(audio.currentTime + after + 0.2);
  }
}

// The notice names no household: a screen may be seen by others. A browser of a telephone allows
// notices, and yet makes none for a page: there is the sound alone.
function show(alert) {
  if (!('Notification' in window) || Notification.permission !== 'granted') return;
  try {
    new Notification(t('loud.title', {severity: word('severity', 'critical')}),
      {body: alert.area ?? '', tag: alert.alert});
  } catch (problem) {
    if (!(problem instanceof TypeError)) throw problem;
  }
}

export function watchCritical() {
  watchAlerts((kind, alert, old) => {
    const news = kind === 'alert' && alert.severity === 'critical' && alert.waits_since &&
      !(old?.severity === 'critical' && old.waits_since);
    if (!news || !wanted() || !onMyDesk(alert)) return;
    beep();
    show(alert);
  });
}
