import type * as vscode from 'vscode';
import { fromChat, type chatRequests, type FromChat, type ToChat } from '../../messages/chat';
import type { Handlers } from '../../messages/requests';
import type { Services } from '../services';
import { WebviewHost, type Told } from '../webview-host';
import type { ShownChat } from './shown-chat';

export interface ChatPageOptions {
  readonly services: Services;
  readonly handlers: Handlers<typeof chatRequests>;
  /** Takes what the page tells; `ready` first of all. */
  readonly receive: (message: Told<FromChat>) => void;
}

/** One webview that shows the conversation: the side panel, or an editor tab. It may come and go. */
export class ChatPage {
  private readonly host: WebviewHost<ToChat, FromChat, typeof chatRequests>;
  /** It asked for its content; before that nothing reaches it. */
  private asked = false;
  /** Its last change to the choices and settings, see Edits: each is answered with a state that knows of it. */
  private edit = 0;

  constructor(webview: vscode.Webview, { services, handlers, receive }: ChatPageOptions) {
    this.host = new WebviewHost<ToChat, FromChat, typeof chatRequests>(webview, {
      name: 'chat',
      extensionUri: services.context.extensionUri,
      from: fromChat,
      receive: (message) => {
        if (message.type === 'ready') {
          this.asked = true;
          this.edit = 0;
        } else if ('edit' in message) this.edit = message.edit;
        receive(message);
      },
      handlers,
      log: (line) => {
        services.log(line);
      },
    });
  }

  get ready(): boolean {
    return this.asked;
  }

  post(message: ToChat): void {
    if (this.asked) this.host.post(message);
  }

  show(chat: ShownChat): void {
    this.post({ type: 'chat', chat: { ...chat, edit: this.edit } });
  }
}
