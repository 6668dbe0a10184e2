import path from 'node:path';
import * as vscode from 'vscode';
import { isSamePath } from '../../base/same-path';
import { activeDocument } from '../active-file';
import type { Services } from '../services';
import { configurations, dataFilesOf, isConfiguration } from './config-files';
import { newConfiguration } from './new-config';

const DATA = /\.(?:json|jsonl|ndjson|csv|tsv|parquet)$/i;

/**
 * The configuration to train with: the one that was asked for or is open; those of the dataset that was asked for or is open; else one
 * the person chooses. Where there is none it is made.
 */
export async function chooseConfiguration(services: Services, argument: unknown): Promise<vscode.Uri | undefined> {
  const target = argument instanceof vscode.Uri ? argument : await openTarget(services);
  if (target !== undefined && isConfiguration(target)) return target;
  const all = await configurations();
  const data = target !== undefined && target.scheme === 'file' && DATA.test(target.fsPath) ? target : undefined;
  const fitting = data === undefined ? all : await trainedOn(all, data.fsPath);
  if (fitting.length === 0) return newConfiguration(services, data);
  if (data !== undefined && fitting.length === 1) return fitting[0];
  return pick(services, fitting, data);
}

/** What is in the active editor, where it is something to train with. */
async function openTarget({ documents }: Services): Promise<vscode.Uri | undefined> {
  const document = await activeDocument();
  if (document === undefined) return undefined;
  return isConfiguration(document.uri) || documents.isDataset(document) ? document.uri : undefined;
}

async function trainedOn(configs: readonly vscode.Uri[], dataset: string): Promise<vscode.Uri[]> {
  const files = await Promise.all(configs.map(dataFilesOf));
  return configs.filter((_, index) => files[index]!.some((file) => isSamePath(file, dataset)));
}

async function pick(
  services: Services,
  configs: readonly vscode.Uri[],
  data: vscode.Uri | undefined,
): Promise<vscode.Uri | undefined> {
  const items = await Promise.all(
    configs.map(async (uri) => {
      const [dataset] = await dataFilesOf(uri);
      const label = `$(gear) ${vscode.workspace.asRelativePath(uri)}`;
      return {
        label,
        description: dataset === undefined ? 'has no dataset' : `trains on ${path.basename(dataset)}`,
        uri,
      };
    }),
  );
  const make = { label: '$(add) New configuration…', description: 'asks for data, model and how much to train' };
  const chosen = await services.dialogs.pick([...items, make], 'The configuration to train with');
  return chosen === make ? newConfiguration(services, data) : items.find((item) => item === chosen)?.uri;
}
