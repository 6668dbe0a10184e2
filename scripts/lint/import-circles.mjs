// A lint rule: no file imports, through others or itself, a file that imports it. Types count as well: what stands in a circle can be
// read, moved and tested only together.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

/** What each file imports. Read once a process: a lint server in an editor sees what other files changed after its next start. */
const read = new Map();

/** The file that a relative import means; undefined where it is a package or not code. */
function resolved(from, name) {
  if (!name.startsWith('.')) return undefined;
  const target = path.resolve(path.dirname(from), name);
  return [target, `${target}.ts`].find((file) => /\.(ts|mjs|cjs)$/.test(file) && existsSync(file));
}

function importsOf(file) {
  let found = read.get(file);
  if (found === undefined) {
    const { importedFiles } = ts.preProcessFile(readFileSync(file, 'utf8'), true, true);
    found = importedFiles.map(({ fileName }) => resolved(file, fileName)).filter((target) => target !== undefined);
    read.set(file, found);
  }
  return found;
}

/** The shortest way along imports, both ends included; undefined where there is none. */
function way(from, to) {
  const before = new Map([[from, undefined]]);
  for (const file of before.keys()) {
    if (file === to) {
      const steps = [];
      for (let at = file; at !== undefined; at = before.get(at)) steps.unshift(at);
      return steps;
    }
    for (const target of importsOf(file)) if (!before.has(target)) before.set(target, file);
  }
  return undefined;
}

export const importCircles = {
  meta: { type: 'problem', schema: [] },
  create(context) {
    const file = context.filename;
    const check = (node) => {
      const name = (node.source ?? node.argument)?.value;
      const target = typeof name === 'string' ? resolved(file, name) : undefined;
      const circle = target === undefined ? undefined : way(target, file);
      if (circle === undefined) return;
      const shown = [file, ...circle].map((step) => path.relative(context.cwd, step)).join(' -> ');
      context.report({ node, message: `imports go in a circle: ${shown}` });
    };
    return {
      ImportDeclaration: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      ImportExpression: check,
      TSImportType: check,
    };
  },
};
