// One check of a file in a process of its own, whose peak memory is then the check's.
import { checkFile } from '../../src/analysis/check-file';
import { openTokenCounts } from '../../src/analysis/token-counts';
import { validateVerb } from '../../src/cli/validate';

async function main(): Promise<void> {
  const [way, file] = process.argv.slice(2) as [string, string];
  const start = performance.now();
  let result: string;
  if (way === 'validate') {
    let last = '';
    const out = (line: string): void => {
      last = line;
    };
    const terminal = { out, write: out, data: out, log: () => undefined, interactive: false };
    await validateVerb.run({ positionals: [file], options: {}, json: false, terminal });
    result = last.slice(last.indexOf(': ') + 2);
  } else {
    const settings = { modelFolder: undefined, maxSeqLength: 1024, rules: {}, nearDuplicateThreshold: 0.8 };
    const counts = await openTokenCounts(undefined);
    const check = await checkFile(file, settings, counts, new AbortController().signal, () => undefined);
    result = `${check.count} examples, ${check.findingCount} findings`;
  }
  const peak = process.resourceUsage().maxRSS / 1000;
  const cpu = process.cpuUsage();
  console.log(
    `${((performance.now() - start) / 1000).toFixed(1)} s (${((cpu.user + cpu.system) / 1e6).toFixed(1)} s of CPU), peak ${peak.toFixed(0)} MB; ${result}`,
  );
}

void main();
