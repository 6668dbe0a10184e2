import path from 'node:path';
import * as vscode from 'vscode';
import { isSamePath } from '../base/same-path';
import type { AnalysisSettings } from '../analysis/protocol';
import { CONFIG_SCHEMA } from '../config/config-schema';
import { LEAST_THRESHOLD } from '../dataset/near/near-threshold';
import { readSetting } from './manifest/settings';

/** The settings for one file: what is set in VS Code, else what the nearest sft.config.json says. */
export async function settingsFor(uri: vscode.Uri): Promise<AnalysisSettings> {
  const { nearestConfig } = await import('../analysis/nearest-config');
  const config = uri.scheme === 'file' ? await nearestConfig(path.dirname(uri.fsPath)) : undefined;
  const length = readSetting('sft.maxSeqLength', uri);
  // A model brings a template that is run, if in an interpreter that reaches nothing: only where the person trusts the folder.
  const modelFolder = selectedModel(uri) ?? config?.modelFolder;
  return {
    modelFolder: vscode.workspace.isTrusted ? modelFolder : undefined,
    maxSeqLength: length ?? config?.maxSeqLength ?? CONFIG_SCHEMA.properties.max_seq_length.default,
    systemPrompt: config?.systemPrompt,
    trainOn: config?.trainOn,
    enableThinking: config?.enableThinking,
    // What VS Code gives is a proxy, which cannot be sent to a worker.
    rules: { ...readSetting('sft.rules', uri) },
    ...(config?.columns === undefined ? {} : { columns: config.columns }),
    otherParts: otherParts(config?.dataFiles ?? [], uri),
    nearDuplicateThreshold: Math.min(1, Math.max(LEAST_THRESHOLD, readSetting('sft.nearDuplicateThreshold', uri))),
  };
}

/** The files of the configuration that hold other parts of the data than this one does. */
function otherParts(files: readonly string[], { fsPath }: vscode.Uri): string[] {
  const others = files.filter((file) => !isSamePath(file, fsPath));
  return others.length < files.length ? others : [];
}

/** The folder that sft.model names for a file, absolute; undefined where it names none. */
export function selectedModel(uri: vscode.Uri): string | undefined {
  const model = readSetting('sft.model', uri).trim();
  return model === '' ? undefined : absolute(model, uri);
}

/** A relative model folder is taken from the workspace folder. */
function absolute(folder: string, uri: vscode.Uri): string {
  const workspace = vscode.workspace.getWorkspaceFolder(uri) ?? vscode.workspace.workspaceFolders?.[0];
  return workspace === undefined ? path.resolve(folder) : path.resolve(workspace.uri.fsPath, folder);
}

/** The folders of the workspace that hold a tokenizer.json. */
export async function modelFolders(): Promise<vscode.Uri[]> {
  const found = await vscode.workspace.findFiles('**/tokenizer.json', '**/{node_modules,.sft,.git}/**', 50);
  return found.map((file) => vscode.Uri.joinPath(file, '..'));
}

/** Whether a folder can be the model. */
export async function isModelFolder(uri: vscode.Uri): Promise<boolean> {
  const { hasTokenizer } = await import('../analysis/nearest-config');
  return hasTokenizer(uri.fsPath);
}
