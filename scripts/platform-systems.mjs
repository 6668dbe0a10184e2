// The lists of other systems: the project's own tests by their Node, and what is written for them.
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { bundle } from './build-tests.mjs';
import { foreignSystem } from './foreign-systems.mjs';
import { LISTS } from './platform-lists.mjs';

/** Prints the losses of the demo. */
export const LOSSES = 'test/platforms/demo-losses.ts';

/**
 * Runs the list of a system.
 * @param only parts of names of files; all unless given
 * @returns counts of tests, and the losses of the demo by instruction set
 * @throws Unavailable where the system cannot be had here
 */
export async function runList(target, library, only = []) {
  const system = foreignSystem(target, library);
  const wanted = (file) => only.length === 0 || only.some((part) => file.includes(part));
  const files = LISTS[target].filter(wanted);
  const out = path.join(system.place, 'out');
  rmSync(out, { recursive: true, force: true });
  rmSync(path.join(system.place, 'counts.json'), { force: true });
  const [program, ...tests] = await bundle([LOSSES, ...files], out);
  const from = (file) => path.relative(system.place, file);
  console.error(`[platforms] ${system.name}: ${files.length} files`);
  const started = Date.now();
  const args = ['--enable-source-maps', '--test', '--test-concurrency=2', '--test-reporter=./scripts/reporter.mjs'];
  const { output } = await system.run([...args, ...tests.map(from)], { SFT_TEST_COUNTS: 'counts.json' });
  console.log(output.trimEnd());
  const counts = JSON.parse(readFileSync(path.join(system.place, 'counts.json'), 'utf8'));
  const seconds = ((Date.now() - started) / 1000).toFixed(0);
  console.log(
    `[platforms] ${system.name}: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped, ${seconds} s`,
  );
  return { counts, losses: await lossesBy((one) => system.run(one), from(program)) };
}

/** The demo's losses, by instruction set. */
export async function lossesBy(run, program) {
  const { status, output } = await run([program]);
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${output}`);
  return JSON.parse(output.trim().split('\n').at(-1));
}
