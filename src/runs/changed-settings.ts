import { DATA_KEYS, isPathKey } from '../config/config-paths';
import { effectiveValues } from '../config/effective-values';
import type { ResolvedConfig } from '../config/config-schema';
import { memberLabel } from '../config/sweep';
import type { Run } from './folder/run-schema';
import type { RunSummary } from './read-runs';

/** What a run is called and where its folder lies: no run learns otherwise for it. */
const NAMING: readonly string[] = ['name', 'output_dir'] satisfies readonly (keyof ResolvedConfig)[];

/** The keys of configurations that do not mean the same in all runs, in the order of the schema. A file of data elsewhere is the same where its hash is. */
export function differingKeys(runs: readonly Run[]): string[] {
  const first = runs[0];
  if (first === undefined) return [];
  const meanings = runs.map(meaningsOf);
  const written = ({ config }: Run, key: string): string => JSON.stringify(config[key as keyof ResolvedConfig]);
  return Object.keys(first.config).filter(
    (key) =>
      !NAMING.includes(key) &&
      runs.some((run) => written(run, key) !== written(first, key)) &&
      new Set(meanings.flatMap((values) => values[key] ?? [])).size > 1,
  );
}

/** The values of a run by their meaning; a key that has no effect in it has none, and differs through the key that takes its effect. */
function meaningsOf(run: Run): Readonly<Record<string, string | undefined>> {
  const values: Record<string, string | undefined> = {};
  for (const [key, value] of Object.entries(effectiveValues(run.config))) values[key] = JSON.stringify(value);
  for (const key of DATA_KEYS) values[key] = run[key]?.sha256 ?? 'none';
  return values;
}

/** The run that was made last before this one from the same configuration file. */
export function runBefore({ run }: RunSummary, all: readonly RunSummary[]): Run | undefined {
  const earlier = all
    .map((one) => one.run)
    .filter((one) => one.config_file === run.config_file && one.created < run.created);
  return earlier.reduce<Run | undefined>(
    (last, one) => (last === undefined || one.created > last.created ? one : last),
    undefined,
  );
}

/** What a run has otherwise than the one before it: `learning_rate 1e-4, no max_steps, other data`; empty where nothing differs. */
export function changedSettings(run: Run, before: Run): string {
  const keys = differingKeys([before, run]).filter((key) => !DATA_KEYS.some((data) => data === key));
  const said = keys.map((key) => {
    const value = run.config[key as keyof ResolvedConfig];
    if (value === null) return `no ${key}`;
    const name = isPathKey(key) && typeof value === 'string' ? value.split(/[\\/]/).at(-1) : value;
    return memberLabel({ [key]: name });
  });
  const otherData = DATA_KEYS.some((key) => run[key]?.sha256 !== before[key]?.sha256);
  return [...said, ...(otherData ? ['other data'] : [])].join(', ');
}

/** What a run has otherwise than the run before it, of those in `all`; empty where there is none. */
export function changesOf(summary: RunSummary, all: readonly RunSummary[]): string {
  const before = runBefore(summary, all);
  return before === undefined ? '' : changedSettings(summary.run, before);
}
