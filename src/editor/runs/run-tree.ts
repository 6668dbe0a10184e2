import * as vscode from 'vscode';
import { changesOf } from '../../runs/changed-settings';
import { groupOf } from '../../runs/run-groups';
import type { LiveProgress } from './live-progress';
import {
  TREE_GROUPS,
  type DamagedNode,
  type GroupNode,
  type RunNode,
  type TreeGroup,
  type TreeNode,
} from './run-nodes';
import { checkpointsOf, partsOf } from './run-parts';
import type { RunStore } from './run-store';
import { treeItem } from './tree-items';

/** The runs by state. A run that only moves on redraws its own line; one that changes its state moves to its new heading. */
export class RunTree implements vscode.TreeDataProvider<TreeNode>, vscode.Disposable {
  private readonly changeEmitter = new vscode.EventEmitter<TreeNode | undefined>();
  private readonly groups = new Map<TreeGroup, GroupNode>(
    TREE_GROUPS.map((group) => [group, { kind: 'group', group }]),
  );
  private readonly nodes = new Map<string, RunNode>();
  private readonly subscription: vscode.Disposable;
  private damaged: readonly DamagedNode[] = [];
  private drawn = '';

  readonly onDidChangeTreeData = this.changeEmitter.event;

  constructor(
    private readonly store: RunStore,
    private readonly live: LiveProgress,
  ) {
    this.subscription = live.onDidChange(() => {
      this.update();
    });
    this.update();
  }

  dispose(): void {
    this.subscription.dispose();
    this.changeEmitter.dispose();
  }

  getTreeItem(node: TreeNode): vscode.TreeItem {
    return treeItem(node, {
      size: node.kind === 'group' ? this.runsIn(node.group).length : 0,
      progress: node.kind === 'run' ? this.live.of(node.runFolder) : undefined,
      changed: node.kind === 'run' ? changesOf(node.summary, this.store.list()) : '',
    });
  }

  async getChildren(node?: TreeNode): Promise<TreeNode[]> {
    if (node === undefined) return [...this.groups.values()].filter(({ group }) => this.runsIn(group).length > 0);
    if (node.kind === 'group') return [...this.runsIn(node.group)];
    if (node.kind === 'run') return partsOf(node);
    return node.kind === 'part' && node.part === 'checkpoints' ? checkpointsOf(node) : [];
  }

  getParent(node: TreeNode): TreeNode | undefined {
    if (node.kind === 'group') return undefined;
    if (node.kind === 'damaged') return this.groups.get('damaged');
    return node.kind === 'run' ? this.groups.get(groupOf(node.summary.state.status)) : node.parent;
  }

  /** The node of a run, to reveal it; undefined where there is none. */
  nodeOf(folder: string): RunNode | undefined {
    return this.nodes.get(folder);
  }

  private runsIn(group: TreeGroup): readonly (RunNode | DamagedNode)[] {
    if (group === 'damaged') return this.damaged;
    return [...this.nodes.values()].filter(({ summary }) => groupOf(summary.state.status) === group);
  }

  private update(): void {
    const runs = this.store.list();
    const moved = runs.filter((summary) => this.nodes.get(summary.folder.path)?.summary !== summary);
    const former = new Map(this.nodes);
    this.nodes.clear();
    for (const summary of runs) {
      const runFolder = summary.folder.path;
      const node = former.get(runFolder) ?? { kind: 'run', runFolder, summary };
      node.summary = summary;
      this.nodes.set(runFolder, node);
    }
    const damaged = this.store.listDamaged();
    this.damaged = damaged.map((run) => ({ kind: 'damaged', run }));
    const drawn = [
      ...runs.map(({ folder, state }) => `${groupOf(state.status)} ${folder.path}`),
      ...damaged.map(({ folder, reason }) => `${folder} ${reason}`),
    ].join('\n');
    if (drawn !== this.drawn) this.changeEmitter.fire(undefined);
    else for (const { folder } of moved) this.changeEmitter.fire(this.nodes.get(folder.path));
    this.drawn = drawn;
  }
}
