import * as vscode from 'vscode';
import { errorText } from '../error-text';
import { sftCommand } from '../runs/worker-command';
import { COMMANDS, VIEWS, type SomeHandlers } from '../manifest/command-ids';
import type { Services } from '../services';
import { panelType } from '../webview-host';
import { registerChatModelProvider } from './chat-model-provider';
import { ChatModels } from './chat-models';
import { ChatView } from './chat-view';
import { Endpoints } from './endpoints';
import { ServerPool } from './server-pool';

/** The chat tester: its view, its commands, and the model servers behind it. Nothing starts before it is asked for. */
export function registerChat(services: Services) {
  const { context } = services;
  const pool = new ServerPool({
    command: () => sftCommand(context),
    log: (line) => {
      services.log(line);
    },
  });
  const endpoints = new Endpoints(services);
  const models = new ChatModels(services, pool, endpoints);
  const view = new ChatView(services, models);
  const said = (work: Promise<unknown>): Promise<unknown> =>
    work.catch((error: unknown) => services.dialogs.error(errorText(error)));
  const addEndpoint = async (): Promise<void> => {
    const added = await endpoints.add();
    if (added === undefined) return;
    await models.look();
    // A new endpoint is there to be compared with.
    view.chooseModel('right', `endpoint:${added.id}`);
  };
  const commands = {
    [COMMANDS.openChat]: (which?: unknown) =>
      said(
        which instanceof vscode.Uri ? view.openModel(which.fsPath) : view.open(runFolderOf(which), checkpointOf(which)),
      ),
    [COMMANDS.openChatTab]: () => {
      view.openTab();
    },
    [COMMANDS.newChat]: () => said(view.newChat()),
    [COMMANDS.stopAnswer]: () => said(view.stop()),
    [COMMANDS.addEndpoint]: () => said(addEndpoint()),
    [COMMANDS.removeEndpoint]: () => said(endpoints.remove()),
  } satisfies SomeHandlers;
  const disposable = vscode.Disposable.from(
    vscode.window.registerWebviewViewProvider(VIEWS.chat, view),
    vscode.window.registerWebviewPanelSerializer(panelType('chat'), {
      deserializeWebviewPanel: (panel) => {
        view.openTab(panel);
        return Promise.resolve();
      },
    }),
    registerChatModelProvider(services, models),
    view,
    models,
    endpoints,
    { dispose: () => void pool.dispose() },
  );
  return Object.assign(disposable, { view, commands });
}

/** A path, or an item of the runs view. */
function runFolderOf(run: unknown): string | undefined {
  if (typeof run === 'string') return run;
  const folder = (run as { readonly runFolder?: unknown } | undefined | null)?.runFolder;
  return typeof folder === 'string' ? folder : undefined;
}

/** `step-40`, `best`, where a checkpoint of the runs view was clicked. */
function checkpointOf(run: unknown): string | undefined {
  const node = run as { readonly kind?: unknown; readonly name?: unknown } | undefined | null;
  return typeof node === 'object' && node?.kind === 'checkpoint' && typeof node.name === 'string'
    ? node.name
    : undefined;
}
