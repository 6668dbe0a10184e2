import path from 'node:path';
import * as vscode from 'vscode';
import { SftError } from '../../base/errors';
import { kindOfGguf } from '../../base/gguf/read-gguf';
import { modelFolders } from '../settings';
import type { Services } from '../services';
import type { OpenModel } from './conversation';
import type { Endpoints } from './endpoints';
import { modelRef, speakerName, type KnownModels } from './model-choices';
import type { ServerPool, ServeTarget } from './server-pool';

/** Files whose beginning is read. */
const MOST_FILES = 50;
const NONE: KnownModels = { runs: [], folders: [], endpoints: [] };

/** All that can be talked to: the runs of the workspace, its models, and the person's endpoints. */
export class ChatModels {
  private known: KnownModels | undefined;
  private folders: readonly string[] | undefined;
  private readonly changeEmitter = new vscode.EventEmitter<void>();
  private readonly subscription: vscode.Disposable;
  /** A look that was asked for while one was under way. */
  private looking: Promise<void> | undefined;
  /** Model files that were asked for, wherever they lie. */
  private readonly asked = new Set<string>();
  /** By model folder; undefined where nothing is said, or as long as it is not known. */
  private readonly systems = new Map<string, string | undefined>();
  readonly onDidChange = this.changeEmitter.event;

  constructor(
    private readonly services: Services,
    private readonly pool: ServerPool,
    private readonly endpoints: Endpoints,
  ) {
    const again = (): void => void this.look();
    this.subscription = vscode.Disposable.from(services.runs.onDidChange(again), endpoints.onDidChange(again));
  }

  get all(): KnownModels {
    return this.known ?? NONE;
  }

  /** Whether it was looked: before that there is nothing, and nobody knows. */
  get looked(): boolean {
    return this.known !== undefined;
  }

  dispose(): void {
    this.subscription.dispose();
    this.changeEmitter.dispose();
  }

  /** Reads what there is. The workspace is searched for model folders once, and when `thorough`. */
  async look(thorough = false): Promise<void> {
    const before = this.looking;
    this.looking = (async () => {
      // One that failed told whoever asked for it.
      await before?.catch(() => undefined);
      if (thorough) {
        this.folders = undefined;
        this.systems.clear();
      }
      this.folders ??= [...new Set([...(await localModels()), ...this.asked])];
      const runs = this.services.runs.list().map(async (summary) => ({
        folder: summary.folder.path,
        label: summary.label,
        created: summary.run.created,
        status: summary.state.status,
        // As `sft serve` names them.
        variants: ['base', ...(await summary.artifacts.trained(summary.state.status)).map(({ id }) => id)],
      }));
      const now = { runs: await Promise.all(runs), folders: this.folders, endpoints: this.endpoints.list() };
      const same = JSON.stringify(now) === JSON.stringify(this.all);
      this.known = now;
      if (!same) this.changeEmitter.fire();
    })();
    await this.looking;
  }

  /** Makes a model of its own file or folder one to talk to, also where the workspace does not hold it. */
  async add(model: string): Promise<void> {
    this.asked.add(model);
    await this.look(true);
  }

  /** What a model is told before a conversation without a system message: by its run, or else by its template, once that is read. */
  systemOf(id: string | undefined): string | undefined {
    const ref = id === undefined ? undefined : modelRef(id);
    if (ref === undefined || ref.kind === 'endpoint') return undefined;
    const config = ref.kind === 'run' ? this.services.runs.get(ref.folder)?.run.config : undefined;
    // An empty one keeps the template from saying its own.
    if (typeof config?.system_prompt === 'string') return config.system_prompt;
    const modelFolder = config?.model_name ?? ref.folder;
    if (!this.systems.has(modelFolder)) void this.readSystem(modelFolder);
    return this.systems.get(modelFolder);
  }

  private async readSystem(modelFolder: string): Promise<void> {
    this.systems.set(modelFolder, undefined);
    // What is wrong with a model is told where it is asked.
    const said = await this.services.client.ask('addedSystem', { modelFolder }).catch(() => undefined);
    if (said === undefined) return;
    this.systems.set(modelFolder, said);
    this.changeEmitter.fire();
  }

  /** Makes a model ready to answer. @throws SftError where that cannot be */
  async open(id: string, onStart: () => void): Promise<OpenModel> {
    const ref = modelRef(id);
    if (ref?.kind === 'endpoint') {
      const endpoint = this.endpoints.list().find((one) => one.id === ref.id);
      if (endpoint === undefined) throw gone('this endpoint was removed');
      const key = await this.endpoints.key(endpoint.id);
      const { url, name, model } = endpoint;
      return { endpoint: { url, key, own: false, name }, model, release: () => undefined };
    }
    if (ref === undefined) throw gone('there is no such model');
    const name = speakerName(this.all, id);
    const args = ref.kind === 'run' ? [ref.folder] : ['--model', ref.folder];
    const target: ServeTarget = { key: `${ref.kind} ${ref.folder}`, args, name };
    const open = async (): Promise<OpenModel> => {
      const lease = await this.pool.lease(target, onStart);
      const reopen = async (): Promise<OpenModel> => {
        await this.pool.restart(target.key);
        return open();
      };
      return {
        endpoint: lease.endpoint,
        model: ref.variant,
        reopen,
        release: () => {
          lease.release();
        },
      };
    };
    return open();
  }
}

function gone(reason: string): SftError {
  return new SftError('not-found', reason, { remedy: 'choose another model' });
}

/** The model folders of the workspace, and its GGUF files of whole models. */
async function localModels(): Promise<readonly string[]> {
  const files = await vscode.workspace.findFiles('**/*.gguf', '**/{node_modules,.sft,.git}/**', MOST_FILES);
  const models = files.filter(({ scheme, fsPath }) => scheme === 'file' && kindOfGguf(fsPath) === 'model');
  const all = [...(await localModelFolders()), ...models.map(({ fsPath }) => fsPath)];
  return all.sort((a, b) => path.basename(a).localeCompare(path.basename(b)));
}

async function localModelFolders(): Promise<readonly string[]> {
  const found = await modelFolders();
  // Only a whole model can answer; the tokenizer alone cannot.
  const whole = await Promise.all(
    found
      .filter(({ scheme }) => scheme === 'file')
      .map(async (uri) => {
        const names = await vscode.workspace.fs.readDirectory(uri).then(
          (entries) => entries.map(([name]) => name),
          (): string[] => [],
        );
        const model = names.includes('config.json') && names.some((name) => name.endsWith('.safetensors'));
        return model ? [uri.fsPath] : [];
      }),
  );
  return whole.flat();
}
