import * as vscode from 'vscode';
import type { Services } from '../services';
import { followShown } from './follow-shown';

/** Longer ones end out of sight. */
const LONG = 160;
/** So many lines tell. */
const LOOKED_AT = 50;

/** Offers to wrap the lines of a dataset that are too long to be read, as those of JSONL mostly are. */
export function registerWrapStatus({ documents }: Services): vscode.Disposable {
  const item = vscode.languages.createLanguageStatusItem('sft.wrap', []);
  item.name = 'SFT long lines';
  item.text = 'Lines are wider than the editor';
  item.command = { title: 'Wrap Lines', command: 'editor.action.toggleWordWrap' };
  const update = (): void => {
    const document = vscode.window.activeTextEditor?.document;
    if (document === undefined) return;
    const wrap = vscode.workspace.getConfiguration('editor', document).get<string>('wordWrap');
    const offered = wrap === 'off' && documents.isDataset(document) && hasLongLine(document);
    item.selector = offered ? [{ language: document.languageId }] : [];
  };
  return vscode.Disposable.from(item, followShown(documents, update));
}

function hasLongLine(document: vscode.TextDocument): boolean {
  const looked = Math.min(LOOKED_AT, document.lineCount);
  return Array.from({ length: looked }, (_, line) => document.lineAt(line).text.length).some((length) => length > LONG);
}
