// Bundles the extension to dist/extension.js and, below dist/parts, what it loads when it is first asked for.
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';

/** In CommonJS every `import * as vscode` would copy the whole API, fifty times at start: one module takes it for all. */
const vscodeOnce = {
  name: 'vscode-once',
  setup({ initialOptions, onLoad, onResolve }) {
    onResolve({ filter: /^vscode$/ }, ({ namespace }) =>
      namespace === 'vscode-once' ? { path: 'vscode', external: true } : { path: 'vscode', namespace: 'vscode-once' },
    );
    onLoad({ filter: /^vscode$/, namespace: 'vscode-once' }, () => {
      const types = readFileSync(
        path.join(initialOptions.absWorkingDir, 'node_modules/@types/vscode/index.d.ts'),
        'utf8',
      );
      const names = types.matchAll(/^\texport (?:abstract )?(?:class|const|enum|function|namespace) (\w+)/gm);
      const lines = [...new Set([...names].map(([, name]) => name))].map(
        (name) => `export const ${name} = api.${name};`,
      );
      return { contents: ["import * as api from 'vscode';", ...lines].join('\n') };
    });
  },
};

/**
 * esbuild splits only ES modules, and VS Code 1.99 loads only CommonJS: split first, then translate each part.
 * @returns esbuild's result of the split
 */
export async function buildExtension(root, common) {
  const cache = path.join(root, '.cache');
  mkdirSync(cache, { recursive: true });
  const split = mkdtempSync(path.join(cache, 'extension-'));
  try {
    const result = await build({
      ...common,
      entryPoints: { extension: 'src/editor/extension.ts' },
      outdir: split,
      chunkNames: 'parts/[name]-[hash]',
      format: 'esm',
      splitting: true,
      plugins: [vscodeOnce],
    });
    // Parts of an earlier build have other names.
    rmSync(path.join(root, 'dist', 'parts'), { recursive: true, force: true });
    const parts = readdirSync(split, { recursive: true }).filter((name) => name.endsWith('.js'));
    await build({
      absWorkingDir: split,
      entryPoints: parts,
      outdir: path.join(root, 'dist'),
      outbase: '.',
      platform: common.platform,
      target: common.target,
      format: 'cjs',
      supported: { 'dynamic-import': false },
      // V8 reads every character before the first function runs.
      minifyWhitespace: true,
      minifySyntax: true,
      sourcemap: true,
      logLevel: 'warning',
    });
    return result;
  } finally {
    rmSync(split, { recursive: true, force: true });
  }
}
