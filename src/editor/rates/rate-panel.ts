import * as vscode from 'vscode';
import { fromRates, type FromRates, type RateTest, type ratesRequests, type ToRates } from '../../messages/rates';
import { done } from '../../messages/requests';
import { COMMANDS } from '../manifest/command-ids';
import { runCommand } from '../manifest/commands';
import { sftCommand } from '../runs/worker-command';
import type { Services } from '../services';
import { createPanel, WebviewHost } from '../webview-host';
import { findRateInProcess } from './rate-process';
import { RateTestState, type Tested } from './rate-test';

export interface RatePanelEvents {
  /** The test as it is shown, whenever that changes. */
  readonly change: (test: RateTest) => void;
  /** Checks the configuration as it is now; undefined where it cannot be tested, which was told. */
  readonly again: () => Promise<Tested | undefined>;
  readonly close: () => void;
}

/** The tab of a range test. Closing it ends the test. */
export class RatePanel {
  private readonly panel: vscode.WebviewPanel;
  private readonly host: WebviewHost<ToRates, FromRates, typeof ratesRequests>;
  private state: RateTestState;
  private test = new AbortController();
  /** Whether the view has asked for its content: a hidden view is gone and asks again when it is shown. */
  private ready = false;

  constructor(
    private readonly services: Services,
    tested: Tested,
    private readonly on: RatePanelEvents,
  ) {
    const place = { title: `Learning Rate: ${tested.name}`, column: vscode.ViewColumn.Active, preserveFocus: false };
    const { file } = tested;
    this.state = new RateTestState(tested);
    this.panel = createPanel('rates', place);
    const onView = this.panel.onDidChangeViewState(() => {
      if (!this.panel.visible) this.ready = false;
    });
    this.panel.onDidDispose(() => {
      this.ready = false;
      this.test.abort();
      onView.dispose();
      on.close();
    });
    this.host = new WebviewHost<ToRates, FromRates, typeof ratesRequests>(this.panel.webview, {
      name: 'rates',
      extensionUri: services.context.extensionUri,
      from: fromRates,
      receive: () => {
        this.ready = true;
        this.show();
      },
      handlers: {
        stop: () => {
          this.test.abort();
          return done();
        },
        again: async () => {
          await this.restart();
          return done();
        },
        // The command asks and tells by itself, which may take any time.
        take: ({ rate }) => {
          void runCommand(COMMANDS.applyConfigChanges, file, { learning_rate: rate });
          return done();
        },
        showConfiguration: async () => {
          await vscode.window.showTextDocument(vscode.Uri.file(file), { preview: false });
          return done();
        },
      },
      log: (line) => {
        services.log(line);
      },
    });
    void this.run(file);
  }

  reveal(): void {
    this.panel.reveal(undefined, false);
  }

  dispose(): void {
    this.panel.dispose();
  }

  private async restart(): Promise<void> {
    if (this.state.shown().phase === 'working') return;
    const tested = await this.on.again();
    if (tested === undefined || this.state.shown().phase === 'working') return;
    this.state = new RateTestState(tested);
    this.test = new AbortController();
    void this.run(tested.file);
  }

  private async run(file: string): Promise<void> {
    const { state, test } = this;
    this.show();
    try {
      await findRateInProcess(sftCommand(this.services.context), file, test.signal, (line) => {
        state.take(line);
        this.show();
      });
      // What came after the result is no stop.
      if (test.signal.aborted) state.stop();
      else state.fail('The test ended without a result.');
    } catch (error) {
      state.fail(error instanceof Error ? error.message : String(error));
    }
    this.show();
  }

  private show(): void {
    const test = this.state.shown();
    this.on.change(test);
    if (this.ready) this.host.post({ type: 'test', test });
  }
}
