// npm run pictures: the README's pictures, from the screenshots that `npm run test:vscode` has just taken. Needs ImageMagick.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { root } from './setup.mjs';

const shots = path.join(root, '.cache/vscode-screenshots');
const images = path.join(root, 'docs/images');
/** The way through the loop, each picture for so many hundredths of a second. */
const frames = [
  ['squiggles-dark', 180],
  ['preflight-dark', 180],
  ['dashboard-running-dark', 180],
  ['dashboard-done-dark', 220],
  ['chat-dark', 240],
  ['compare-dark', 240],
];
const stills = { 'dashboard.png': 'dashboard-done-dark', 'chat.png': 'chat-light', 'editor.png': 'squiggles-light' };

function convert(args) {
  const result = spawnSync('convert', args, { encoding: 'utf8' });
  if (result.status === 0) return;
  console.error(result.error ? 'ImageMagick is missing - install it with the system packages' : result.stderr);
  process.exit(1);
}

const shot = (name) => path.join(shots, `${name}.png`);
const missing = [...frames.map(([name]) => name), ...Object.values(stills)].filter((name) => !existsSync(shot(name)));
if (missing.length > 0) {
  console.error(`no screenshot of ${missing.join(', ')} - run npm run test:vscode first`);
  process.exit(1);
}
mkdirSync(images, { recursive: true });
for (const [file, name] of Object.entries(stills)) {
  convert([shot(name), '-resize', '960x', '-colors', '128', '-strip', path.join(images, file)]);
}
const parts = frames.flatMap(([name, delay]) => ['-delay', String(delay), shot(name)]);
convert([
  ...parts,
  '-resize',
  '800x',
  '-colors',
  '64',
  '-layers',
  'Optimize',
  '-loop',
  '0',
  path.join(images, 'loop.gif'),
]);
