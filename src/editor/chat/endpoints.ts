import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import { errorText } from '../error-text';
import type { Services } from '../services';
import { listModels } from './completions';
import { endpointAddress, isReadable } from './endpoint-address';
import type { EndpointChoice } from './model-choices';

const STATE = 'sft.chat.endpoints';
const secretOf = (id: string): string => `sft.chat.endpoint.${id}`;

/** The person's own OpenAI-compatible servers; their keys lie in the secret storage and nowhere else. */
export class Endpoints {
  private readonly changeEmitter = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changeEmitter.event;

  constructor(private readonly services: Services) {}

  list(): readonly EndpointChoice[] {
    return this.services.context.globalState.get<EndpointChoice[]>(STATE, []);
  }

  key(id: string): Thenable<string | undefined> {
    return this.services.context.secrets.get(secretOf(id));
  }

  /** `SFT: Add Chat Endpoint…`. @returns what was added */
  async add(): Promise<EndpointChoice | undefined> {
    const { dialogs, context } = this.services;
    const typed = await dialogs.text({
      title: 'Add Chat Endpoint (1/3)',
      prompt: 'Address of an OpenAI-compatible server',
      placeHolder: 'http://127.0.0.1:8080/v1',
      ignoreFocusOut: true,
      validateInput: (text) =>
        text === '' || endpointAddress(text) !== undefined ? undefined : 'Write an http or https address',
    });
    const url = typed === undefined ? undefined : endpointAddress(typed);
    if (url === undefined) return undefined;
    const key = await dialogs.text({
      title: 'Add Chat Endpoint (2/3)',
      prompt: 'API key; leave it empty if the server needs none. It is kept in the secret storage of VS Code.',
      password: true,
      ignoreFocusOut: true,
    });
    if (key === undefined) return undefined;
    if (key.trim() !== '' && isReadable(url)) {
      const anyway = 'Send It Anyway';
      const message = `${url} is not encrypted: others on the network can read the key and every question. Use https if the server supports it.`;
      if ((await dialogs.warn(message, anyway)) !== anyway) return undefined;
    }
    const model = await this.chooseModel(url, key.trim());
    if (model === undefined) return undefined;
    const endpoint = { id: randomUUID(), name: `${model} · ${new URL(url).host}`, url, model };
    if (key.trim() !== '') await context.secrets.store(secretOf(endpoint.id), key.trim());
    await context.globalState.update(STATE, [...this.list(), endpoint]);
    this.changeEmitter.fire();
    return endpoint;
  }

  /** `SFT: Remove Chat Endpoint…`: its key goes with it. */
  async remove(): Promise<void> {
    const { dialogs, context } = this.services;
    const all = this.list();
    if (all.length === 0) {
      void dialogs.info('There is no chat endpoint to remove.');
      return;
    }
    const items = all.map(({ name, url }) => ({ label: name, description: url }));
    const picked = await dialogs.pick(items, 'Endpoint to remove');
    const gone = all[items.findIndex((item) => item === picked || item.label === picked?.label)];
    if (picked === undefined || gone === undefined) return;
    await context.globalState.update(
      STATE,
      all.filter((one) => one !== gone),
    );
    await context.secrets.delete(secretOf(gone.id));
    this.changeEmitter.fire();
  }

  dispose(): void {
    this.changeEmitter.dispose();
  }

  /** The server's own list where it gives one, else what the person types. */
  private async chooseModel(url: string, key: string): Promise<string | undefined> {
    const { dialogs } = this.services;
    const title = 'Add Chat Endpoint (3/3)';
    const endpoint = { url, key: key === '' ? undefined : key, own: false, name: new URL(url).host };
    try {
      const models = await listModels(endpoint, AbortSignal.timeout(10_000));
      if (models.length > 0) {
        const picked = await dialogs.pick(
          models.map((label) => ({ label })),
          `${title}: the model`,
        );
        return picked?.label;
      }
    } catch (error) {
      const on = 'Continue';
      if ((await dialogs.warn(`The models cannot be listed. ${errorText(error)}`, on)) !== on) return undefined;
    }
    const typed = await dialogs.text({ title, prompt: 'Name of the model', ignoreFocusOut: true });
    return typed === undefined || typed.trim() === '' ? undefined : typed.trim();
  }
}
