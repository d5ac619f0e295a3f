/** Renders the order in a folder to `output/video.mp4`: node render.mjs FOLDER, started by the service. */
import {chmod, copyFile, mkdir, readFile, readdir} from 'node:fs/promises';
import {createServer} from 'node:net';
import {dirname, join, relative} from 'node:path';
import {fileURLToPath} from 'node:url';
import {renderVideo} from '@revideo/renderer';

const HERE = dirname(fileURLToPath(import.meta.url));
const [folder] = process.argv.slice(2);
const order = JSON.parse(await readFile(join(folder, 'public', 'order.json'), 'utf8'));

await fonts(process.env.FONTS || join(HERE, '../../../renders/look/fonts'), join(folder, 'public'));
await makeRunnable();
await mkdir(join(folder, 'output'));

await renderVideo({
  projectFile: './src/project.ts',
  // No variables: Revideo writes them into a script. The project fetches the order as JSON instead.
  settings: {
    outFile: 'video.mp4',
    outDir: relative(process.cwd(), join(folder, 'output')),
    workers: 1,
    viteBasePort: await freePort(),
    viteConfig: {
      root: process.cwd(),
      publicDir: join(folder, 'public'),
      cacheDir: process.env.VITE_CACHE || join(folder, 'vite'),
      logLevel: 'error',
      server: {host: '127.0.0.1', watch: null},
    },
    puppeteer: {
      executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
      pipe: true, // the browser ends with the pipe, however this process ends
      protocolTimeout: 0,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--disable-dev-shm-usage',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
        '--autoplay-policy=no-user-gesture-required',
        '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1',
      ],
    },
    projectSettings: {
      size: {x: order.width, y: order.height},
      range: [0, order.duration - 1 / order.fps], // the last frame is rendered, too
      fps: order.fps,
      exporter: {name: '@revideo/core/wasm'},
    },
  },
});
process.exit(0);

async function fonts(from, to) {
  for (const name of await readdir(from)) {
    if (name.endsWith('.ttf')) await copyFile(join(from, name), join(to, name));
  }
}

/** The programs that come with the packages lose their right to run where no install script may run. */
async function makeRunnable() {
  if (process.env.FFMPEG_PATH && process.env.FFPROBE_PATH) return;
  for (const name of ['ffmpeg', 'ffprobe']) {
    const installed = await import(`@${name}-installer/${name}`);
    await chmod(installed.default.path, 0o755).catch(() => {});
  }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const {port} = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
