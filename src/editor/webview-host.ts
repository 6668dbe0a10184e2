import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { accept, type Shape } from '../messages/shape';
import { webviewPage } from './webview-page';

export interface HostOptions<From> {
  /** Of the view's files, dist/webview/<name>.js and .css. */
  readonly name: string;
  readonly extensionUri: vscode.Uri;
  readonly from: Shape<From>;
  readonly receive: (message: From) => void;
  readonly log: (line: string) => void;
}

/**
 * The editor's side of one of the built webviews, wherever it is shown: in a new or a restored editor tab, or in the side bar.
 * Messages that do not fit the protocol are logged and dropped.
 */
export class WebviewHost<To, From> {
  constructor(
    private readonly webview: vscode.Webview,
    { name, extensionUri, from, receive, log }: HostOptions<From>,
  ) {
    const folder = vscode.Uri.joinPath(extensionUri, 'dist', 'webview');
    webview.options = { enableScripts: true, localResourceRoots: [folder] };
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

  post(message: To): void {
    void this.webview.postMessage(message);
  }
}

export interface PanelPlace {
  readonly title: string;
  readonly column: vscode.ViewColumn;
  readonly preserveFocus: boolean;
}

/** What VS Code knows the tabs of one of the views by; a serializer restores them by it. */
export function panelType(name: string): string {
  return `sft.${name}`;
}

/** A new editor tab for a {@link WebviewHost}. */
export function createPanel(name: string, { title, column, preserveFocus }: PanelPlace): vscode.WebviewPanel {
  return vscode.window.createWebviewPanel(panelType(name), title, { viewColumn: column, preserveFocus });
}
