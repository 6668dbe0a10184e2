import type { ConfigChanges } from '../config/change-config';

/** What is looked at before a run, in the order in which it is shown. */
export const PREFLIGHT_CHECKS = [
  'data',
  'answers',
  'length',
  'split',
  'steps',
  'model',
  'device',
  'memory',
  'disk',
] as const;

export interface PreflightRemedy {
  /** Imperative: `Set max_seq_length to 512`. */
  readonly title: string;
  readonly changes: ConfigChanges;
}

/** One thing that was looked at. */
export interface PreflightCheck {
  readonly id: (typeof PREFLIGHT_CHECKS)[number];
  /** A word or two: `Memory`. */
  readonly title: string;
  /** With an error the run would fail. */
  readonly status: 'ok' | 'warning' | 'error';
  /** What was found, with figures; of a warning or an error the cause and, after a dash, what to do. */
  readonly message: string;
  /** Changes of the configuration that mend it, the best first. */
  readonly remedies: readonly PreflightRemedy[];
}

export interface PreflightReport {
  readonly checks: readonly PreflightCheck[];
}
