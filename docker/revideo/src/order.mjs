/**
 * Reads an order with care, field by field. What is kept of it are numbers, known words, and texts that are only ever
 * drawn; the rest is dropped.
 */
import {Refused} from './refused.mjs';

const KINDS = new Set(['image', 'video', 'placeholder']);
const TRANSITIONS = new Set(['cut', 'fade', 'slide', 'wipe']);
const MOST = 1000;

/** The order of a request. Throws `Refused`. */
export function readOrder(asked, hosts) {
  const fields = {};
  const wrong = (name, problem) => ((fields[name] ??= problem), undefined);
  const number = (value, name, low, high) =>
    typeof value === 'number' && value >= low && value <= high
      ? value
      : (wrong(name, `must be a number from ${low} to ${high}.`), 0);
  const whole = (value, name, low, high) =>
    Number.isInteger(value) ? number(value, name, low, high) : (wrong(name, 'must be a whole number.'), 0);
  const text = (value, name) =>
    typeof value === 'string' && value.length <= 2000 ? value : (wrong(name, 'must be a text.'), '');
  const list = (value, name) =>
    Array.isArray(value) && value.length <= MOST ? value : (wrong(name, `must be a list of at most ${MOST}.`), []);

  const timeline = object(asked?.timeline) ?? wrong('timeline', 'must be a timeline.') ?? {};
  const tracks = object(timeline.tracks) ?? wrong('timeline.tracks', 'must be there.') ?? {};
  const order = {
    width: even(whole(asked?.width, 'width', 240, 4096), 'width', wrong),
    height: even(whole(asked?.height, 'height', 240, 4096), 'height', wrong),
    fps: whole(asked?.fps, 'fps', 10, 60),
    duration: number(timeline.duration, 'timeline.duration', 0.1, 3600),
    theme: timeline.theme === 'paper' ? 'paper' : 'ink',
    captions: [],
  };
  if (typeof asked?.captions !== 'boolean') wrong('captions', 'must be true or false.');
  const span = (clip, name) => ({
    start: number(clip?.start, `${name}.start`, 0, 3600),
    duration: number(clip?.duration, `${name}.duration`, 0, 3600),
  });
  order.visuals = list(tracks.visuals, 'timeline.tracks.visuals').map((clip, at) => {
    const name = `timeline.tracks.visuals[${at}]`;
    const transition = object(clip?.transition) ?? {};
    return {
      ...span(clip, name),
      kind: KINDS.has(clip?.kind) ? clip.kind : (wrong(`${name}.kind`, 'is not known.'), 'placeholder'),
      asset: typeof clip?.asset === 'string' ? clip.asset : null,
      headline: text(clip?.headline, `${name}.headline`),
      transition: TRANSITIONS.has(transition.kind) ? transition.kind : 'cut',
      under: number(transition.duration ?? 0, `${name}.transition.duration`, 0, 10),
    };
  });
  if (!order.visuals.length) wrong('timeline.tracks.visuals', 'must not be empty.');
  const sounds = (track, volume) =>
    list(tracks[track], `timeline.tracks.${track}`)
      .map((clip, at) => ({...span(clip, `timeline.tracks.${track}[${at}]`), asset: clip?.asset, volume}))
      .filter(clip => typeof clip.asset === 'string');
  order.sounds = [...sounds('narration', 1), ...sounds('music', 10 ** (-18 / 20))];
  if (asked?.captions === true) {
    order.captions = list(tracks.captions, 'timeline.tracks.captions').map((clip, at) => ({
      ...span(clip, `timeline.tracks.captions[${at}]`),
      text: text(clip?.text, `timeline.tracks.captions[${at}].text`),
    }));
  }
  order.assets = addresses(order, object(asked?.assets) ?? {}, hosts, wrong);
  if (Object.keys(fields).length) {
    const message = Object.entries(fields).map(([name, problem]) => `${name} ${problem}`).join(' ').slice(0, 500);
    throw new Refused(422, 'INVALID_INPUT', message, {}, fields);
  }
  return order;
}

/** Where each asset is that is shown or heard. */
function addresses(order, given, hosts, wrong) {
  const names = new Set([...order.visuals, ...order.sounds].map(clip => clip.asset).filter(Boolean));
  const found = new Map();
  for (const name of names) {
    const address = Object.hasOwn(given, name) ? String(given[name]) : '';
    const url = URL.canParse(address) ? new URL(address) : null;
    if (!url || !['http:', 'https:'].includes(url.protocol)) wrong(`assets.${name}`, 'must be an http(s) address.');
    else if (!hosts.has(url.hostname)) wrong(`assets.${name}`, `is on ${url.hostname}, from which nothing is fetched.`);
    else found.set(name, address);
  }
  return found;
}

const object = value => (value && typeof value === 'object' && !Array.isArray(value) ? value : null);
const even = (value, name, wrong) => (value % 2 ? (wrong(name, 'must be even.'), value) : value);
