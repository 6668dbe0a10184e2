import path from 'node:path';
import * as v from 'valibot';
import * as vscode from 'vscode';
import { dashboardState } from '../../messages/dashboard';
import { COMMANDS, type SomeHandlers } from '../manifest/command-ids';
import { runCommand } from '../manifest/commands';
import { chooseRun } from '../runs/run-choice';
import type { Services } from '../services';
import { createPanel, panelType } from '../webview-host';
import type { DashboardPanel } from './dashboard-panel';

/** The dashboards that are open, by the paths of their runs. */
const OPEN = 'sft.dashboards';
const SEPARATOR = '\n';

/** `SFT: Show Dashboard`, and the command that compares runs: one tab for each run, and for each set of compared runs. */
export function registerDashboard(services: Services) {
  const panels = new Map<string, DashboardPanel>();
  const { workspaceState } = services.context;
  const before = [...workspaceState.get<readonly string[]>(OPEN, [])];
  const remembered = (): readonly string[] | undefined => {
    const at = before.findIndex((key) => !panels.has(key));
    return at < 0 ? undefined : before.splice(at, 1)[0]?.split(SEPARATOR);
  };
  const remember = (): void => void workspaceState.update(OPEN, [...panels.keys()]);
  const open = async (folders: readonly string[], restored?: vscode.WebviewPanel): Promise<void> => {
    const { DashboardPanel } = await import('./dashboard-panel');
    const runs = [...new Set(folders.map((folder) => path.resolve(folder)))];
    const key = runs.toSorted().join(SEPARATOR);
    const shown = panels.get(key);
    if (shown !== undefined) {
      restored?.dispose();
      shown.reveal();
      return;
    }
    const place = { title: 'Run', column: vscode.ViewColumn.Active, preserveFocus: false };
    const panel = restored ?? createPanel('dashboard', place);
    const onClose = (): void => {
      panels.delete(key);
      remember();
    };
    panels.set(key, new DashboardPanel(services, panel, runs, onClose));
    remember();
  };
  const commands = {
    [COMMANDS.showDashboard]: async (which: unknown) => {
      const folder = folderOf(which) ?? (await chooseFolder(services));
      if (folder !== undefined) await open([folder]);
    },
    [COMMANDS.compareRuns]: async (which: unknown) => {
      const folders = Array.isArray(which) ? which.map(folderOf).filter((folder) => folder !== undefined) : [];
      // Without runs, the view of the runs lets a person choose some, and calls again.
      if (folders.length > 0) await open(folders);
      else await runCommand(COMMANDS.compareSelectedRuns);
    },
  } satisfies SomeHandlers;
  const serializer = vscode.window.registerWebviewPanelSerializer(panelType('dashboard'), {
    deserializeWebviewPanel: async (panel, state: unknown) => {
      const kept = v.safeParse(dashboardState, state);
      // A window that ended in a hurry has not kept what its tabs showed, nor has an older version in this way.
      const folders = kept.success ? kept.output.folders : remembered();
      if (folders === undefined) panel.dispose();
      else await open(folders, panel);
    },
  });
  return { commands, dispose: () => void serializer.dispose() };
}

/** Of a path or of an item of the runs view. */
function folderOf(which: unknown): string | undefined {
  if (typeof which === 'string') return which;
  const folder = (which as { readonly runFolder?: unknown } | undefined)?.runFolder;
  return typeof folder === 'string' ? folder : undefined;
}

async function chooseFolder(services: Services): Promise<string | undefined> {
  await services.runs.refresh();
  const none = 'There is no run yet: start one with "SFT: Start Training".';
  return (await chooseRun(services, undefined, { placeHolder: 'Which run?', none }))?.folder.path;
}
