import path from 'node:path';
import * as vscode from 'vscode';
import { formatError, SftError } from '../../base/errors';
import { writeFileAtomic } from '../../base/files';
import { refuseInput } from '../../base/output-file';
import { readEventPieces } from '../../runs/folder/event-log';
import { RunFolder } from '../../runs/folder/run-folder';
import type { Dialogs } from '../dialogs';
import { EventsCsv } from './events-csv';
import { runReportHtml, type ReportedRun } from './run-report';

export interface ExportedRun extends ReportedRun {
  readonly folder: RunFolder;
}

interface Export {
  readonly label: string;
  readonly detail: string;
  readonly extension: string;
  readonly make: () => Promise<string | Uint8Array>;
}

/** Asks what to export and where to, and writes it. @param draw gives the charts as PNG */
export async function exportRuns(
  dialogs: Dialogs,
  runs: readonly ExportedRun[],
  draw: () => Promise<Uint8Array>,
): Promise<void> {
  const exports: readonly Export[] = [
    {
      label: 'Report as HTML',
      detail: 'A single self-contained file with curves, evaluation, predictions and configuration.',
      extension: 'html',
      make: () => Promise.resolve(runReportHtml(runs)),
    },
    { label: 'Charts as PNG', detail: 'One picture of the charts as shown.', extension: 'png', make: draw },
    {
      label: 'Events as CSV',
      detail: 'Every event with all its values, for a spreadsheet.',
      extension: 'csv',
      make: () => eventsCsv(runs),
    },
  ];
  const picked = await dialogs.pick(exports, 'What to export?');
  const chosen = exports.find(({ label }) => label === picked?.label);
  if (chosen === undefined) return;
  const first = runs[0]!;
  const name = runs.length === 1 ? first.run.id : 'compared-runs';
  const target = await dialogs.save({
    title: chosen.label,
    filters: { [chosen.extension.toUpperCase()]: [chosen.extension] },
    // Beside the configuration: a run folder is not where a person looks for what they exported.
    defaultUri: vscode.Uri.file(path.join(path.dirname(first.run.config_file), `${name}.${chosen.extension}`)),
  });
  if (target === undefined) return;
  try {
    const inputs = runs.flatMap(({ run, folder }) => [
      run.config_file,
      run.dataset.path,
      folder.runFile,
      folder.stateFile,
      folder.eventsFile,
    ]);
    await refuseInput(target.fsPath, inputs, { what: 'the export', remedy: 'choose another file' });
    await writeFileAtomic(target.fsPath, await chosen.make());
    void dialogs.info(`Written to ${target.fsPath}`);
  } catch (error) {
    const reason =
      error instanceof SftError ? formatError(error) : error instanceof Error ? error.message : String(error);
    void dialogs.error(`Nothing was exported: ${reason}`);
  }
}

async function eventsCsv(runs: readonly ExportedRun[]): Promise<string> {
  const csv = new EventsCsv();
  for (const { folder, label } of runs) {
    csv.begin(label);
    for await (const { events } of readEventPieces(folder.eventsFile, 0)) for (const event of events) csv.add(event);
  }
  return [...csv.pieces()].join('');
}
