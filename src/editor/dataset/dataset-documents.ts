import path from 'node:path';
import * as vscode from 'vscode';
import { isSamePath } from '../../base/same-path';
import type { AnalysisClient } from '../../analysis/client';
import { HEAD_LENGTH, looksLikeDataset, looksLikeTable } from '../../analysis/detect';
import type { AnalysisResult, AnalysisSettings, FromWorker } from '../../analysis/protocol';
import { tableFormat } from '../../dataset/formats/table-file';
import { CONFIG_GLOB } from '../config/config-name';
import { concerns, readSetting } from '../manifest/settings';
import { settingsFor } from '../settings';
import { watchSiblings } from './sibling-watch';

export interface Analysed {
  readonly document: vscode.TextDocument;
  readonly result: AnalysisResult;
}

interface Tracked {
  readonly document: vscode.TextDocument;
  /** The worker holds the text; what changes before that goes with the text itself. */
  sent: boolean;
  result: AnalysisResult | undefined;
  readonly siblings: vscode.Disposable | undefined;
  /** Files that the configuration has for other parts of the data. */
  otherParts: readonly string[];
}

/** The open documents that are datasets, kept in step with the worker. */
export class DatasetDocuments {
  private readonly tracked = new Map<string, Tracked>();
  private readonly off = new Set<string>();
  private readonly analysedEmitter = new vscode.EventEmitter<Analysed>();
  private readonly removedEmitter = new vscode.EventEmitter<vscode.Uri>();
  private readonly subscriptions: { dispose(): unknown }[] = [];
  /** Raised by everything that may change settings: what was read before is read again. */
  private settingsEpoch = 0;

  /** A new result for the document's present version; the first of two may not be complete. */
  readonly onDidAnalyse = this.analysedEmitter.event;
  /** The document is closed, switched off, or no dataset any more. */
  readonly onDidRemove = this.removedEmitter.event;

  constructor(
    private readonly client: AnalysisClient,
    private readonly log: (line: string) => void,
  ) {
    const { workspace } = vscode;
    const watcher = workspace.createFileSystemWatcher(CONFIG_GLOB);
    const reconfigure = (): void => void this.reconfigure();
    this.subscriptions.push(
      workspace.onDidOpenTextDocument((document) => void this.consider(document)),
      workspace.onDidCloseTextDocument((document) => {
        this.remove(document.uri);
        this.off.delete(document.uri.toString());
      }),
      workspace.onDidChangeTextDocument((event) => {
        this.changed(event);
      }),
      workspace.onDidChangeConfiguration((event) => {
        if (concerns(event, 'sft.dataset.files')) this.considerAll();
        if (concerns(event, 'sft')) reconfigure();
      }),
      workspace.onDidSaveTextDocument((document) => {
        this.compareWith(document.uri);
      }),
      workspace.onDidGrantWorkspaceTrust(reconfigure),
      watcher,
      watcher.onDidChange(reconfigure),
      watcher.onDidCreate(reconfigure),
      watcher.onDidDelete(reconfigure),
    );
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
    for (const { siblings } of this.tracked.values()) siblings?.dispose();
    this.analysedEmitter.dispose();
    this.removedEmitter.dispose();
  }

  /** Looks at all open documents. */
  considerAll(): void {
    for (const document of vscode.workspace.textDocuments) void this.consider(document);
  }

  /** The worker is new: it knows no text. */
  reopen(): void {
    for (const tracked of this.tracked.values()) {
      tracked.sent = false;
      void this.send(tracked);
    }
  }

  isDataset(document: vscode.TextDocument): boolean {
    return this.tracked.has(document.uri.toString());
  }

  /** Whether checking is switched off for a document that would be a dataset. */
  isOff(document: vscode.TextDocument): boolean {
    return this.off.has(document.uri.toString());
  }

  /** The result for the document as it stands; undefined while it is being analysed. */
  current(document: vscode.TextDocument): AnalysisResult | undefined {
    const result = this.tracked.get(document.uri.toString())?.result;
    return result?.version === document.version ? result : undefined;
  }

  /** Resolves when the present version's complete result has been published. */
  analysed(uri: vscode.Uri): Promise<AnalysisResult> {
    return new Promise((resolve) => {
      const look = (): boolean => {
        const tracked = this.tracked.get(uri.toString());
        const result = tracked && this.current(tracked.document);
        if (result?.complete !== true) return false;
        resolve(result);
        return true;
      };
      if (look()) return;
      const subscription = this.onDidAnalyse(() => {
        if (look()) subscription.dispose();
      });
    });
  }

  /** Switches checking off, or on again; a file that was not taken for a dataset is taken from then on. */
  toggle(document: vscode.TextDocument): void {
    const key = document.uri.toString();
    if (this.tracked.has(key)) {
      this.off.add(key);
      this.remove(document.uri);
    } else {
      this.off.delete(key);
      void this.add(document);
    }
  }

