/**
 * Fetches what an order shows and plays, and writes the order down for the browser: texts of people reach it as a file
 * of JSON, never as code.
 */
import {createWriteStream} from 'node:fs';
import {mkdir, open, rename, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {Readable, Transform} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import {Refused} from './refused.mjs';

const LARGEST = 500_000_000;
/** By the first bytes of a file: nothing else is opened, whatever an asset is called. */
const FORMS = [
  ['png', head => head.subarray(0, 8).toString('latin1') === '\x89PNG\r\n\x1a\n'],
  ['jpg', head => head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff],
  ['webp', head => tag(head, 0) === 'RIFF' && tag(head, 8) === 'WEBP'],
  ['wav', head => tag(head, 0) === 'RIFF' && tag(head, 8) === 'WAVE'],
  ['m4a', head => tag(head, 4) === 'ftyp' && tag(head, 8).startsWith('M4')],
  ['mp4', head => tag(head, 4) === 'ftyp'],
  ['webm', head => head.readUInt32BE(0) === 0x1a45dfa3],
  ['ogg', head => tag(head, 0) === 'OggS'],
  ['flac', head => tag(head, 0) === 'fLaC'],
  ['mp3', head => tag(head, 0).startsWith('ID3') || (head[0] === 0xff && (head[1] & 0xe0) === 0xe0)],
];

/** Puts everything into `folder/public`; throws `Refused`. */
export async function fetchAssets(order, folder, hosts, over) {
  const place = join(folder, 'public');
  await mkdir(place);
  const files = new Map();
  let number = 0;
  for (const [name, address] of order.assets) {
    const file = await fetched(address, place, `a${number++}`, hosts, over).catch(problem => {
      throw new Refused(502, 'PROVIDER_FAILURE', `The asset ${name} could not be fetched: ${problem.message}`);
    });
    files.set(name, `/${file}`);
  }
  const located = clip => ({...clip, asset: clip.asset ? files.get(clip.asset) : null});
  const told = {...order, assets: undefined, visuals: order.visuals.map(located), sounds: order.sounds.map(located)};
  await writeFile(join(place, 'order.json'), JSON.stringify(told));
}

async function fetched(address, place, name, hosts, over) {
  // A redirect may lead anywhere: there is none in an address that was made for us.
  const response = await fetch(address, {redirect: 'error', signal: over});
  if (!response.ok || !response.body) throw new Error(`status ${response.status}`);
  const path = join(place, name);
  let size = 0;
  const bounded = new Transform({
    transform(piece, _, done) {
      size += piece.length;
      done(size > LARGEST ? new Error('it is too large') : null, piece);
    },
  });
  await pipeline(Readable.fromWeb(response.body), bounded, createWriteStream(path), {signal: over});
  const suffix = await formOf(path);
  await rename(path, `${path}.${suffix}`);
  return `${name}.${suffix}`;
}

async function formOf(path) {
  const file = await open(path);
  try {
    const head = Buffer.alloc(16);
    await file.read(head, 0, 16, 0);
    const form = FORMS.find(([, is]) => is(head));
    if (!form) throw new Error('it is no image, sound or video of a form that is accepted');
    return form[0];
  } finally {
    await file.close();
  }
}

const tag = (head, at) => head.subarray(at, at + 4).toString('latin1');
