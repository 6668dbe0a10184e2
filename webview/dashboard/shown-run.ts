import { Smoothed } from '../../src/charts/smooth';
import {
  DRAWN_COLUMNS,
  type DashboardStatus,
  type EvaluationResult,
  type RunFacts,
  type StepColumns,
} from '../../src/messages/dashboard';
import { NumberColumn } from '../../src/base/number-column';

type ColumnName = (typeof DRAWN_COLUMNS)[number];

const NONE = new Float64Array();

/** What the view holds of a run. */
export class ShownRun {
  status: DashboardStatus | undefined;
  result: EvaluationResult | undefined;
  validation: { readonly step: Float64Array; readonly loss: Float64Array } = { step: NONE, loss: NONE };
  smoothed: Smoothed;
  /** Whether its curves are drawn: in a comparison a run can be left out. */
  drawn = true;
  private readonly columns = Object.fromEntries(DRAWN_COLUMNS.map((name) => [name, new NumberColumn()])) as Record<
    ColumnName,
    NumberColumn
  >;

  constructor(
    readonly facts: RunFacts,
    smoothing: number,
  ) {
    this.smoothed = new Smoothed(smoothing);
  }

  get length(): number {
    return this.columns.step.length;
  }

  column(name: ColumnName): Float64Array {
    return this.columns[name].values;
  }

  take(kept: number, added: StepColumns): void {
    for (const name of DRAWN_COLUMNS) {
      this.columns[name].truncate(kept);
      this.columns[name].append(added[name]);
    }
    this.smoothed.follow(this.column('loss'), kept);
  }

  smooth(weight: number): void {
    this.smoothed = new Smoothed(weight);
    this.smoothed.follow(this.column('loss'), 0);
  }

  /** Lowest validation loss, undefined before the first evaluation. */
  get best(): { readonly step: number; readonly loss: number } | undefined {
    const { step, loss } = this.validation;
    let at = 0;
    for (let other = 1; other < loss.length; other++) if (loss[other]! < loss[at]!) at = other;
    return loss.length === 0 ? undefined : { step: step[at]!, loss: loss[at]! };
  }
}
