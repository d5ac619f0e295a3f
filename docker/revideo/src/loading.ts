/** What has to be known before the first frame: the order, the fonts, and the shape of each picture. */
export interface Clip {
  start: number;
  duration: number;
  asset: string | null;
}

export interface Visual extends Clip {
  kind: 'image' | 'video' | 'placeholder';
  headline: string;
  transition: 'cut' | 'fade' | 'slide' | 'wipe';
  under: number;
  /** Width over height of the picture. */
  shape: number;
  /** Seconds of a clip; infinite for a still. */
  length: number;
}

export interface Sound extends Clip {
  volume: number;
}

export interface Order {
  width: number;
  height: number;
  fps: number;
  duration: number;
  theme: 'ink' | 'paper';
  visuals: Visual[];
  sounds: Sound[];
  captions: {start: number; duration: number; text: string}[];
  colours: {background: string; text: string; accent: string};
}

const THEMES = {
  ink: {background: '#0F172A', text: '#F8FAFC', accent: '#F59E0B'},
  paper: {background: '#FAF7F2', text: '#1C1917', accent: '#B45309'},
};
const FONTS: [string, string, string][] = [
  ['Noto Sans', '400', 'NotoSans-Regular.ttf'],
  ['Noto Sans', '600', 'NotoSans-SemiBold.ttf'],
  ['Noto Sans Devanagari', '400', 'NotoSansDevanagari-Regular.ttf'],
  ['Noto Sans Devanagari', '600', 'NotoSansDevanagari-SemiBold.ttf'],
];
export const FAMILY = "'Noto Sans', 'Noto Sans Devanagari', sans-serif";

export async function loaded(address: string): Promise<Order> {
  const order = (await (await fetch(address)).json()) as Order;
  order.colours = THEMES[order.theme];
  await Promise.all([...FONTS.map(font), ...order.visuals.map(measured)]);
  return order;
}

async function font([family, weight, file]: [string, string, string]): Promise<void> {
  document.fonts.add(await new FontFace(family, `url(/${file})`, {weight}).load());
}

async function measured(clip: Visual): Promise<void> {
  clip.length = Infinity;
  clip.shape = 1;
  if (clip.kind === 'image' && clip.asset) {
    const image = new Image();
    image.src = clip.asset;
    await image.decode();
    clip.shape = image.naturalWidth / image.naturalHeight;
  }
  if (clip.kind === 'video' && clip.asset) {
    const video = document.createElement('video');
    video.preload = 'metadata';
    video.src = clip.asset;
    await new Promise((resolve, reject) => {
      video.onloadedmetadata = resolve;
      video.onerror = () => reject(new Error(`a clip cannot be decoded: ${video.error?.message}`));
    });
    clip.shape = video.videoWidth / video.videoHeight;
    clip.length = video.duration;
  }
}
