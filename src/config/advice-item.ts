import type { JSONPath } from 'jsonc-parser';
import type { Repair } from './repair';

/** Something a run would accept and a person would regret. */
export interface Advice {
  readonly code: string;
  readonly severity: 'error' | 'warning' | 'info';
  /** Keys it is about, the telling one first; it stands on the first that is written in the file. */
  readonly keys: readonly JSONPath[];
  readonly reason: string;
  readonly remedy: string;
  readonly repairs: readonly Repair[];
}
