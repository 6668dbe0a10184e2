// Bundles the command line to dist/sft.js, the extension to dist/extension.js and its workers to dist/*-worker.js.
// Packages with native parts stay outside the bundles.
import { chmodSync, copyFileSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { buildExtension } from './build-extension.mjs';
import { buildWebviews } from './build-webviews.mjs';
import { writeNotices } from './notices.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

const common = {
  absWorkingDir: root,
  outdir: 'dist',
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  external: ['vscode', 'koffi'],
  // jsonc-parser's CommonJS build asks for its parts by names that a bundle does not have.
  mainFields: ['module', 'main'],
  sourcemap: true,
  metafile: true,
  logLevel: 'warning',
};

const commandLine = await build({
  ...common,
  entryPoints: { sft: 'src/cli/main.ts' },
  banner: { js: '#!/usr/bin/env node' },
});
const extension = await buildExtension(root, common);
const workers = await build({
  ...common,
  entryPoints: {
    'analysis-worker': 'src/analysis/worker.ts',
    'compare-worker': 'src/dataset/threads/compare-worker.ts',
    'token-worker': 'src/text/threads/token-worker.ts',
    'report-worker': 'src/editor/report/report-worker.ts',
    'llama-cpp-worker': 'src/verify/llama-cpp/llama-cpp-worker.ts',
  },
});
// A worker that an earlier version had would be packed with the others.
for (const name of readdirSync(path.join(root, 'dist'))) {
  const isWorker = /-worker\.js(\.map)?$/.test(name);
  if (isWorker && !(`dist/${name}` in workers.metafile.outputs)) rmSync(path.join(root, 'dist', name));
}
// The code of TensorFlow.js, which only its device loads, and the WebAssembly that it looks for beside itself.
const tensorFlow = await build({
  ...common,
  entryPoints: { wasm: 'src/compute/tfjs/wasm.ts' },
  outdir: 'dist/tfjs',
  // What fetches over a network: nothing is.
  external: [...common.external, 'node-fetch'],
  minify: true,
});
const WASM = 'tfjs-backend-wasm-simd.wasm';
copyFileSync(
  path.join(root, 'node_modules/@tensorflow/tfjs-backend-wasm/dist', WASM),
  path.join(root, 'dist/tfjs', WASM),
);
chmodSync(path.join(root, 'dist/sft.js'), 0o755);
const webviews = await buildWebviews(root);
writeNotices(
  root,
  [commandLine, extension, workers, tensorFlow, webviews].map(({ metafile }) => metafile),
  ['node_modules/koffi'],
);
