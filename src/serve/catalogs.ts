import { statSync } from 'node:fs';
import path from 'node:path';
import { isGguf } from '../base/gguf/read-gguf';
import type { Device } from '../compute/device';
import { openModel, type ModelSession } from '../generate/session';
import type { WeightOptions } from '../model/weights';
import { ADAPTER_WEIGHTS } from '../tuning/adapter-config';
import type { Trained } from '../runs/artifacts';
import { openTrained, type OpenedModel } from '../runs/open-trained';
import { openBase } from '../runs/worker/prepare';
import { readRun } from '../runs/read-runs';
import type { ModelCatalog, ModelSource } from './model-shelf';

/** A catalog with the base model behind it, whose weights are mapped once. */
export interface OpenCatalog extends ModelCatalog {
  readonly session: ModelSession;
}

/** `base`, and with an adapter `tuned`. */
export async function modelCatalog(
  device: Device,
  modelDir: string,
  options: WeightOptions & { readonly adapter?: string; readonly systemPrompt?: string },
): Promise<OpenCatalog> {
  const { adapter, systemPrompt, in4bit } = options;
  const session = await openModel(device, modelDir, { systemPrompt, in4bit });
  const sources = [baseSource(session), ...(adapter === undefined ? [] : [adapterSource(session, adapter)])];
  return { session, chat: session.chat, list: () => Promise.resolve(sources) };
}

/**
 * Of a run: `base`, `tuned` once it is done, `best` and `step-N` as far as they exist now. The run may still be going on.
 * @throws SftError unreadable where this is no run, and what opening the base model throws
 */
export async function runCatalog(device: Device, runFolder: string): Promise<OpenCatalog> {
  const { run } = await readRun(runFolder);
  const session = await openBase(device, run.config);
  const list = async (): Promise<readonly ModelSource[]> => {
    const { artifacts, state } = await readRun(runFolder);
    await artifacts.mend();
    const trained = (await artifacts.trained(state.status)).map((one) => trainedSource(session, one));
    return [baseSource(session), ...trained.filter((source) => source !== undefined)];
  };
  return { session, chat: session.chat, list };
}

function baseSource(session: ModelSession): ModelSource {
  const { modelDir } = session;
  const { mtimeMs } = statSync(isGguf(modelDir) ? modelDir : path.join(modelDir, 'config.json'));
  // The session's own base model: it lives as long as the session.
  const open = (): OpenedModel => ({ model: session.base, free: () => undefined });
  return { id: 'base', created: Math.floor(mtimeMs / 1000), version: '', open };
}

/** Undefined where nothing is there (any more). */
function trainedSource(session: ModelSession, trained: Trained): ModelSource | undefined {
  const file = statSync(trained.weights, { throwIfNoEntry: false });
  if (file === undefined) return undefined;
  return {
    id: trained.id,
    created: Math.floor(file.mtimeMs / 1000),
    version: `${file.ino} ${file.mtimeMs}`,
    open: () => openTrained(session, trained),
  };
}

/** What is wrong with the adapter is said at once. */
function adapterSource(session: ModelSession, folder: string): ModelSource {
  const trained: Trained = { id: 'tuned', form: 'adapter', folder, weights: path.join(folder, ADAPTER_WEIGHTS) };
  openTrained(session, trained).free();
  return trainedSource(session, trained)!;
}
