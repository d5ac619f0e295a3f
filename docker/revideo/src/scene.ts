/**
 * The scene: every visual in its slot, held longer under the transitions beside it; the sounds in their places; the
 * captions where they are wanted. All pictures follow one clock, so that each frame is a function of its time.
 */
import {Audio, Img, Rect, Txt, Video, makeScene2D} from '@revideo/2d';
import type {Node, View2D} from '@revideo/2d';
import {all, createSignal, linear, waitFor} from '@revideo/core';
import type {SimpleSignal} from '@revideo/core';
import {FAMILY, type Order, type Sound, type Visual} from './loading';

type Clock = SimpleSignal<number>;

export function sceneOf(order: Order) {
  return makeScene2D('timeline', function* (view) {
    const clock = createSignal(0);
    order.visuals.forEach((clip, at) => show(view, order, clip, order.visuals[at + 1], clock));
    for (const caption of order.captions) view.add(written(order, caption, clock));
    yield* all(clock(order.duration, order.duration, linear), ...order.sounds.map(sound => heard(view, sound)));
  });
}

/** A visual in the frame that its transition moves, uncovers or brings to light. */
function show(view: View2D, order: Order, clip: Visual, next: Visual | undefined, clock: Clock): void {
  const {width, height} = order;
  const lead = clip.transition === 'cut' ? 0 : clip.under / 2;
  const trail = next && next.transition !== 'cut' ? next.under / 2 : 0;
  const begin = clip.start - lead;
  const end = clip.start + clip.duration + trail;
  const entered = () => (lead ? clamp((clock() - begin) / (2 * lead)) : 1);
  const leaving = () => (next?.transition === 'slide' && trail ? clamp((clock() - (end - 2 * trail)) / (2 * trail)) : 0);
  const seen = () => clock() >= begin - 1e-6 && (clock() < end - 1e-6 || !next);
  const frame = new Rect({
    width: () => (clip.transition === 'wipe' ? Math.max(1, width * entered()) : width),
    height,
    clip: true,
    fill: order.colours.background,
    opacity: () => (!seen() ? 0 : clip.transition === 'fade' ? entered() : 1),
    x: () => {
      if (clip.transition === 'wipe' && entered() < 1) return (width * (1 - entered())) / 2;
      if (clip.transition === 'slide' && entered() < 1) return Math.round(width * (1 - ease(entered())));
      return -Math.round(width * ease(leaving())); // on whole pixels: no seam is seen between the two
    },
  });
  const picture = pictureOf(order, clip, clock, begin, lead);
  // What a wipe uncovers stands still in the picture, whatever part of it can be seen.
  picture.x(() => (clip.transition === 'wipe' ? -(width * (1 - entered())) / 2 : 0));
  frame.add(picture);
  view.add(frame);
}

function pictureOf(order: Order, clip: Visual, clock: Clock, begin: number, lead: number): Node & {x: Clock} {
  if (clip.asset === null || clip.kind === 'placeholder') return card(order, clip.headline) as never;
  const size = fitted(order, clip.shape);
  if (clip.kind === 'image') return new Img({src: clip.asset, ...size}) as never;
  // It starts with its slot; before that its first picture is seen, after its end the last one.
  const last = Math.max(0, clip.length - 1 / order.fps);
  const time = () => Math.min(Math.max(0, clock() - (begin + lead)), last);
  return new Video({src: clip.asset, ...size, time, volume: 0}) as never;
}

function card(order: Order, headline: string): Node {
  const {width, height, colours} = order;
  const card = new Rect({width, height, fill: colours.background});
  card.add(
    new Txt({
      text: headline,
      fill: colours.text,
      fontFamily: FAMILY,
      fontWeight: 600,
      fontSize: 0.08 * Math.min(width, height),
      lineHeight: '120%',
      textAlign: 'center',
      textWrap: true,
      width: 0.8 * width,
    }),
  );
  return card;
}

/** A caption in the band that is theirs: the lowest 16 %. */
function written(order: Order, caption: {start: number; duration: number; text: string}, clock: Clock): Node {
  const {width, height, colours} = order;
  const size = 0.036 * Math.min(width, height);
  const box = new Rect({
    layout: true,
    fill: `${colours.background}CC`,
    radius: size / 4,
    padding: [size * 0.3, size * 0.6],
    maxWidth: 0.9 * width,
    y: 0.42 * height - size / 2,
    opacity: () => (clock() >= caption.start && clock() < caption.start + caption.duration ? 1 : 0),
  });
  box.add(
    new Txt({
      text: caption.text,
      fill: colours.text,
      fontFamily: FAMILY,
      fontWeight: 600,
      fontSize: size,
      lineHeight: '135%',
      textAlign: 'center',
      textWrap: true,
    }),
  );
  return box;
}

function* heard(view: View2D, sound: Sound) {
  const audio = new Audio({src: sound.asset!, volume: sound.volume});
  view.add(audio);
  yield* waitFor(sound.start);
  audio.play();
  yield* waitFor(sound.duration);
  audio.pause();
}

/** The largest size of a shape that lies whole within the frame. */
function fitted({width, height}: Order, shape: number): {width: number; height: number} {
  return shape > width / height ? {width, height: width / shape} : {width: height * shape, height};
}

const clamp = (value: number) => Math.min(Math.max(value, 0), 1);
const ease = (value: number) => 1 - (1 - value) ** 3;
