import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { ESLint, type Rule } from 'eslint';
import tseslint from 'typescript-eslint';

const folder = mkdtempSync(path.join(os.tmpdir(), 'sft-circles-'));
after(() => {
  rmSync(folder, { recursive: true });
});

/** What the rule says of the files, by name. */
async function messages(files: Readonly<Record<string, string>>): Promise<Record<string, string[]>> {
  // Each call has a folder of its own: the rule reads a file once.
  const cwd = mkdtempSync(path.join(folder, 'files-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(cwd, name), text);
  const { href } = pathToFileURL(path.resolve('scripts/lint/import-circles.mjs'));
  const { importCircles } = (await import(href)) as { importCircles: Rule.RuleModule };
  const eslint = new ESLint({
    cwd,
    overrideConfigFile: true,
    baseConfig: [
      {
        files: ['**/*.ts', '**/*.mjs'],
        languageOptions: { parser: tseslint.parser },
        plugins: { imports: { rules: { circles: importCircles } } },
        rules: { 'imports/circles': 'error' },
      },
    ],
  });
  const results = await eslint.lintFiles(['.']);
  assert.equal(results.length, Object.keys(files).length);
  return Object.fromEntries(
    results.map(({ filePath, messages: found }) => [path.basename(filePath), found.map(({ message }) => message)]),
  );
}

describe('the lint rule against import circles', () => {
  it('names the way of a circle through three files at each of its imports, and at no other', async () => {
    const found = await messages({
      'a.ts': "import { b } from './b';\nimport { z } from './z';\nexport const a = [b, z];",
      'b.ts': "export * from './c.mjs';\nexport const b = 1;",
      'c.mjs': "export const c = () => import('./a.ts');",
      'z.ts': "import path from 'node:path';\nexport const z = path.sep;",
    });
    assert.deepEqual(found, {
      'a.ts': ['imports go in a circle: a.ts -> b.ts -> c.mjs -> a.ts'],
      'b.ts': ['imports go in a circle: b.ts -> c.mjs -> a.ts -> b.ts'],
      'c.mjs': ['imports go in a circle: c.mjs -> a.ts -> b.ts -> c.mjs'],
      'z.ts': [],
    });
  });

  it('counts imports of types, and a file that imports itself', async () => {
    const found = await messages({
      'a.ts': "import type { B } from './b';\nexport type A = B;",
      'b.ts': "export type B = import('./a').A | undefined;",
      'own.ts': "import { own } from './own';\nexport { own };",
    });
    assert.deepEqual(found, {
      'a.ts': ['imports go in a circle: a.ts -> b.ts -> a.ts'],
      'b.ts': ['imports go in a circle: b.ts -> a.ts -> b.ts'],
      'own.ts': ['imports go in a circle: own.ts -> own.ts'],
    });
  });

  it('lets two ways lead to one file', async () => {
    const found = await messages({
      'top.ts': "export { left } from './left';\nexport { right } from './right';",
      'left.ts': "export { bottom as left } from './bottom';",
      'right.ts': "export { bottom as right } from './bottom';",
      'bottom.ts': 'export const bottom = 1;',
    });
    assert.deepEqual(Object.values(found).flat(), []);
  });
});
