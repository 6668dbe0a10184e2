// npm run check-targets: compiles and links the CPU kernels for every platform that the extension is packed for, and looks at what each
// library needs of its system. Says that they build, not that they run. Skips with a line where zig cannot be had.
import path from 'node:path';
import { needsOf, wrongWith } from './library-needs.mjs';
import { root } from './setup.mjs';
import { buildFor, installTools, TARGETS } from './targets.mjs';

const python = installTools();
if (python === undefined) {
  console.error('[targets] skipped: pip cannot install ziglang here');
  process.exit(0);
}

let failed = false;
for (const target of TARGETS) {
  const library = await buildFor(target, python);
  const needs = library && needsOf(library, python);
  const wrong = needs === undefined ? ['it does not build'] : wrongWith(target, needs);
  const told = wrong.length > 0 ? `FAILED: ${wrong.join('; ')}` : path.relative(root, library);
  console.error(`[targets] ${target}: ${told}${needs === undefined ? '' : ` ${JSON.stringify(needs)}`}`);
  failed ||= wrong.length > 0;
}
process.exit(failed ? 1 : 0);
