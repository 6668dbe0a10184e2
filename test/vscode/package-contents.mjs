// What is in the .vsix: the whole list, its size, and that it computes away from the checkout.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createWriteStream, mkdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { root } from '../../scripts/setup.mjs';

const most = 15_000_000;

/**
 * Every file of the package for a platform is named by one of these, and each of these names at least one file.
 * @param cuda whether the kernels for CUDA were packed
 */
const expectedIn = (target, cuda) => [
  ...(cuda ? ['dist/cuda/sft_cuda.fatbin'] : []),
  'package.json',
  'readme.md',
  'changelog.md',
  'LICENSE.txt',
  'dist/extension.js',
  'dist/sft.js',
  /^dist\/parts\/[\w-]+\.js$/,
  'dist/ThirdPartyNotices.txt',
  'dist/analysis-worker.js',
  'dist/compare-worker.js',
  'dist/token-worker.js',
  'dist/report-worker.js',
  'dist/llama-cpp-worker.js',
  'dist/tfjs/wasm.js',
  'dist/tfjs/tfjs-backend-wasm-simd.wasm',
  /^python\/sft_[a-z]+\.py$/,
  'python/locks/training.txt',
  /^dist\/webview\/[a-z]+\.(?:js|css)$/,
  new RegExp(`^dist/native/${target}/(?:lib)?sft_cpu\\.(?:so|dylib|dll)$`),
  new RegExp(`^dist/node_modules/@koromix/koffi-${target}/`),
  /^dist\/node_modules\/koffi\/(?:package\.json|LICENSE\.txt|index\.cjs|src\/koffi\/index\.cjs|src\/koffi\/src\/static\.cjs)$/,
  /^docs\/[a-z-]+\.md$/,
  /^docs\/rules\/[\w-]+\.md$/,
  /^docs\/images\/[\w-]+\.(?:png|gif)$/,
  /^docs\/learn\/[a-z]+\.(?:md|svg)$/,
  /^media\/[\w-]+\.(?:png|svg)$/,
  /^schemas\/[\w.-]+\.schema\.json$/,
  /^examples\/(?:README\.md|service-desk\.json|service-desk-mistakes\.json|sft\.config\.json)$/,
  /^examples\/tiny-llama\/[\w.]+$/,
];

function matches(pattern, name) {
  return typeof pattern === 'string' ? pattern === name : pattern.test(name);
}

/** Unpacks the extension's part. @returns the names below extension/ */
export async function unpack(vsix, folder) {
  const host = createRequire(path.join(root, '.cache/vscode-host/package.json'));
  const yauzl = createRequire(host.resolve('@vscode/vsce'))('yauzl');
  const zip = await new Promise((resolve, reject) =>
    yauzl.open(vsix, { lazyEntries: true, autoClose: true }, (error, file) => (error ? reject(error) : resolve(file))),
  );
  const names = [];
  const stream = (entry) =>
    new Promise((resolve, reject) => zip.openReadStream(entry, (error, one) => (error ? reject(error) : resolve(one))));
  await new Promise((resolve, reject) => {
    zip.on('error', reject).on('end', resolve);
    zip.on('entry', async (entry) => {
      try {
        const [, name] = /^extension\/(.*[^/])$/.exec(entry.fileName) ?? [];
        if (name !== undefined) {
          names.push(name);
          const file = path.join(folder, name);
          mkdirSync(path.dirname(file), { recursive: true });
          await pipeline(await stream(entry), createWriteStream(file));
        }
        zip.readEntry();
      } catch (error) {
        reject(error);
      }
    });
    zip.readEntry();
  });
  return names;
}

/** @throws AssertionError what is there and not listed, or listed and not there */
export function checkNames(names, target, cuda = false) {
  const expected = expectedIn(target, cuda);
  assert.deepEqual(
    names.filter((name) => !expected.some((pattern) => matches(pattern, name))),
    [],
  );
  assert.deepEqual(
    expected.filter((pattern) => !names.some((name) => matches(pattern, name))),
    [],
  );
}

const tests = {
  async 'holds what is listed and nothing else'({ names, manifest }) {
    checkNames(names, `${process.platform}-${process.arch}`);
    // What the manifest points to is there.
    const text = JSON.stringify(manifest);
    for (const [, name] of text.matchAll(/"(?:\.\/)?((?:media|docs|schemas|dist)\/[^"#?]+\.\w+)/g)) {
      assert.ok(names.includes(name), `${name} is named in package.json`);
    }
  },

  async 'is under 15 MB'({ vsix }) {
    assert.ok(statSync(vsix).size < most, `${statSync(vsix).size} bytes`);
  },

  async 'computes where nothing else is'({ folder }) {
    const args = ['dist/sft.js', 'generate', '--model', 'examples/tiny-llama', '--prompt', 'Who are you?', '--json'];
    const env = { PATH: process.env.PATH };
    const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, env, encoding: 'utf8' });
    assert.ok(JSON.parse(stdout || '{}').token_ids?.length > 0, `${stdout}\n${stderr}`);
  },
};

export async function packageSuite({ vsix, scratch }) {
  const folder = path.join(scratch, 'unpacked');
  const names = await unpack(vsix, folder);
  const manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const results = [];
  for (const [name, test] of Object.entries(tests)) {
    const start = performance.now();
    const done = (outcome, detail = '') =>
      results.push({ name, outcome, detail, milliseconds: Math.round(performance.now() - start) });
    try {
      await test({ names, manifest, vsix, folder });
      done('passed');
    } catch (error) {
      done('failed', error.stack);
    }
  }
  return results;
}
