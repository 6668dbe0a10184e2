import * as vscode from 'vscode';
import { DatasetChecker } from '../dataset/check';
import type { DatasetKind } from '../dataset/formats/kind';
import { knownKeys, objectAt, type ObjectAt } from './dataset-keys';
import type { Services } from './services';

/** So many lines around the cursor are looked at; a file may have hundreds of thousands. */
const LINES_BEFORE = 400;
const LINES_AFTER = 100;
/** A file's beginning tells its format. */
const HEAD_LINES = 200;
const MAX_HEAD_LENGTH = 65_536;
/** Lines longer than this in all are left alone: nobody types into them. */
const MAX_LENGTH = 2_000_000;

/** Offers the keys an example of the file's format still lacks, and explains the keys it has, in JSON and JSONL alike. */
export function registerDatasetCompletion(services: Services): vscode.Disposable {
  const kinds = new WeakMap<vscode.TextDocument, { readonly version: number; readonly kind: DatasetKind }>();
  const kindOf = (document: vscode.TextDocument): DatasetKind => {
    const known = kinds.get(document);
    if (known?.version === document.version) return known.kind;
    const checker = new DatasetChecker(document.fileName);
    checker.push(linesOf(document, 0, HEAD_LINES).text.slice(0, MAX_HEAD_LENGTH));
    checker.finish();
    kinds.set(document, { version: document.version, kind: checker.kind });
    return checker.kind;
  };
  const place = (
    document: vscode.TextDocument,
    position: vscode.Position,
  ): (ObjectAt & { base: number }) | undefined => {
    if (!services.documents.isDataset(document) || /\.(csv|tsv)$/i.test(document.fileName)) return undefined;
    const { text, start } = linesOf(document, position.line - LINES_BEFORE, position.line + LINES_AFTER);
    const base = document.offsetAt(start);
    const found = text.length > MAX_LENGTH ? undefined : objectAt(text, document.offsetAt(position) - base);
    return found === undefined ? undefined : { ...found, base };
  };
  const rangeOf = (document: vscode.TextDocument, at: ObjectAt & { base: number }): vscode.Range =>
    new vscode.Range(document.positionAt(at.base + at.start), document.positionAt(at.base + at.end));

  const completion: vscode.CompletionItemProvider = {
    provideCompletionItems(document, position) {
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
    },
  };
  const hover: vscode.HoverProvider = {
    provideHover(document, position) {
      const at = place(document, position);
      if (at?.key === undefined) return undefined;
      const key = knownKeys(kindOf(document), at.listKey).find((known) => known.name === at.key);
      if (key === undefined) return undefined;
      const text = new vscode.MarkdownString().appendText(key.description);
      return new vscode.Hover(text, rangeOf(document, at));
    },
  };
  const selector = { pattern: '**' };
  return vscode.Disposable.from(
    vscode.languages.registerCompletionItemProvider(selector, completion, '"'),
    vscode.languages.registerHoverProvider(selector, hover),
  );
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
