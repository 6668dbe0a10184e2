import * as vscode from 'vscode';
import { exampleRowsIn, type ExampleRow } from '../../analysis/example-table';
import { ESTIMATE_TEXT, hintText, partsText } from '../../analysis/hint-text';
import type { Services } from '../services';

class ExampleHint extends vscode.InlayHint {
  constructor(
    position: vscode.Position,
    label: string,
    readonly document: vscode.TextDocument,
    readonly version: number,
    readonly row: ExampleRow,
  ) {
    super(position, label);
    this.paddingLeft = position.character > 0;
    this.paddingRight = true;
  }
}

const NO_ROWS = new Int32Array(0);

/**
 * The examples of a range, once their tokens are counted. VS Code listens for changes of hints only after every provider has answered: an
 * empty answer before the counts, and a change right after them, would leave the text without hints until somebody scrolls.
 * @returns none where the text is no dataset, or the request is no longer wanted
 */
function countedRows(
  { documents, client }: Pick<Services, 'documents' | 'client'>,
  document: vscode.TextDocument,
  range: vscode.Range,
  token: vscode.CancellationToken,
): Promise<readonly ExampleRow[]> {
  const [from, to] = [document.offsetAt(range.start), document.offsetAt(range.end)];
  const look = (): readonly ExampleRow[] | undefined => {
    if (token.isCancellationRequested || !documents.isDataset(document)) return [];
    const result = documents.current(document);
    const rows = exampleRowsIn(result?.examples ?? NO_ROWS, from, to);
    const counted = rows.filter((row) => row.tokens >= 0);
    if (result?.complete === true || (counted.length > 0 && counted.length === rows.length)) return counted;
    client.post({ type: 'look', uri: document.uri.toString(), from, to });
    return undefined;
  };
  return new Promise((resolve) => {
    const subscriptions: vscode.Disposable[] = [];
    const settle = (): void => {
      const rows = look();
      if (rows === undefined) return;
      for (const subscription of subscriptions) subscription.dispose();
      resolve(rows);
    };
    subscriptions.push(
      documents.onDidAnalyse(settle),
      documents.onDidRemove(settle),
      token.onCancellationRequested(settle),
    );
    settle();
  });
}

/** The tokens of each visible example at the end of its first line; before one that is on one line, whose end is seldom in sight. */
export function registerInlayHints(services: Services): vscode.Disposable {
  const { documents, client } = services;
  const changed = new vscode.EventEmitter<void>();
  const provider: vscode.InlayHintsProvider = {
    onDidChangeInlayHints: changed.event,
    async provideInlayHints(document, range, token) {
      const rows = await countedRows(services, document, range, token);
      const result = documents.current(document);
      if (result === undefined) return [];
      return rows.map((row) => {
        const start = document.positionAt(row.offset);
        const end = document.positionAt(row.endOffset);
        const position = start.line === end.line ? start : document.lineAt(start.line).range.end;
        const label = hintText(row, result.maxSeqLength, result.estimated);
        return new ExampleHint(position, label, document, result.version, row);
      });
    },
    async resolveInlayHint(hint) {
      if (!(hint instanceof ExampleHint)) return hint;
      const { document, version, row } = hint;
      const result = documents.current(document);
      if (result?.version !== version) return hint;
      if (result.estimated) {
        hint.tooltip = ESTIMATE_TEXT;
        return hint;
      }
      const parts = await client.ask('tokenParts', { uri: document.uri.toString(), version, index: row.index });
      if (parts !== undefined) hint.tooltip = new vscode.MarkdownString(partsText(parts, row, result.maxSeqLength));
      return hint;
    },
  };
  return vscode.Disposable.from(
    changed,
    documents.onDidAnalyse(() => {
      changed.fire();
    }),
    documents.onDidRemove(() => {
      changed.fire();
    }),
    vscode.languages.registerInlayHintsProvider({ pattern: '**' }, provider),
  );
}
