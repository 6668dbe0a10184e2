// A reporter for node:test: each failure with its reason and each skip, there and then, so that a run that is cut off has told them; what
// tests say of themselves; at the end the failures again by name, the files that took longest, then `N passed, N failed`. Where
// SFT_TEST_COUNTS names a file, the counts go there instead of that line: whoever asked for them adds others to them.
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
      failures.push(`not ok ${what}\n`);
      yield `not ok ${what}\n${reasonOf(error)}\n\n`;
    } else if (data.skip !== undefined) {
      skipped += 1;
      yield `skipped ${what}${typeof data.skip === 'string' && data.skip ? ` (${data.skip})` : ''}\n`;
    } else if (!container) {
      passed += 1;
    }
  }
  if (failures.length > 0) yield `\n[test] failed, with the reasons above:\n${failures.join('')}`;
  const slowest = [...seconds].sort(([, a], [, b]) => b - a).slice(0, 12);
  yield `[test] slowest: ${slowest.map(([file, time]) => `${file} ${time.toFixed(0)} s`).join(', ')}\n`;
  const counts = { passed, failed, skipped };
  const file = process.env.SFT_TEST_COUNTS;
  if (file === undefined) yield `\n${summaryLine(counts)}\n`;
  else writeFileSync(file, JSON.stringify(counts));
}

/** What a test threw, whatever that was, or how the process of a file ended. */
function reasonOf(error) {
  if (error?.signal) return `its process was ended by ${error.signal}`;
  if (error?.exitCode) return `its process ended with code ${error.exitCode}; what it printed is above`;
  const thrown = error?.cause ?? error;
  return thrown?.stack || thrown?.message || String(thrown);
}

/** The line every test command ends with. */
export function summaryLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
