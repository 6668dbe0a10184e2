import type { ShownSweep } from '../../messages/dashboard';
import type { RunSummary } from '../../runs/read-runs';
import { sweepKey, sweptLabel } from '../../runs/sweep/siblings';

/** The sweep that all of these runs are of; undefined where one of them is not, or is not known. */
export function sweepOf(runs: readonly (RunSummary | undefined)[]): ShownSweep | undefined {
  const known = runs.filter((run) => run !== undefined);
  const [first] = known;
  const key = first && sweepKey(first);
  if (first === undefined || key === undefined || known.length < runs.length) return undefined;
  if (known.some((run) => sweepKey(run) !== key)) return undefined;
  return { name: first.run.name, tried: known.map(({ run, swept }) => sweptLabel(run, swept ?? [])) };
}
