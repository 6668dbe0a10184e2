import * as vscode from 'vscode';
import { DatasetChecker } from '../../dataset/check';
import type { DatasetKind } from '../../dataset/formats/kind';
import { knownKeys, objectAt, type ObjectAt } from './dataset-keys';

/** So many lines around the cursor are looked at; a file may have hundreds of thousands. */
const LINES_BEFORE = 400;
const LINES_AFTER = 100;
/** A file's beginning tells its format. */
const HEAD_LINES = 200;
const MAX_HEAD_LENGTH = 65_536;
/** Lines longer than this in all are left alone: nobody types into them. */
const MAX_LENGTH = 2_000_000;

const kinds = new WeakMap<vscode.TextDocument, { readonly version: number; readonly kind: DatasetKind }>();

/** The keys that the example at `position` still lacks. */
export function offerKeys(document: vscode.TextDocument, position: vscode.Position): vscode.CompletionItem[] {
  const at = place(document, position);
  if (at === undefined) return [];
  return knownKeys(kindOf(document), at.listKey)
    .filter((key) => key.name === at.key || !at.keys.includes(key.name))
    .map((key, index) => {
      const item = new vscode.CompletionItem(key.name, vscode.CompletionItemKind.Property);
      const written = `"${key.name}"`;
      item.insertText = at.hasValue
        ? written
        : new vscode.SnippetString(`${written}: ${key.snippet}${at.needsComma ? ',' : ''}`);
      item.filterText = written;
      item.range = rangeOf(document, at);
      item.sortText = `0${String(index).padStart(2, '0')}`;
      item.detail = key.required ? 'needed' : 'optional';
      item.documentation = key.description;
      return item;
    });
}

/** What the key at `position` is for. */
export function explainKey(document: vscode.TextDocument, position: vscode.Position): vscode.Hover | undefined {
  const at = place(document, position);
  if (at?.key === undefined) return undefined;
  const key = knownKeys(kindOf(document), at.listKey).find((known) => known.name === at.key);
  if (key === undefined) return undefined;
  const text = new vscode.MarkdownString().appendText(key.description);
  return new vscode.Hover(text, rangeOf(document, at));
}

function kindOf(document: vscode.TextDocument): DatasetKind {
  const known = kinds.get(document);
  if (known?.version === document.version) return known.kind;
  const checker = new DatasetChecker(document.fileName);
  checker.push(linesOf(document, 0, HEAD_LINES).text.slice(0, MAX_HEAD_LENGTH));
  checker.finish();
  kinds.set(document, { version: document.version, kind: checker.kind });
  return checker.kind;
}

interface Place extends ObjectAt {
  /** Where the text begins in which the object was found. */
  readonly base: number;
}

function place(document: vscode.TextDocument, position: vscode.Position): Place | undefined {
  const { text, start } = linesOf(document, position.line - LINES_BEFORE, position.line + LINES_AFTER);
  const base = document.offsetAt(start);
  const found = text.length > MAX_LENGTH ? undefined : objectAt(text, document.offsetAt(position) - base);
  return found === undefined ? undefined : { ...found, base };
}

function rangeOf(document: vscode.TextDocument, at: Place): vscode.Range {
  return new vscode.Range(document.positionAt(at.base + at.start), document.positionAt(at.base + at.end));
}

function linesOf(
  document: vscode.TextDocument,
  from: number,
  to: number,
): { readonly text: string; readonly start: vscode.Position } {
  const start = new vscode.Position(Math.max(0, from), 0);
  const text = document.getText(new vscode.Range(start, new vscode.Position(to, 0)));
  return { text, start };
}
