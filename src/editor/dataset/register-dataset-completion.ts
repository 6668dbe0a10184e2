import * as vscode from 'vscode';
import type { Services } from '../services';

/** Offers the keys an example of the file's format still lacks, and explains the keys it has, in JSON and JSONL alike. */
export function registerDatasetCompletion(services: Services): vscode.Disposable {
  const isFor = (document: vscode.TextDocument): boolean =>
    services.documents.isDataset(document) && !/\.(csv|tsv)$/i.test(document.fileName);
  const selector = { pattern: '**' };
  return vscode.Disposable.from(
    vscode.languages.registerCompletionItemProvider(
      selector,
      {
        provideCompletionItems: async (document, position) =>
          isFor(document) ? (await import('./dataset-completion')).offerKeys(document, position) : [],
      },
      '"',
    ),
    vscode.languages.registerHoverProvider(selector, {
      provideHover: async (document, position) =>
        isFor(document) ? (await import('./dataset-completion')).explainKey(document, position) : undefined,
    }),
  );
}
