import type { DamagedRun, RunSummary } from '../../runs/read-runs';
import { RUN_GROUPS } from '../../runs/run-groups';

/** Headings of the tree: the states of runs, and runs whose files cannot be read. */
export const TREE_GROUPS = [...RUN_GROUPS, 'damaged'] as const;
export type TreeGroup = (typeof TREE_GROUPS)[number];

/** Runs in the same state, under one heading. */
export interface GroupNode {
  readonly kind: 'group';
  readonly group: TreeGroup;
}

/** A run that cannot be read. */
export interface DamagedNode {
  readonly kind: 'damaged';
  readonly run: DamagedRun;
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

export type TreeNode = GroupNode | RunNode | DamagedNode | PartNode | CheckpointNode;
