import { countOf } from '../../base/count-of';
import { isWorking } from '../../runs/folder/run-status';
import type { RunSummary } from '../../runs/read-runs';
import { siblingsOf, sweepKey, sweptLabel } from '../../runs/sweep/siblings';
import { readResult, verdict } from '../../runs/sweep/sweep-results';
import { COMMANDS } from '../manifest/command-ids';
import { runCommand } from '../manifest/commands';
import type { Services } from '../services';

const SHOW = 'Show Sweep';

/** Tells of sweeps what they have shown, once none of their runs is at work any more. @param ended runs of sweeps that have just ended */
export function tellSweeps(services: Services, ended: readonly RunSummary[]): void {
  const sweeps = new Map(ended.map((run) => [sweepKey(run), run] as const));
  for (const run of sweeps.values()) void tellSweep(services, run);
}

async function tellSweep({ dialogs, runs }: Services, run: RunSummary): Promise<void> {
  const siblings = siblingsOf(run, runs.list());
  if (siblings.some(({ state }) => isWorking(state.status))) return;
  const results = await Promise.all(
    siblings.map(({ folder, run: made, swept }) => readResult({ folder, label: sweptLabel(made, swept ?? []) })),
  ).catch(() => []);
  const said = [`The sweep of ${run.run.name} has finished: ${countOf(siblings.length, 'run')}.`, ...verdict(results)];
  if ((await dialogs.info(said.join(' '), SHOW)) === SHOW) await runCommand(COMMANDS.showSweep, run.folder.path);
}