  receive(message: Extract<FromWorker, { type: 'result' | 'failed' }>): void {
    const tracked = this.tracked.get(message.uri);
    if (tracked === undefined) return;
    if (message.type === 'failed') {
      this.log(message.problem.stack ?? message.problem.message);
      return;
    }
    // An older version's offsets point to the wrong places: the next result is on its way.
    if (message.result.version !== tracked.document.version) return;
    tracked.result = message.result;
    this.analysedEmitter.fire({ document: tracked.document, result: message.result });
  }

  private async consider(document: vscode.TextDocument): Promise<void> {
    if (this.isDataset(document) || this.isOff(document)) return;
    if (!this.matches(document) && !(await isNamedData(document))) return;
    if (!this.isDataset(document) && !this.isOff(document) && !document.isClosed) await this.add(document);
  }

  private matches(document: vscode.TextDocument): boolean {
    if (document.uri.scheme === 'git' || document.uri.scheme === 'output') return false;
    const patterns = readSetting('sft.dataset.files', document.uri);
    if (patterns.some((pattern) => vscode.languages.match({ pattern }, document) > 0)) return true;
    if (!mayBeData(document)) return false;
    const head = document.getText(new vscode.Range(document.positionAt(0), document.positionAt(HEAD_LENGTH)));
    if (isTable(document)) return looksLikeTable(head);
    return looksLikeDataset(head, document.languageId === 'jsonl');
  }

  private async add(document: vscode.TextDocument): Promise<void> {
    const uri = document.uri.toString();
    const siblings = watchSiblings(document.uri, () => {
      if (tracked.sent) this.client.post({ type: 'siblings', uri });
    });
    const tracked: Tracked = { document, sent: false, result: undefined, siblings, otherParts: [] };
    this.tracked.set(uri, tracked);
    await this.send(tracked);
  }

  private async send(tracked: Tracked): Promise<void> {
    const { document } = tracked;
    // A window that starts gets its settings and its trust while the first files are read already.
    let epoch: number;
    let settings: AnalysisSettings;
    do {
      epoch = this.settingsEpoch;
      settings = await settingsFor(document.uri);
    } while (epoch !== this.settingsEpoch);
    const uri = document.uri.toString();
    if (this.tracked.get(uri) !== tracked || tracked.sent) return;
    tracked.sent = true;
    tracked.otherParts = settings.otherParts ?? [];
    const jsonLines = document.languageId === 'jsonl' && !/\.(?:jsonl|ndjson)$/i.test(document.uri.path);
    const file =
      (document.uri.scheme === 'file' ? document.uri.fsPath : document.uri.path) + (jsonLines ? '.jsonl' : '');
    this.client.post({ type: 'open', uri, file, version: document.version, text: document.getText(), settings });
  }

  private changed({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    if (contentChanges.length === 0) return;
    const tracked = this.tracked.get(document.uri.toString());
    if (tracked === undefined) {
      void this.consider(document);
      return;
    }
    if (!tracked.sent) return;
    const changes = contentChanges.map(({ rangeOffset, rangeLength, text }) => ({
      offset: rangeOffset,
      length: rangeLength,
      text,
    }));
    this.client.post({ type: 'change', uri: document.uri.toString(), version: document.version, changes });
  }

  private remove(uri: vscode.Uri): void {
    const tracked = this.tracked.get(uri.toString());
    if (tracked === undefined) return;
    this.tracked.delete(uri.toString());
    tracked.siblings?.dispose();
    this.client.post({ type: 'close', uri: uri.toString() });
    this.removedEmitter.fire(uri);
  }

  /** What was saved may hold examples of other documents that are parts of the same data. */
  private compareWith({ fsPath }: vscode.Uri): void {
    for (const [uri, { sent, otherParts }] of this.tracked) {
      if (sent && otherParts.some((file) => isSamePath(file, fsPath))) this.client.post({ type: 'siblings', uri });
    }
  }

  private async reconfigure(): Promise<void> {
    const epoch = ++this.settingsEpoch;
    // It may name a document that does not look like data.
    this.considerAll();
    for (const { document } of [...this.tracked.values()]) {
      const settings = await settingsFor(document.uri);
      if (epoch !== this.settingsEpoch) return;
      const tracked = this.tracked.get(document.uri.toString());
      if (tracked?.sent !== true) continue;
      // Until the new result is there, nothing is current.
      tracked.result = undefined;
      tracked.otherParts = settings.otherParts ?? [];
      this.client.post({ type: 'settings', uri: document.uri.toString(), settings });
    }
  }
}

/** Whether the nearest configuration trains or measures on the document: what its fields are called is then for it to say. */
async function isNamedData(document: vscode.TextDocument): Promise<boolean> {
  const { uri } = document;
  if (uri.scheme !== 'file' || !mayBeData(document)) return false;
  const { nearestConfig } = await import('../../analysis/nearest-config');
  const config = await nearestConfig(path.dirname(uri.fsPath));
  return config?.dataFiles.some((file) => isSamePath(file, uri.fsPath)) === true;
}

function mayBeData(document: vscode.TextDocument): boolean {
  return document.languageId === 'json' || document.languageId === 'jsonl' || isTable(document);
}

/** By its name: other extensions give tables languages of their own. */
function isTable({ uri }: vscode.TextDocument): boolean {
  return tableFormat(uri.path) !== undefined;
}
