import { isDeepStrictEqual } from 'node:util';
import type { ResolvedConfig } from '../../config/config-schema';
import type { SweepMember } from '../../config/parse-config';
import { memberLabel } from '../../config/sweep';
import { createRun, hashData, runConfig, type HashedData } from '../create-run';
import type { RunFolder } from '../folder/run-folder';
import { writeLabel } from '../label';
import { listRuns, readRun, type RunSummary } from '../read-runs';
import { comparedConfig, hashesOf } from './siblings';
import { writeSweptKeys } from './swept-keys';

/** A run of a sweep, which may have been made by an earlier call. */
export interface Member {
  /** What sets it apart: `learning_rate 1e-4, lora_r 8`. */
  readonly label: string;
  readonly folder: RunFolder;
}

/**
 * The runs of a sweep, in its order: those that are there already, from this configuration on this data, and new ones with a label each.
 * So a sweep that was killed goes on where it ended, and what is done is not made again.
 *
 * @throws SftError what creating a run throws
 */
export async function openMembers(members: readonly SweepMember[], configFile: string): Promise<readonly Member[]> {
  const [first] = members;
  if (first === undefined) return [];
  const { runs } = await listRuns(first.config.output_dir);
  const opened: Member[] = [];
  const now = Date.now();
  for (const [at, { values, config }] of members.entries()) {
    const label = memberLabel(values);
    const [wanted, data] = [await runConfig(config), await hashData(config)];
    const there = runs.find((run) => isRunOf(run, wanted, data));
    // Each a millisecond after the one before: lists sort runs by the time they were made.
    const folder = there?.folder ?? (await createRun({ config, configFile, now: new Date(now + at) }));
    if (there === undefined) await writeLabel(folder.path, label);
    await writeSweptKeys(folder.path, Object.keys(values));
    opened.push({ label, folder });
  }
  return opened;
}

/** As openMembers has left it. */
export function readMember({ folder }: Member): Promise<RunSummary> {
  return readRun(folder.path);
}

/** Whether a run is what a configuration would make of this data. Where it computes and how many threads it takes change nothing. */
function isRunOf({ run }: RunSummary, wanted: ResolvedConfig, data: HashedData): boolean {
  const same = (one: ResolvedConfig): unknown => comparedConfig(one, []);
  return isDeepStrictEqual(same(run.config), same(wanted)) && isDeepStrictEqual(hashesOf(run), hashesOf(data));
}
