import type { ConfigChanges } from '../../config/change-config';

/** One column of numbers: an array, or a typed array where there are many. */
export type Column = ArrayLike<number>;

/** What has been measured in a run so far, in the order of steps. The columns of `steps` are equally long. */
export interface RunCurves {
  readonly steps: {
    /** Updates of the weights done, from 1; rising. */
    readonly step: Column;
    /** Mean negative log-likelihood over the trained tokens of the step, nats; NaN where it was not a number. */
    readonly loss: Column;
    readonly learning_rate: Column;
    /** Before clipping. */
    readonly grad_norm: Column;
  };
  /** The loss on the validation part, in the order of steps. */
  readonly evaluations: readonly { readonly step: number; readonly loss: number }[];
  /** Updates the run was to make; null until its `start` event has come. */
  readonly total_steps: number | null;
  /** Examples in the training part, where it is known. */
  readonly train_examples?: number;
  /** The loss on general questions before and after training, once it was measured. */
  readonly retention?: { readonly base: number; readonly tuned: number };
  /** How the run ended; left out while it goes on. */
  readonly ended?: 'done' | 'failed' | 'stopped';
  /** Of a run that failed: its `failed` event. */
  readonly failure?: { readonly code: string; readonly message: string; readonly step?: number };
}

/** What can go wrong in a run and shows in its curves. These are also the codes of the warning events of a run. */
export const HEALTH_KINDS = [
  'not-finite',
  'diverging',
  'not-decreasing',
  'overfitting',
  'zero-loss',
  'too-few-steps',
  'learning-rate-high',
  'learning-rate-low',
  'validation-apart',
  'forgetting',
] as const;
export type HealthKind = (typeof HEALTH_KINDS)[number];

export function isHealthKind(code: string | undefined): code is HealthKind {
  return HEALTH_KINDS.some((kind) => kind === code);
}

/** Something that is going wrong, or went wrong, in a run. */
export interface HealthFinding {
  /** At most one finding of each kind. */
  readonly id: HealthKind;
  /** An error: going on is of no use. Warnings and errors are worth interrupting a person for, infos are not. */
  readonly severity: 'error' | 'warning' | 'info';
  /** The step where it began. */
  readonly since: number;
  /** A few words: `The loss is rising`. */
  readonly title: string;
  /** What the curves show, with figures, and what it means: one to three sentences. */
  readonly message: string;
  /** What to do, best first. */
  readonly remedies: readonly HealthRemedy[];
}

export interface HealthRemedy {
  /** Imperative: `Lower learning_rate from 0.5 to 0.0002`. */
  readonly title: string;
  /** Edits of the configuration for the next run; empty where it is for the person to do, in the data for instance. */
  readonly changes: ConfigChanges;
}
