import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { accept, type Shape } from '../messages/shape';
import { webviewPage } from './webview-page';

export interface HostOptions<From> {
  /** Names the view's type and its files dist/webview/<name>.js and .css. */
  readonly name: string;
  readonly title: string;
  readonly column: vscode.ViewColumn;
  readonly preserveFocus: boolean;
  readonly extensionUri: vscode.Uri;
  readonly from: Shape<From>;
  readonly receive: (message: From) => void;
  readonly log: (line: string) => void;
}

/** A panel with one of the built webviews. Messages that do not fit the protocol are logged and dropped. */
export class WebviewHost<To, From> {
  private readonly panel: vscode.WebviewPanel;
  readonly onDidDispose: vscode.Event<void>;

  constructor(options: HostOptions<From>) {
    const { name, title, column, preserveFocus, extensionUri, from, receive, log } = options;
    const folder = vscode.Uri.joinPath(extensionUri, 'dist', 'webview');
    const panel = vscode.window.createWebviewPanel(
      `sft.${name}`,
      title,
      { viewColumn: column, preserveFocus },
      { enableScripts: true, localResourceRoots: [folder] },
    );
    this.panel = panel;
    this.onDidDispose = panel.onDidDispose;
    const { webview } = panel;
    webview.onDidReceiveMessage((value: unknown) => {
      const message = accept(from, value, (reason) => {
        log(`the ${name} view sent a message that was refused: ${reason}`);
      });
      if (message !== undefined) receive(message);
    });
    webview.html = webviewPage({
      title: name,
      script: webview.asWebviewUri(vscode.Uri.joinPath(folder, `${name}.js`)).toString(),
      style: webview.asWebviewUri(vscode.Uri.joinPath(folder, `${name}.css`)).toString(),
      styleSource: webview.cspSource,
      nonce: randomBytes(18).toString('base64url'),
    });
  }

  set title(title: string) {
    this.panel.title = title;
  }

  get visible(): boolean {
    return this.panel.visible;
  }

  post(message: To): void {
    void this.panel.webview.postMessage(message);
  }

  reveal(): void {
    this.panel.reveal(undefined, false);
  }

  dispose(): void {
    this.panel.dispose();
  }
}
