import path from 'node:path';
import * as vscode from 'vscode';
import { isSameFile } from '../../base/output-file';
import type { AppendedExample, NewExample } from '../../dataset/append-example';
import type { TextEdit } from '../../dataset/finding';
import { KIND_NAMES } from '../../dataset/formats/kind';
import { NEW_FILE, type ChatChoice } from '../../messages/chat';
import type { Services } from '../services';
import { errorText } from '../error-text';
import { settingsFor } from '../settings';

/** A text that goes on changing under the edit is left alone. */
const MOST_ATTEMPTS = 3;

/** The files an answer can be added to: what the run was trained on, what other runs were, open datasets, and a new file. */
export function saveTargets({ documents, runs }: Services, runFolder: string | undefined): ChatChoice[] {
  const targets = new Map<string, ChatChoice>();
  const add = (uri: vscode.Uri, group: string): void => {
    const id = uri.toString();
    if (!targets.has(id)) targets.set(id, { id, label: vscode.workspace.asRelativePath(uri), group });
  };
  const tables = /\.(?:csv|tsv|tab|parquet)$/i;
  const trained = runs.list().toSorted((a, b) => own(b.folder.path) - own(a.folder.path));
  function own(folder: string): number {
    return folder === runFolder ? 1 : 0;
  }
  for (const { run, folder } of trained) {
    if (tables.test(run.dataset.path)) continue;
    add(vscode.Uri.file(run.dataset.path), own(folder.path) ? 'Trained on' : 'Other runs');
  }
  for (const document of vscode.workspace.textDocuments) {
    if (documents.isDataset(document)) add(document.uri, 'Open');
  }
  return [...targets.values(), { id: NEW_FILE, label: 'Another file…', group: 'Elsewhere' }];
}

/**
 * Adds an example to the end of a dataset, as an edit that can be undone, and shows it there.
 * @throws Error with the reason where the file cannot be read or is broken; nothing is changed then
 */
export async function saveAnswer(services: Services, target: string, example: NewExample): Promise<void> {
  const chosen = target === NEW_FILE ? await chooseFile() : vscode.Uri.parse(target, true);
  if (chosen === undefined) return;
  const document = (await openUnderOtherName(chosen)) ?? (await vscode.workspace.openTextDocument(chosen));
  const { uri } = document;
  const file = fileName(document);
  const { columns } = await settingsFor(uri);
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
    const { version } = document;
    const text = document.getText();
    const { edit, kind, lost, lacks } = await services.client.ask('appendExample', { file, text, example, columns });
    if (document.version !== version) continue;
    const range = new vscode.Range(document.positionAt(edit.start), document.positionAt(edit.end));
    const change = new vscode.WorkspaceEdit();
    change.replace(uri, range, edit.text);
    if (!(await vscode.workspace.applyEdit(change))) throw new Error(`${file} cannot be edited`);
    // It is added: an editor that VS Code does not get open, because another one opens just then, makes it no less so.
    void reveal(document, edit.start, edit.text).then(undefined, () => undefined);
    if (lost.length > 0) {
      const what = lost.join(' and ');
      void services.dialogs.warn(`Added without ${what}: a file of ${KIND_NAMES[kind]} examples has no place for it.`);
    }
    if (lacks !== undefined) {
      // Not awaited: a person may take any time over a question.
      const asking = askCategory(services, lacks).then(async (agency) => {
        if (agency === undefined) return;
        const complete = await services.client.ask('appendExample', {
          file,
          text,
          example: { ...example, agency },
          columns,
        });
        await replaceAdded(document, edit, complete.edit);
      });
      asking.catch((error: unknown) => services.dialogs.error(errorText(error)));
    }
    return;
  }
  throw new Error(`${path.basename(file)} is being changed by something else - try again`);
}

/** Asks for the category that the other examples have. @returns undefined where the person leaves it out */
async function askCategory(
  { dialogs }: Services,
  { field, values }: NonNullable<AppendedExample['lacks']>,
): Promise<string | undefined> {
  const choose = `Choose ${field}…`;
  const told = `Added without ${field}, which most examples of the file have.`;
  if ((await dialogs.info(told, choose)) !== choose) return undefined;
  const items = values.map((label) => ({ label }));
  return (await dialogs.pick(items, `${field} of the example that was added`))?.label;
}

/**
 * Puts an example in the place of itself as it was added before.
 * @throws Error where it does not stand there any more as it was added
 */
async function replaceAdded(document: vscode.TextDocument, added: TextEdit, complete: TextEdit): Promise<void> {
  const end = added.start + added.text.length;
  const range = new vscode.Range(document.positionAt(added.start), document.positionAt(end));
  const change = new vscode.WorkspaceEdit();
  change.replace(document.uri, range, complete.text);
  const stands = document.getText(range) === added.text;
  if (!stands || !(await vscode.workspace.applyEdit(change))) {
    throw new Error(`${path.basename(document.uri.path)} has changed since - add it to the example by hand`);
  }
}

/** The document of the same file that is open already, by a link say: two documents would overwrite each other when they are saved. */
async function openUnderOtherName(uri: vscode.Uri): Promise<vscode.TextDocument | undefined> {
  if (uri.scheme !== 'file') return undefined;
  for (const document of vscode.workspace.textDocuments) {
    if (document.uri.scheme === 'file' && (await isSameFile(document.uri.fsPath, uri.fsPath))) return document;
  }
  return undefined;
}

/** Its ending tells the format where VS Code's language does. */
function fileName({ uri, languageId }: vscode.TextDocument): string {
  const name = uri.scheme === 'file' ? uri.fsPath : uri.path;
  return languageId === 'jsonl' && !/\.(?:jsonl|ndjson)$/i.test(name) ? `${name}.jsonl` : name;
}

async function chooseFile(): Promise<vscode.Uri | undefined> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const uri = await vscode.window.showSaveDialog({
    title: 'Add the Answer To',
    saveLabel: 'Add',
    filters: { 'JSON Lines': ['jsonl'], JSON: ['json'] },
    ...(folder === undefined ? {} : { defaultUri: vscode.Uri.joinPath(folder, 'chat-examples.jsonl') }),
  });
  if (uri === undefined) return undefined;
  const there = await vscode.workspace.fs.stat(uri).then(
    () => true,
    () => false,
  );
  // The dialog asks before it lets a file be replaced; here it is added to, so nothing is lost.
  if (!there) await vscode.workspace.fs.writeFile(uri, new Uint8Array());
  return uri;
}

async function reveal(document: vscode.TextDocument, start: number, text: string): Promise<void> {
  const begin = document.positionAt(start + /^[\s,]*/.exec(text)![0].length);
  const range = new vscode.Range(begin, document.positionAt(start + text.trimEnd().length));
  const shown = vscode.window.visibleTextEditors.find((one) => one.document === document);
  const editor = await vscode.window.showTextDocument(document, {
    preserveFocus: true,
    preview: false,
    ...(shown?.viewColumn === undefined ? {} : { viewColumn: shown.viewColumn }),
  });
  editor.selection = new vscode.Selection(range.end, range.start);
  editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}
