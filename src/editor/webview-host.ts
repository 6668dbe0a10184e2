import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import {
  answerMessage,
  isAnswer,
  type AnswerMessage,
  type Handlers,
  type Outcome,
  type Requests,
} from '../messages/requests';
import type { Shape } from '../base/shapes';
import { accept } from '../messages/messages';
import { errorText } from './error-text';
import { webviewPage } from './webview-page';

interface Request {
  readonly type: string;
  readonly id: number;
}

/** What a view sends but requests and answers. */
export type Told<From> = Exclude<From, Request>;

export interface HostOptions<From, R extends Requests> {
  /** Of the view's files, dist/webview/<name>.js and .css. */
  readonly name: string;
  readonly extensionUri: vscode.Uri;
  readonly from: Shape<From>;
  readonly receive: (message: Told<From>) => void;
  /** What answers the view's requests; what they throw is told to the person as the problem. */
  readonly handlers: Handlers<R>;
  /** Takes the view's answers to the editor's requests. */
  readonly answered?: (message: AnswerMessage) => void;
  readonly log: (line: string) => void;
}

/**
 * The editor's side of one of the built webviews, wherever it is shown: in a new or a restored editor tab, or in the side bar.
 * Messages that do not fit the protocol are logged and dropped.
 */
export class WebviewHost<To, From extends { readonly type: string }, R extends Requests> {
  constructor(
    private readonly webview: vscode.Webview,
    { name, extensionUri, from, receive, handlers, answered, log }: HostOptions<From, R>,
  ) {
    const folder = vscode.Uri.joinPath(extensionUri, 'dist', 'webview');
    webview.options = { enableScripts: true, localResourceRoots: [folder] };
    webview.onDidReceiveMessage((value: unknown) => {
      const message: { readonly type: string } | undefined = accept(from, value, (reason) => {
        log(`the ${name} view sent a message that was refused: ${reason}`);
      });
      if (message === undefined) return;
      if (isAnswer(message)) answered?.(message);
      else if (isRequest(message)) void this.answer(handlers, message);
      else receive(message as Told<From>);
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

  private async answer(handlers: Handlers<R>, message: Request): Promise<void> {
    const outcome = await outcomeOf(handlers, message);
    void this.webview.postMessage(answerMessage(message.id, outcome));
  }
}

function isRequest(message: { readonly type: string }): message is Request {
  return 'id' in message;
}

/** Runs the handler of a request that fits the protocol. */
export async function outcomeOf<R extends Requests>(
  handlers: Handlers<R>,
  message: Request,
): Promise<Outcome<unknown>> {
  try {
    return await handlers[message.type]!(message as never);
  } catch (error) {
    return { problem: errorText(error) };
  }
}

/** What VS Code knows the tabs of one of the views by; a serializer restores them by it. */
export function panelType(name: string): string {
  return `sft.${name}`;
}

export interface PanelPlace {
  readonly title: string;
  readonly column: vscode.ViewColumn;
  readonly preserveFocus: boolean;
}

/** A new editor tab for a {@link WebviewHost}. */
export function createPanel(name: string, { title, column, preserveFocus }: PanelPlace): vscode.WebviewPanel {
  return vscode.window.createWebviewPanel(panelType(name), title, { viewColumn: column, preserveFocus });
}
