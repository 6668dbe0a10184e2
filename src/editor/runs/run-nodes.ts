import type { RunSummary } from '../../runs/read-runs';
import type { RunGroup } from '../../runs/run-groups';

/** Runs in the same state, under one heading. */
export interface GroupNode {
  readonly kind: 'group';
  readonly group: RunGroup;
}

/** One run. The object stays the same while the run's state changes: the tree keeps what is selected and open. */
export interface RunNode {
  readonly kind: 'run';
  readonly runFolder: string;
  summary: RunSummary;
}

/** What a run consists of, as far as it is there. */
export const PARTS = ['configuration', 'checkpoints', 'evaluation', 'predictions', 'log', 'adapter', 'model'] as const;
export type Part = (typeof PARTS)[number];

export interface PartNode {
  readonly kind: 'part';
  readonly part: Part;
  readonly runFolder: string;
  /** Absolute: a file to open, or a folder. */
  readonly path: string;
  readonly parent: RunNode;
}

export interface CheckpointNode {
  readonly kind: 'checkpoint';
  /** `step-40`, `best`. */
  readonly name: string;
  readonly runFolder: string;
  readonly path: string;
  readonly parent: PartNode;
}

export type TreeNode = GroupNode | RunNode | PartNode | CheckpointNode;
