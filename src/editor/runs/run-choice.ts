import path from 'node:path';
import * as vscode from 'vscode';
import type { RunSummary } from '../../runs/read-runs';
import { groupOf, type RunGroup } from '../../runs/run-groups';
import type { Services } from '../services';
import { choiceDescription } from './run-description';

/** Which runs a command is for, and how it asks for one. */
export interface RunQuestion {
  readonly groups?: readonly RunGroup[];
  readonly placeHolder: string;
  /** Said where there is no run to choose from. */
  readonly none: string;
}

/**
 * The run a command was called for: a path or a node of the tree; without either the person chooses, unless there is only one.
 * @returns undefined where there is none, or none was chosen; the person has been told
 */
export async function chooseRun(
  services: Services,
  argument: unknown,
  question: RunQuestion,
): Promise<RunSummary | undefined> {
  const folder = folderOf(argument);
  if (folder !== undefined) {
    const run = services.runs.get(folder) ?? (await services.runs.reload(folder));
    if (run === undefined) void services.dialogs.error(`There is no run in ${folder}: was it deleted?`);
    return run;
  }
  const { groups } = question;
  const runs = services.runs
    .list()
    .filter(({ state }) => groups === undefined || groups.includes(groupOf(state.status)));
  if (runs.length === 0) {
    void services.dialogs.info(question.none);
    return undefined;
  }
  if (runs.length === 1 && groups !== undefined) return runs[0];
  const items = runs.map((run) => ({
    label: run.label,
    description: choiceDescription(run, services.runs.list()),
    detail: path.basename(run.folder.path),
    run,
  }));
  const chosen = await services.dialogs.pick(items, question.placeHolder);
  return items.find((item) => item === chosen)?.run;
}

/** The run folders of a selection in the tree: VS Code gives the node that was clicked and all that are selected. */
export function foldersOf(clicked: unknown, selected: unknown): string[] {
  const nodes: readonly unknown[] = Array.isArray(selected) && selected.length > 0 ? selected : [clicked];
  return [...new Set(nodes.map(folderOf).filter((folder) => folder !== undefined))];
}

function folderOf(argument: unknown): string | undefined {
  if (typeof argument === 'string') return argument;
  if (argument instanceof vscode.Uri) return argument.fsPath;
  const folder = (argument as { readonly runFolder?: unknown } | null | undefined)?.runFolder;
  return typeof folder === 'string' ? folder : undefined;
}
