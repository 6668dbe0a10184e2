// A reporter for node:test: a line for each failure and each skip, the files that took longest, then `N passed, N failed`. Where
// SFT_TEST_COUNTS names a file, the counts go there instead of that line: whoever asked for them adds others to them.
import { writeFileSync } from 'node:fs';
import path from 'node:path';

export default async function* reporter(source) {
  let passed = 0;
  let failed = 0;
  let skipped = 0;
  const failures = [];
  const seconds = new Map();
  for await (const { type, data } of source) {
    if (type === 'test:stderr' || type === 'test:stdout') {
      yield data.message;
      continue;
    }
    if (type === 'test:diagnostic') continue;
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    // Suites and files are containers: only leaves count, except a file that failed to load.
    const container = data.details?.type === 'suite' || (data.nesting === 0 && data.name === data.file);
    const place = data.file ? path.relative(process.cwd(), data.file) : '';
    if (data.nesting === 0) seconds.set(place, (seconds.get(place) ?? 0) + (data.details?.duration_ms ?? 0) / 1000);
    if (type === 'test:fail') {
      const inner = data.details?.error?.failureType === 'subtestsFailed';
      if (inner) continue;
      failed += 1;
      const error = data.details?.error;
      failures.push(`FAIL ${place}: ${data.name}\n${error?.cause?.stack ?? error?.stack ?? error?.message ?? error}\n`);
      yield `not ok ${place}: ${data.name}\n`;
    } else if (data.skip !== undefined) {
      skipped += 1;
      yield `skipped ${place}: ${data.name}${typeof data.skip === 'string' && data.skip ? ` (${data.skip})` : ''}\n`;
    } else if (!container) {
      passed += 1;
    }
  }
  for (const failure of failures) yield `\n${failure}`;
  const slowest = [...seconds].sort(([, a], [, b]) => b - a).slice(0, 12);
  yield `[test] slowest: ${slowest.map(([file, time]) => `${file} ${time.toFixed(0)} s`).join(', ')}\n`;
  const counts = { passed, failed, skipped };
  const file = process.env.SFT_TEST_COUNTS;
  if (file === undefined) yield `\n${summaryLine(counts)}\n`;
  else writeFileSync(file, JSON.stringify(counts));
}

/** The line every test command ends with. */
export function summaryLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
