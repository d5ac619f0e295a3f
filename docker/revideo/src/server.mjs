/**
 * The Revideo renderer under RenderHub's contract of render services:
 *
 *   POST /render {timeline, width, height, fps, captions, assets}  ->  video/mp4
 *   GET  /health                                                   ->  {status, version, queue_depth}
 *   errors                                                         ->  {error, message, status, fields?}
 *
 * One order at a time is rendered, in a process of its own (render.mjs) that ends with its time limit and with the
 * client; a few may wait, the rest is told to come again.
 */
import {spawn} from 'node:child_process';
import {createReadStream} from 'node:fs';
import {mkdtemp, readFile, rm, stat} from 'node:fs/promises';
import {createServer} from 'node:http';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {timingSafeEqual} from 'node:crypto';
import {fileURLToPath} from 'node:url';
import {fetchAssets} from './assets.mjs';
import {readOrder} from './order.mjs';
import {Refused} from './refused.mjs';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const LARGEST = 2_000_000;
const GRACE_MS = 2000;
const settings = {
  host: process.env.HOST || '127.0.0.1',
  port: Number(process.env.PORT || 5001),
  key: await secret('SERVE_KEY'),
  queue: Number(process.env.QUEUE || 4),
  seconds: Number(process.env.REVIDEO_SECONDS || 600),
  hosts: new Set((process.env.SERVE_ASSET_HOSTS || 'localhost,127.0.0.1').split(',').map(name => name.trim())),
};
const {version} = JSON.parse(await readFile(join(HERE, '../package.json'), 'utf8'));
const waiting = [];
let busy = false;

/** A setting, or what the file holds that NAME_FILE names. */
async function secret(name) {
  const path = process.env[`${name}_FILE`];
  return path ? (await readFile(path, 'utf8')).trim() : process.env[name] || '';
}

const server = createServer((request, response) => {
  answer(request, response).catch(problem => {
    const refused = problem instanceof Refused ? problem : new Refused(500, 'UNKNOWN', 'The service failed; see its log.');
    if (refused !== problem) console.error(problem);
    if (!response.headersSent && !response.destroyed) say(response, refused.status, refused.body, refused.headers);
    else response.destroy();
  });
});
server.requestTimeout = 30_000; // for the whole of a request: who drips is cut off
server.headersTimeout = 10_000;
server.maxConnections = 64;

async function answer(request, response) {
  const path = new URL(request.url, 'http://service').pathname;
  if (request.method === 'GET' && path === '/health') {
    checkKey(request, false);
    return say(response, 200, {status: 'ok', version, queue_depth: waiting.length});
  }
  if (path !== '/render') throw new Refused(404, 'NOT_FOUND', 'There is nothing at this address.');
  if (request.method !== 'POST') throw new Refused(405, 'INVALID_INPUT', 'An order is sent by POST.');
  checkKey(request, true);
  const order = readOrder(await body(request), settings.hosts);
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  const over = AbortSignal.any([gone.signal, AbortSignal.timeout(settings.seconds * 1000)]);
  const leave = await place(over);
  const folder = await mkdtemp(join(tmpdir(), 'rv-')); // short: Chromium puts a socket beneath it
  try {
    await fetchAssets(order, folder, settings.hosts, over);
    await render(folder, over);
    await deliver(response, join(folder, 'output', 'video.mp4'));
  } finally {
    await rm(folder, {recursive: true, force: true});
    leave();
  }
}

/** Health is told to anybody, but a wrong key is a wrong key there, too. */
function checkKey(request, needed) {
  const said = request.headers.authorization;
  if (!settings.key || (!said && !needed)) return;
  const given = Buffer.from(String(said));
  const wanted = Buffer.from(`Bearer ${settings.key}`);
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
    throw new Refused(401, 'UNAUTHORIZED', "The key is not this service's.");
  }
}

