import type { ConfigChanges } from '../../config/change-config';
import type { ResolvedConfig } from '../../config/config-schema';
import { memberLabel } from '../../config/sweep';
import type { HashedData } from '../create-run';
import type { Run } from '../folder/run-schema';
import type { RunSummary } from '../read-runs';

/** What runs are compared by. Where a run computes and how many threads it takes change nothing. */
export function comparedConfig(config: ResolvedConfig, swept: readonly string[]): Partial<ResolvedConfig> {
  const same = Object.entries(config).filter(([key]) => !swept.includes(key));
  return { ...(Object.fromEntries(same) as Partial<ResolvedConfig>), device: 'auto', threads: null };
}

export function hashesOf(data: HashedData): readonly (string | undefined)[] {
  return [
    data.dataset.sha256,
    data.validation_dataset?.sha256,
    data.test_dataset?.sha256,
    data.retention_dataset?.sha256,
  ];
}

/** Equal for the runs of one sweep: of one configuration and its data, but for the values of the same keys. Undefined for other runs. */
export function sweepKey({ run, swept }: Pick<RunSummary, 'run' | 'swept'>): string | undefined {
  if (swept === undefined) return undefined;
  const config = Object.entries(comparedConfig(run.config, swept)).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([run.config_file, swept, config, hashesOf(run)]);
}

/** The runs of the sweep that a run belongs to, itself among them, the oldest first: none for a run of its own. */
export function siblingsOf(run: RunSummary, all: readonly RunSummary[]): RunSummary[] {
  const key = sweepKey(run);
  if (key === undefined) return [];
  return all.filter((one) => sweepKey(one) === key).sort((a, b) => (a.run.created < b.run.created ? -1 : 1));
}

/** What a run of a sweep has in place of the values that its configuration has for a single run. */
export function sweptValues({ config }: Run, swept: readonly string[]): ConfigChanges {
  return Object.fromEntries(swept.map((key) => [key, config[key as keyof ResolvedConfig]]));
}

/** `learning_rate 1e-4, lora_r 8` */
export function sweptLabel(run: Run, swept: readonly string[]): string {
  return memberLabel(sweptValues(run, swept));
}
