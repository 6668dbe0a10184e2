// Bundles the command line to dist/sft.js, the extension to dist/extension.js and its worker to dist/analysis-worker.js.
// Packages with native parts stay outside the bundles.
import { chmodSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { buildWebviews } from './build-webviews.mjs';

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
  logLevel: 'warning',
};

await build({ ...common, entryPoints: { sft: 'src/cli/main.ts' }, banner: { js: '#!/usr/bin/env node' } });
await build({
  ...common,
  entryPoints: { extension: 'src/editor/extension.ts', 'analysis-worker': 'src/analysis/worker.ts' },
});
chmodSync(path.join(root, 'dist/sft.js'), 0o755);
await buildWebviews(root);
