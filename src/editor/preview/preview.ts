import path from 'node:path';
import * as vscode from 'vscode';
import { exampleRowsIn } from '../../analysis/example-table';
import {
  fromPreview,
  type FromPreview,
  type previewRequests,
  type ToPreview,
  type TrainingPreview,
} from '../../messages/preview';
import { done } from '../../messages/requests';
import { COMMANDS, type SomeHandlers } from '../manifest/command-ids';
import { runCommand } from '../manifest/commands';
import type { Services } from '../services';
import { createPanel, WebviewHost } from '../webview-host';

/** `SFT: Preview Training Sequence`: the tokens of the example under the cursor, beside the editor; it follows the cursor. */
export function registerPreview(services: Services) {
  const shown = new vscode.EventEmitter<TrainingPreview>();
  let view: PreviewView | undefined;
  const show = (): void => {
    if (view === undefined) view = new PreviewView(services, shown, () => (view = undefined));
    else view.update(vscode.window.activeTextEditor);
  };
  return {
    commands: { [COMMANDS.previewTrainingSequence]: show } satisfies SomeHandlers,
    /** An example's tokens have gone to the view. */
    onDidShow: shown.event,
    dispose: () => {
      view?.dispose();
      shown.dispose();
    },
  };
}

const NO_EXAMPLE = 'Place the cursor in an example of a dataset; one with errors is shown when they are fixed.';

class PreviewView {
  private readonly panel: vscode.WebviewPanel;
  private readonly host: WebviewHost<ToPreview, FromPreview, typeof previewRequests>;
  private editor = vscode.window.activeTextEditor;
  /** Raised by everything that makes an answer on its way useless. */
  private generation = 0;
  /** What is shown: the same is not sent again for every move of the cursor within an example. */
  private shown = '';
  /** The example under the cursor where it was last in one: it stays in view while the cursor is elsewhere. */
  private last: { readonly document: vscode.TextDocument; readonly index: number } | undefined;

  constructor(
    private readonly services: Services,
    private readonly onShow: vscode.EventEmitter<TrainingPreview>,
    onClose: () => void,
  ) {
    const { context, documents } = services;
    const place = { title: 'Training Sequence', column: vscode.ViewColumn.Beside, preserveFocus: true };
    this.panel = createPanel('preview', place);
    this.host = new WebviewHost<ToPreview, FromPreview, typeof previewRequests>(this.panel.webview, {
      name: 'preview',
      extensionUri: context.extensionUri,
      from: fromPreview,
      receive: () => {
        this.shown = '';
        void this.refresh();
      },
      handlers: {
        selectModel: () => {
          void runCommand(COMMANDS.selectModel);
          return done();
        },
      },
      log: (line) => {
        services.log(line);
      },
    });
    const subscription = vscode.Disposable.from(
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => {
        this.update(textEditor);
      }),
      vscode.window.onDidChangeActiveTextEditor((editor) => {
        this.update(editor);
      }),
      documents.onDidAnalyse(({ document }) => {
        if (document !== this.editor?.document && document !== this.last?.document) return;
        this.shown = '';
        void this.refresh();
      }),
      documents.onDidRemove(() => void this.refresh()),
    );
    this.panel.onDidDispose(() => {
      subscription.dispose();
      onClose();
    });
  }

  dispose(): void {
    this.panel.dispose();
  }

  /** The view itself having the focus leaves the last editor in it. */
  update(editor: vscode.TextEditor | undefined): void {
    if (editor === undefined) return;
    this.editor = editor;
    void this.refresh();
  }

  private async refresh(): Promise<void> {
    const generation = ++this.generation;
    try {
      const message = await this.message();
      if (message === undefined || generation !== this.generation) return;
      this.host.post(message);
      if (message.type === 'preview') this.onShow.fire(message.preview);
    } catch (error) {
      if (generation !== this.generation) return;
      this.shown = '';
      this.host.post({ type: 'unavailable', reason: error instanceof Error ? error.message : String(error) });
    }
  }

  /** @returns undefined where what is shown stays right, or where the analysis is still at work and its event comes */
  private async message(): Promise<ToPreview | undefined> {
    const { documents, client } = this.services;
    const nothing = (reason: string): ToPreview => {
      this.shown = '';
      return { type: 'unavailable', reason };
    };
    const front = this.editor?.document;
    if (front !== undefined && documents.isDataset(front) && documents.current(front) === undefined) return undefined;
    const shown = this.underCursor() ?? this.last;
    if (shown === undefined || !documents.isDataset(shown.document)) return nothing(NO_EXAMPLE);
    const { document, index } = shown;
    const result = documents.current(document);
    if (result === undefined) return undefined;
    if (index >= result.count) return nothing(NO_EXAMPLE);
    this.last = shown;
    const key = `${document.uri.toString()} ${result.version} ${index}`;
    if (key === this.shown) return undefined;
    if (result.estimated) {
      return nothing(result.modelProblem ?? 'Select a model: only its tokenizer knows the exact tokens.');
    }
    const { version } = result;
    const sequence = await client.ask('sequence', { uri: document.uri.toString(), version, index });
    // The text or the model was changed in the meantime: the next analysis asks again.
    if (sequence === undefined) return undefined;
    this.shown = key;
    const { modelName: model, maxSeqLength, tokens, note } = sequence;
    const file = path.posix.basename(document.uri.path);
    const preview = { file, example: index + 1, examples: result.count, model, maxSeqLength, note, tokens };
    return { type: 'preview', preview };
  }

  /** The valid example that the cursor is in. */
  private underCursor(): PreviewView['last'] {
    if (this.editor === undefined) return undefined;
    const { document, selection } = this.editor;
    const result = this.services.documents.current(document);
    if (result === undefined) return undefined;
    const cursor = document.offsetAt(selection.active);
    const row = exampleRowsIn(result.examples, cursor, cursor)[0];
    return row && { document, index: row.index };
  }
}