async function body(request) {
  const pieces = [];
  let size = 0;
  for await (const piece of request) {
    size += piece.length;
    if (size > LARGEST) throw new Refused(413, 'INVALID_INPUT', `A request has at most ${LARGEST} bytes.`);
    pieces.push(piece);
  }
  try {
    return JSON.parse(Buffer.concat(pieces).toString('utf8'));
  } catch {
    throw new Refused(400, 'INVALID_INPUT', 'The request is no JSON.');
  }
}

/** A place to work at; what is answered gives it back. */
async function place(over) {
  if (busy) {
    if (waiting.length >= settings.queue) {
      throw new Refused(503, 'RATE_LIMITED', 'All places are taken.', {'Retry-After': '15'});
    }
    await new Promise((resolve, reject) => {
      const turn = {resolve};
      const stop = () => {
        waiting.splice(waiting.indexOf(turn), 1);
        reject(new Refused(503, 'RATE_LIMITED', 'No place was free in time.', {'Retry-After': '15'}));
      };
      turn.resolve = () => (over.removeEventListener('abort', stop), resolve());
      waiting.push(turn);
      over.addEventListener('abort', stop, {once: true});
    });
  }
  busy = true;
  return () => {
    const next = waiting.shift();
    if (next) next.resolve();
    else busy = false;
  };
}

/** Render in a process group of its own, ended whole when its time is over or the client has gone. */
function render(folder, over) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(HERE, 'render.mjs'), folder], {
      cwd: join(HERE, '..'),
      detached: true,
      env: {...childEnvironment(), HOME: folder, TMPDIR: folder},
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    const hear = piece => (said = (said + piece).slice(-4000));
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    const kill = signal => {
      try {
        process.kill(-child.pid, signal);
      } catch {
        // it has ended by itself
      }
    };
    const stop = () => {
      kill('SIGTERM'); // it ends its browser
      setTimeout(() => kill('SIGKILL'), GRACE_MS).unref();
    };
    over.addEventListener('abort', stop, {once: true});
    if (over.aborted) stop();
    child.on('error', reject);
    child.on('close', code => {
      over.removeEventListener('abort', stop);
      kill('SIGKILL');
      if (over.aborted) return reject(new Refused(504, 'TIMEOUT', 'The video was not ready in time.'));
      if (code === 0) return resolve();
      console.error(said);
      const lines = said.trim().split('\n');
      const told = lines.find(line => /error|failed/i.test(line)) || lines.pop() || 'no words';
      reject(new Refused(500, 'PROVIDER_FAILURE', `The video could not be rendered: ${told.slice(0, 300)}`));
    });
  });
}

/** Nothing secret reaches the browser's process. */
function childEnvironment() {
  const names = ['PATH', 'LANG', 'FFMPEG_PATH', 'FFPROBE_PATH', 'CHROMIUM', 'FONTS', 'VITE_CACHE', 'LD_LIBRARY_PATH'];
  const kept = Object.fromEntries(names.filter(name => process.env[name]).map(name => [name, process.env[name]]));
  return {...kept, DISABLE_TELEMETRY: 'true', PUPPETEER_SKIP_DOWNLOAD: 'true'};
}

async function deliver(response, video) {
  const {size} = await stat(video);
  response.writeHead(200, {'Content-Type': 'video/mp4', 'Content-Length': size});
  await new Promise(resolve => {
    response.on('close', resolve);
    createReadStream(video).on('error', () => response.destroy()).pipe(response);
  });
}

function say(response, status, told, headers = {}) {
  const text = JSON.stringify(told);
  response.writeHead(status, {'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text), ...headers});
  response.end(text);
}

const loopback = ['127.0.0.1', '::1', 'localhost'].includes(settings.host);
if (!settings.key && !loopback) {
  console.error('Set SERVE_KEY: a service that others can reach asks for a key.');
  process.exit(2);
}
server.listen(settings.port, settings.host, () => console.log(`revideo at http://${settings.host}:${settings.port}`));
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => process.exit(0));
