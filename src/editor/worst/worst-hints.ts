import * as vscode from 'vscode';
import { isSamePath } from '../../base/same-path';
import { meanLoss } from '../../runs/worst';
import { COMMANDS } from '../manifest/command-ids';
import { commandOf } from '../manifest/commands';
import { concerns, readSetting } from '../manifest/settings';
import type { Services } from '../services';
import { movedRange, type TextRange } from './moved-range';
import type { WorstExample, WorstExamples } from './worst-examples';

interface Placed {
  readonly worst: WorstExample;
  range: TextRange | undefined;
}

/**
 * A hint at each of the worst examples in the open data. They are found by what they ask and answer when a text is opened or saved, and
 * when a run ends; between, they move with the edits before them, and are gone once they are edited themselves. What is undone brings them back.
 */
export class WorstHints implements vscode.InlayHintsProvider, vscode.Disposable {
  private readonly changeEmitter = new vscode.EventEmitter<void>();
  private readonly placed = new Map<string, readonly Placed[]>();
  private readonly subscriptions: vscode.Disposable;
  /** What is known of the runs: their news are many. */
  private runs = '';

  readonly onDidChangeInlayHints = this.changeEmitter.event;

  constructor(
    private readonly services: Services,
    private readonly examples: WorstExamples,
  ) {
    const { documents, runs } = services;
    this.subscriptions = vscode.Disposable.from(
      documents.onDidAnalyse(({ document }) => {
        if (!this.placed.has(document.uri.toString())) void this.find(document);
      }),
      documents.onDidRemove((uri) => {
        this.placed.delete(uri.toString());
        this.changeEmitter.fire();
      }),
      vscode.workspace.onDidSaveTextDocument((document) => void this.find(document)),
      vscode.workspace.onDidChangeTextDocument((event) => {
        this.follow(event);
      }),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (concerns(event, 'sft.worstExamples')) void this.findAll();
      }),
      runs.onDidChange(() => {
        const done = runs.list().filter(({ state }) => state.status === 'done');
        const known = done.map(({ folder, label }) => `${folder.path} ${label}`).join('\n');
        if (known === this.runs) return;
        this.runs = known;
        void this.findAll();
      }),
      vscode.languages.registerInlayHintsProvider({ pattern: '**' }, this),
    );
  }

  dispose(): void {
    this.subscriptions.dispose();
    this.changeEmitter.dispose();
  }

  provideInlayHints(document: vscode.TextDocument, range: vscode.Range): vscode.InlayHint[] {
    const placed = this.placed.get(document.uri.toString()) ?? [];
    return placed.flatMap(({ worst, range: at }) => {
      if (at === undefined) return [];
      const [start, end] = [document.positionAt(at.offset), document.positionAt(at.endOffset)];
      const position = start.line === end.line ? end : document.lineAt(start.line).range.end;
      return range.contains(position) ? [hintOf(worst, position, this.count(document.uri))] : [];
    });
  }

  /** Looks again in every open text: a run has ended, or an example was dismissed. */
  async findAll(): Promise<void> {
    await Promise.all(vscode.workspace.textDocuments.map((document) => this.find(document)));
  }

  private count(uri: vscode.Uri): number {
    return readSetting('sft.worstExamples', uri);
  }

  private async find(document: vscode.TextDocument): Promise<void> {
    const { uri } = document;
    if (uri.scheme !== 'file' || !this.services.documents.isDataset(document)) return;
    const key = uri.toString();
    // Whoever looks at the same time need not look as well.
    if (!this.placed.has(key)) this.placed.set(key, []);
    const count = this.count(uri);
    const all = count === 0 ? [] : await this.examples.of(uri.fsPath, count);
    const worst = all.filter(({ file }) => isSamePath(file, uri.fsPath));
    const placed = worst.length === 0 ? [] : await this.place(document, worst);
    if (placed === undefined || document.isClosed) return;
    const none = (this.placed.get(key) ?? []).length + placed.length === 0;
    this.placed.set(key, placed);
    if (!none) this.changeEmitter.fire();
  }

  /** @returns undefined where the text was changed meanwhile: it is looked at again when it is saved */
  private async place(document: vscode.TextDocument, worst: readonly WorstExample[]): Promise<Placed[] | undefined> {
    const { version } = document;
    const found = await this.services.client.ask('findExamples', {
      file: document.uri.fsPath,
      text: document.getText(),
      examples: worst.map(({ example: { line, question, reference } }) => ({ line, question, reference })),
      columns: worst[0]!.run.run.config.columns,
    });
    if (document.version !== version) return undefined;
    return worst.map((one, at) => ({ worst: one, range: found[at] }));
  }

  private follow({ document, contentChanges, reason }: vscode.TextDocumentChangeEvent): void {
    const placed = this.placed.get(document.uri.toString());
    if (placed === undefined || placed.length === 0) return;
    // The changes of an event all speak of the text before it, the last one first.
    for (const { rangeOffset, rangeLength, text } of contentChanges) {
      const change = { offset: rangeOffset, endOffset: rangeOffset + rangeLength, length: text.length };
      for (const one of placed) one.range = one.range && movedRange(one.range, change);
    }
    if (reason !== undefined && placed.some(({ range }) => range === undefined)) void this.find(document);
  }
}

function hintOf({ run, example, key }: WorstExample, position: vscode.Position, count: number): vscode.InlayHint {
  const hint = new vscode.InlayHint(
    position,
    `loss ${meanLoss(example).toFixed(1)}: among the worst ${count} of ${run.label}`,
  );
  hint.paddingLeft = true;
  const link = (command: vscode.Command): string =>
    `[${command.title}](command:${command.command}?${encodeURIComponent(JSON.stringify(command.arguments))})`;
  const tooltip = new vscode.MarkdownString(
    [
      'The tuned model finds this answer unlikely: its loss per token is high. The example may just be hard; check whether it is wrong, misplaced or unlike the rest.',
      [
        link(commandOf(COMMANDS.showDashboard, 'Show Dashboard', run.folder.path)),
        link(commandOf(COMMANDS.dismissWorst, 'Dismiss', key)),
      ].join(' · '),
    ].join('\n\n'),
  );
  tooltip.isTrusted = { enabledCommands: [COMMANDS.showDashboard, COMMANDS.dismissWorst] };
  hint.tooltip = tooltip;
  return hint;
}
