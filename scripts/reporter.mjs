// A reporter for node:test: each failure with its reason and each skip, there and then, so that a run that is cut off has told them; what
// tests say of themselves; at the end the files that took longest, the failures again, then `N passed, N failed`. Where SFT_TEST_COUNTS
// names a file, the counts and the failures go there instead: whoever asked for them adds others to them.
import { writeFileSync } from 'node:fs';
import path from 'node:path';

/** What node:test says at the end of all. */
const COUNT = /^(?:tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) [\d.]+$/;

export default async function* reporter(source) {
  let passed = 0;
  let failed = 0;
  let skipped = 0;
  const failures = [];
  const seconds = new Map();
  /** Names of what runs, from the outermost suite to the test. */
  const names = [];
  for await (const { type, data } of source) {
    if (type === 'test:stderr' || type === 'test:stdout') {
      yield data.message;
      continue;
    }
    if (type === 'test:diagnostic' && !COUNT.test(data.message)) yield `[test] ${data.message}\n`;
    if (type === 'test:start') names.splice(data.nesting, Infinity, data.name);
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    // Suites and files are containers: only leaves count, except a file that failed to load.
    const container = data.details?.type === 'suite' || (data.nesting === 0 && data.name === data.file);
    const place = data.file ? path.relative(process.cwd(), data.file) : '';
    const name = [...names.slice(0, data.nesting), ...(data.name === data.file ? [] : [data.name])].join(' > ');
    const what = [place, name].filter(Boolean).join(': ');
    if (data.nesting === 0) seconds.set(place, (seconds.get(place) ?? 0) + (data.details?.duration_ms ?? 0) / 1000);
    if (type === 'test:fail') {
      const error = data.details?.error;
      if (error?.failureType === 'subtestsFailed') continue;
      failed += 1;
      failures.push(`not ok ${what}\n${reasonOf(error)}\n`);
      yield `${failures.at(-1)}\n`;
    } else if (data.skip !== undefined) {
      skipped += 1;
      yield `skipped ${what}${typeof data.skip === 'string' && data.skip ? ` (${data.skip})` : ''}\n`;
    } else if (!container) {
      passed += 1;
    }
  }
  yield `[test] ${slowest(seconds)}\n`;
  const counts = { passed, failed, skipped, failures };
  const file = process.env.SFT_TEST_COUNTS;
  if (file === undefined) yield `\n${summary(counts)}\n`;
  else writeFileSync(file, JSON.stringify(counts));
}

/** The names that took longest. @param seconds pairs of a name and what it took */
export function slowest(seconds) {
  const first = [...seconds].sort(([, a], [, b]) => b - a).slice(0, 12);
  return `slowest: ${first.map(([name, time]) => `${name} ${time.toFixed(0)} s`).join(', ')}`;
}

/** What a test threw, whatever that was, or how the process of a file ended. */
function reasonOf(error) {
  if (error?.signal) return `its process was ended by ${error.signal}`;
  if (error?.exitCode) return `its process ended with code ${error.exitCode}; what it printed is above`;
  const thrown = error?.cause ?? error;
  return thrown?.stack || thrown?.message || String(thrown);
}

/** @returns what the counts of a list of tests are added to by `addCounts` */
export const noCounts = () => ({ passed: 0, failed: 0, skipped: 0, failures: [] });

export function addCounts(total, counts) {
  for (const outcome of ['passed', 'failed', 'skipped']) total[outcome] += counts[outcome];
  total.failures.push(...counts.failures);
}

/** Of a failure that is told again: its name, its reason and where it came to light. */
const TOLD_AGAIN = 8;

/**
 * What every test command ends with: the failures once more in short, for whoever has only the end of what was printed, then a line of
 * counts.
 */
export function summary({ passed, failed, skipped, failures }) {
  const again = failures.map((failure) => failure.split('\n').slice(0, TOLD_AGAIN).join('\n'));
  const line = `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
  return [...(again.length > 0 ? ['failed, with all that was told above:', ...again, ''] : []), line].join('\n');
}
