import path from 'node:path';
import * as vscode from 'vscode';
import { countOf } from '../../base/count-of';
import { momentText } from '../../base/moment-text';
import { modelTitle } from '../../base/hub-cache';
import { dataNames } from '../../runs/data-names';
import type { RunProgress } from '../../runs/progress';
import { groupOf, type RunGroup } from '../../runs/run-groups';
import { headline } from '../../text/rouge/headline';
import { runDescription } from './run-description';
import type { CheckpointNode, DamagedNode, GroupNode, PartNode, RunNode, TreeGroup, TreeNode } from './run-nodes';

export interface ItemFacts {
  /** Runs in a group. */
  readonly size: number;
  readonly progress: RunProgress | undefined;
  /** What a run has otherwise than the one before it; empty for other nodes. */
  readonly changed: string;
}

/** How a node is drawn. */
export function treeItem(node: TreeNode, { size, progress, changed }: ItemFacts): vscode.TreeItem {
  switch (node.kind) {
    case 'group':
      return groupItem(node, size);
    case 'run':
      return runItem(node, progress, changed);
    case 'damaged':
      return damagedItem(node);
    case 'part':
      return partItem(node);
    case 'checkpoint':
      return checkpointItem(node);
  }
}

const GROUP_NAMES: Readonly<Record<TreeGroup, string>> = {
  damaged: 'Damaged',
  running: 'Running',
  queued: 'Queued',
  paused: 'Paused',
  interrupted: 'Interrupted',
  failed: 'Failed',
  stopped: 'Stopped',
  done: 'Done',
};

const ICONS: Readonly<Record<RunGroup, vscode.ThemeIcon>> = {
  running: new vscode.ThemeIcon('loading~spin'),
  queued: new vscode.ThemeIcon('clock'),
  paused: new vscode.ThemeIcon('debug-pause'),
  interrupted: new vscode.ThemeIcon('debug-disconnect', new vscode.ThemeColor('list.warningForeground')),
  failed: new vscode.ThemeIcon('error', new vscode.ThemeColor('list.errorForeground')),
  stopped: new vscode.ThemeIcon('debug-stop'),
  done: new vscode.ThemeIcon('pass', new vscode.ThemeColor('testing.iconPassed')),
};

function groupItem({ group }: GroupNode, size: number): vscode.TreeItem {
  const item = new vscode.TreeItem(GROUP_NAMES[group], vscode.TreeItemCollapsibleState.Expanded);
  item.id = `group:${group}`;
  item.description = String(size);
  item.contextValue = 'group';
  return item;
}

function runItem({ runFolder, summary }: RunNode, progress: RunProgress | undefined, changed: string): vscode.TreeItem {
  const { label, run, state, swept, evaluation } = summary;
  const group = groupOf(state.status);
  const item = new vscode.TreeItem(label, vscode.TreeItemCollapsibleState.Collapsed);
  item.id = runFolder;
  item.iconPath = ICONS[group];
  item.contextValue = `run.${group}${swept === undefined ? '' : '.sweep'}`;
  const when = momentText(run.created);
  item.description = runDescription(summary, changed, progress);
  item.tooltip = new vscode.MarkdownString(
    [
      `**${escape(label)}** · ${GROUP_NAMES[group].toLowerCase()}`,
      ...(state.message === undefined ? [] : [escape(state.message)]),
      ...(evaluation === undefined ? [] : [escape(headline(evaluation))]),
      ...(changed === '' ? [] : [`Changed since the previous run: ${escape(changed)}`]),
      [
        ['started', when],
        ['model', modelTitle(run.base_model.path)],
        ['data', dataNames(run)],
        ['steps', state.total_steps === null ? 'not known yet' : `${state.step} of ${state.total_steps}`],
        ['folder', runFolder],
      ]
        .map(([name, value]) => `${name!}: ${escape(value!)}`)
        .join('  \n'),
    ].join('\n\n'),
  );
  // The icon is not read aloud.
  item.accessibilityInformation = {
    label: `${label}, ${GROUP_NAMES[group].toLowerCase()}, ${item.description}`,
  };
  return item;
}

function damagedItem({ run: { folder, reason } }: DamagedNode): vscode.TreeItem {
  const item = new vscode.TreeItem(path.basename(folder));
  item.id = `damaged:${folder}`;
  item.iconPath = new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
  item.contextValue = 'damaged';
  // Every file of a run that is named lies in its folder.
  item.description = reason.replace(folder + path.sep, '');
  item.tooltip = reason;
  item.command = { title: 'Reveal', command: 'revealInExplorer', arguments: [vscode.Uri.file(folder)] };
  return item;
}

const PART_ITEMS: Readonly<
  Record<PartNode['part'], { readonly label: string; readonly icon: string; readonly tooltip: string }>
> = {
  configuration: { label: 'Configuration', icon: 'gear', tooltip: 'What the run was made from' },
  checkpoints: { label: 'Checkpoints', icon: 'save-all', tooltip: 'States from which a stopped run can resume' },
  evaluation: { label: 'Evaluation', icon: 'graph', tooltip: 'Scores on the test part: base and tuned model' },
  predictions: { label: 'Predictions', icon: 'comment-discussion', tooltip: 'The answers to the test questions' },
  log: { label: 'Log', icon: 'output', tooltip: 'The messages of the run' },
  adapter: { label: 'Adapter', icon: 'package', tooltip: 'The result: a LoRA adapter in PEFT format' },
  model: { label: 'Model', icon: 'package', tooltip: 'The result: a model folder' },
};

function partItem({ part, runFolder, path: target }: PartNode): vscode.TreeItem {
  const { label, icon, tooltip } = PART_ITEMS[part];
  const { None, Collapsed } = vscode.TreeItemCollapsibleState;
  const item = new vscode.TreeItem(label, part === 'checkpoints' ? Collapsed : None);
  const uri = vscode.Uri.file(target);
  item.id = `${runFolder}:${part}`;
  item.iconPath = new vscode.ThemeIcon(icon);
  item.tooltip = tooltip;
  item.contextValue = `part.${part}`;
  const folder = part === 'adapter' || part === 'model';
  if (folder) item.command = { title: 'Reveal', command: 'revealInExplorer', arguments: [uri] };
  else if (part !== 'checkpoints') item.command = { title: 'Open', command: 'vscode.open', arguments: [uri] };
  return item;
}

function checkpointItem({ name, runFolder, path: target }: CheckpointNode): vscode.TreeItem {
  const item = new vscode.TreeItem(name === 'best' ? 'best' : name.replace('-', ' '));
  item.id = `${runFolder}:checkpoint:${name}`;
  item.iconPath = new vscode.ThemeIcon(name === 'best' ? 'star' : 'save');
  item.tooltip =
    name === 'best' ? 'Where the validation loss was lowest so far' : `After ${countOf(Number(name.slice(5)), 'step')}`;
  item.contextValue = 'checkpoint';
  item.command = { title: 'Reveal', command: 'revealInExplorer', arguments: [vscode.Uri.file(target)] };
  return item;
}

/** Names are the person's: nothing in them is markdown. */
function escape(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]()#+\-.!|<>~]/g, '\\$&');
}
