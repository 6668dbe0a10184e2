import { stat } from 'node:fs/promises';
import { formatError, SftError } from '../../base/errors';
import { RunArtifacts } from '../../runs/artifacts';
import { Curves } from '../../runs/curves';
import type { ExampleLoss, Prediction, RunEvaluation } from '../../runs/folder/evaluation-schema';
import { FolderChanges, readEventPieces } from '../../runs/folder/event-log';
import type { RunEvent } from '../../runs/folder/event-schema';
import { readLiveState } from '../../runs/read-runs';
import { RunFolder } from '../../runs/folder/run-folder';
import type { Run } from '../../runs/folder/run-schema';
import type { RunState } from '../../runs/folder/state-schema';
import { worstOf } from '../../runs/worst';
import { isHealthKind } from '../../train/health/finding';

/** A run is looked at so often at most, ms: 20 times a second. */
const SHORTEST_PAUSE = 50;
/** So many of the examples with the highest loss are shown. */
const WORST = 20;

/** What a follower knows of its run. */
export interface FollowedRun {
  readonly run: Run;
  readonly state: RunState;
  readonly curves: Curves;
  /** What computes, from the last `start`. */
  readonly device: string | undefined;
  /** Tokens that the examples of an update share, from the last `start`. */
  readonly sharedTokens: number | undefined;
  /** Since the last `start`. */
  readonly warnings: readonly string[];
  readonly evaluation: RunEvaluation | undefined;
  /** Of an evaluation: those it was made from. */
  readonly predictions: readonly Prediction[];
  /** The examples with the highest loss per token, the worst first. */
  readonly worst: readonly ExampleLoss[];
}

/**
 * Follows one run on the disk: reads all of it, then what comes, and tells of each change, at most 20 times a second. Reading gives
 * way to others every few milliseconds, however long the run is.
 */
export class RunFollower {
  readonly folder: RunFolder;
  private readonly abort = new AbortController();
  private readonly curves = new Curves();
  private offset = 0;
  private device: string | undefined;
  private sharedTokens: number | undefined;
  private warnings: readonly string[] = [];
  /** Of evaluation.json when it was last read. */
  private evaluatedAt = 0;
  private evaluation: RunEvaluation | undefined;
  private predictions: readonly Prediction[] = [];
  /** Of losses.jsonl when it was last read. */
  private lossesAt = 0;
  private worst: readonly ExampleLoss[] = [];
  /** Why evaluation or predictions cannot be read; the curves are shown all the same. */
  private damage: string | undefined;

  /**
   * @param onChange gets the run as it is now
   * @param onProblem gets why the run cannot be read; it is tried no more
   */
  constructor(
    folder: string,
    private readonly onChange: (run: FollowedRun) => void,
    private readonly onProblem: (reason: string) => void,
  ) {
    this.folder = new RunFolder(folder);
  }

  /** Resolves when the follower was disposed of, or the run cannot be read. */
  async follow(): Promise<void> {
    const { folder, abort } = this;
    let changes: FolderChanges | undefined;
    try {
      const run = await folder.readRun();
      changes = new FolderChanges(folder.path, abort.signal);
      while (await changes.next()) {
        const followed = await this.read(run);
        if (abort.signal.aborted) return;
        this.onChange(followed);
        await new Promise((resolve) => setTimeout(resolve, SHORTEST_PAUSE));
      }
    } catch (error) {
      if (!abort.signal.aborted) this.onProblem(reasonOf(error));
    } finally {
      changes?.close();
    }
  }

  dispose(): void {
    this.abort.abort();
  }

  private async read(run: Run): Promise<FollowedRun> {
    const { folder, curves } = this;
    for await (const { events, offset } of readEventPieces(folder.eventsFile, this.offset)) {
      for (const event of events) this.add(event);
      this.offset = offset;
    }
    const artifacts = new RunArtifacts(folder.path, run.config);
    const state = await readLiveState(folder, run, artifacts);
    await this.readEvaluation(artifacts);
    await this.readWorst(artifacts);
    const { device, sharedTokens, evaluation, predictions, worst, damage } = this;
    const warnings = damage === undefined ? this.warnings : [...this.warnings, damage];
    return { run, state, curves, device, sharedTokens, warnings, evaluation, predictions, worst };
  }

  private add(event: RunEvent): void {
    this.curves.add(event);
    if (event.type === 'start') {
      this.device = event.device;
      this.sharedTokens = event.shared_tokens;
      this.warnings = [];
    } else if (event.type === 'warning' && !isHealthKind(event.code)) {
      // What the curves show is drawn as advice, with its remedies as buttons.
      const { message, remedy } = event;
      this.warnings = [...this.warnings, remedy === undefined ? message : `${message} - ${remedy}`];
    }
  }

  private async readWorst(artifacts: RunArtifacts): Promise<void> {
    const at = await stat(artifacts.lossesFile).then(
      ({ mtimeMs }) => mtimeMs,
      () => 0,
    );
    if (at === this.lossesAt) return;
    this.lossesAt = at;
    this.worst = [];
    if (at === 0) return;
    try {
      this.worst = worstOf(await artifacts.readLosses(), WORST);
    } catch (error) {
      this.damage = reasonOf(error);
    }
  }

  /** The predictions are written before their evaluation: whoever sees it sees them. */
  private async readEvaluation(artifacts: RunArtifacts): Promise<void> {
    const at = await stat(artifacts.evaluationFile).then(
      ({ mtimeMs }) => mtimeMs,
      () => 0,
    );
    if (at === this.evaluatedAt) return;
    this.evaluatedAt = at;
    this.evaluation = undefined;
    this.predictions = [];
    this.damage = undefined;
    if (at === 0) return;
    try {
      this.evaluation = await artifacts.readEvaluation();
      this.predictions = await artifacts.readPredictions();
    } catch (error) {
      this.damage = reasonOf(error);
    }
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof SftError) return formatError(error);
  return error instanceof Error ? error.message : String(error);
}
