import { stat } from 'node:fs/promises';
import path from 'node:path';
import { isSamePath } from '../../base/same-path';
import type { ExampleLoss } from '../../runs/folder/evaluation-schema';
import type { RunSummary } from '../../runs/read-runs';
import type { Services } from '../services';

/** The examples that were dismissed, by their keys. */
const DISMISSED = 'sft.dismissedWorst';
/** More of them than these are forgotten, the oldest first: runs come and go. */
const MOST_DISMISSED = 1000;

/** One of the examples that the tuned model of a run finds least likely. */
export interface WorstExample {
  readonly run: RunSummary;
  /** Of the data, absolute. */
  readonly file: string;
  readonly example: ExampleLoss;
  /** Names it among all examples of all runs. */
  readonly key: string;
}

/** The worst examples of runs, read once for each. */
export class WorstExamples {
  private readonly read = new Map<string, { readonly at: number; readonly worst: readonly ExampleLoss[] }>();

  constructor(
    private readonly services: Services,
    /** The most that anybody asks for. */
    private readonly most: number,
  ) {}

  /**
   * Of the last run that has taken the losses of examples, the worst first: of those on a file where one is given.
   * @param count so many of the whole run
   */
  async of(file: string | undefined, count: number): Promise<readonly WorstExample[]> {
    const dismissed = new Set(this.dismissed());
    for (const run of this.services.runs.list()) {
      if (run.state.status !== 'done') continue;
      if (file !== undefined && !filesOf(run).some((one) => isSamePath(one, file))) continue;
      const worst = await this.worst(run);
      if (worst.length === 0) continue;
      return worst.slice(0, count).flatMap((example) => {
        const key = `${run.run.id}:${example.data}:${example.index}`;
        const place = run.run[example.data]?.path;
        if (place === undefined || dismissed.has(key)) return [];
        return [{ run, file: path.resolve(place), example, key }];
      });
    }
    return [];
  }

  async dismiss(key: string): Promise<void> {
    const kept = [...this.dismissed().filter((one) => one !== key), key].slice(-MOST_DISMISSED);
    await this.services.context.workspaceState.update(DISMISSED, kept);
  }

  private dismissed(): readonly string[] {
    return this.services.context.workspaceState.get<readonly string[]>(DISMISSED, []);
  }

  private async worst({ artifacts }: RunSummary): Promise<readonly ExampleLoss[]> {
    const file = artifacts.lossesFile;
    const at = await stat(file).then(
      ({ mtimeMs }) => mtimeMs,
      () => undefined,
    );
    if (at === undefined) return [];
    const before = this.read.get(file);
    if (before?.at === at) return before.worst;
    const { worstOf } = await import('../../runs/worst');
    // What is damaged is told of where the run is looked at.
    const worst = worstOf(await artifacts.readLosses().catch(() => []), this.most);
    this.read.set(file, { at, worst });
    return worst;
  }
}

function filesOf({ run }: RunSummary): string[] {
  return [run.dataset, run.validation_dataset, run.test_dataset].flatMap((data) =>
    data === null ? [] : [path.resolve(data.path)],
  );
}
