// Bundles TypeScript entry points (tests, benchmarks, scripts) to out/, keeping their folders. Packages stay outside.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { root } from './setup.mjs';

/** Every file below `folder` whose name ends in `suffix`, relative to the checkout. */
export function filesBelow(folder, suffix) {
  return readdirSync(path.join(root, folder), { recursive: true })
    .map((name) => path.join(folder, String(name)))
    .filter((name) => name.endsWith(suffix))
    .sort();
}

/** @returns the bundled files in `outdir`, in the order of `entryPoints` */
export async function bundle(entryPoints, outdir = path.join(root, 'out')) {
  await build({
    absWorkingDir: root,
    entryPoints,
    outdir,
    outbase: '.',
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  return entryPoints.map((file) => path.join(outdir, file.replace(/\.ts$/, '.js')));
}
