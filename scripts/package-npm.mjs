// The command line as npm packages: one that is installed, and one for each platform with its kernels, of which npm takes the one that
// fits. Nobody who installs it needs a compiler.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { root } from './setup.mjs';
import { TARGETS } from './targets.mjs';

const out = path.join(root, 'dist/npm');
/** What the command line reads beside itself, and what tells of it. */
const FILES = [
  'dist/sft.js',
  'dist/compare-worker.js',
  'dist/token-worker.js',
  'dist/llama-cpp-worker.js',
  'dist/tfjs/wasm.js',
  'dist/tfjs/tfjs-backend-wasm-simd.wasm',
  'dist/ThirdPartyNotices.txt',
  'python',
  'README.md',
  'CHANGELOG.md',
  'LICENSE',
];

const own = () => JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
const kernelsOf = (name, target) => `${name}-${target}`;

/** Packs a folder with this manifest and these files, [from, to] each. @returns the .tgz file */
function pack(manifest, files) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'sft-npm-'));
  try {
    for (const [from, to] of files) {
      const filter = (source) => !source.includes('__pycache__');
      cpSync(path.resolve(root, from), path.join(folder, to), { recursive: true, filter });
    }
    writeFileSync(path.join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
    const args = ['pack', '--ignore-scripts', '--silent'];
    const packed = spawnSync('npm', args, { cwd: folder, encoding: 'utf8', shell: process.platform === 'win32' });
    if (packed.status !== 0) throw new Error(`npm pack: ${packed.stderr}`);
    const name = packed.stdout.trim();
    cpSync(path.join(folder, name), path.join(out, name));
    return path.join(out, name);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param library the kernels for the target @param cuda those for graphics cards of NVIDIA, where it has them @returns the .tgz file */
export function packKernels(target, library, cuda) {
  const { name, version, license } = own();
  const [os, cpu] = target.split('-');
  const manifest = {
    name: kernelsOf(name, target),
    version,
    description: `The kernels of ${name} for ${target}.`,
    license,
    os: [os],
    cpu: [cpu],
  };
  const kernels = cuda === undefined ? [library] : [library, cuda];
  return pack(manifest, [...kernels.map((file) => [file, path.basename(file)]), ['LICENSE', 'LICENSE']]);
}

/** @returns the .tgz file */
export function packCommandLine() {
  const { name, version, description, license, keywords, bin, engines, dependencies } = own();
  const manifest = {
    name,
    version,
    description,
    license,
    keywords,
    bin,
    engines: { node: engines.node },
    // All else is inside.
    dependencies: { koffi: dependencies.koffi },
    optionalDependencies: Object.fromEntries(TARGETS.map((target) => [kernelsOf(name, target), version])),
  };
  return pack(
    manifest,
    FILES.map((file) => [file, file]),
  );
}
