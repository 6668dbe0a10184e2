import { statSync } from 'node:fs';
import path from 'node:path';
import type { Device } from '../compute/device';
import { openModel, openTuned, type ModelSession } from '../generate/session';
import { LlamaModel } from '../model/llama';
import { ADAPTER_WEIGHTS } from '../model/peft';
import { BaseWeights } from '../model/weights';
import { bestFolder, checkpointSteps } from '../runs/folder/checkpoints';
import { openBase } from '../runs/worker/prepare';
import { readRun } from '../runs/read-runs';
import type { ModelCatalog, ModelSource, OpenedModel } from './model-shelf';

/** A catalog with the base model behind it, whose weights are mapped once. */
export interface OpenCatalog extends ModelCatalog {
  readonly session: ModelSession;
}

/** `base`, and with an adapter `tuned`. */
export async function modelCatalog(
  device: Device,
  modelDir: string,
  options: { readonly adapter?: string; readonly systemPrompt?: string },
): Promise<OpenCatalog> {
  const { adapter, systemPrompt } = options;
  const session = await openModel(device, modelDir, systemPrompt === undefined ? {} : { systemPrompt });
  const sources = [
    baseSource(session),
    ...(adapter === undefined ? [] : [requireSource(session, 'tuned', adapter, ADAPTER_WEIGHTS)]),
  ];
  return { session, chat: session.chat, list: () => Promise.resolve(sources) };
}

/**
 * Of a run: `base`, `tuned` once it is done, `best` and `step-N` as far as they exist now. The run may still be going on.
 * @throws SftError unreadable where this is no run, and what opening the base model throws
 */
export async function runCatalog(device: Device, runFolder: string): Promise<OpenCatalog> {
  const { run } = await readRun(runFolder);
  const session = await openBase(device, run.config);
  const weights = run.config.training_type === 'lora' ? ADAPTER_WEIGHTS : 'model.safetensors';
  const list = async (): Promise<readonly ModelSource[]> => {
    const { folder, state } = await readRun(runFolder);
    const result = run.config.training_type === 'lora' ? folder.adapter : path.join(folder.path, 'model');
    const steps = await checkpointSteps(folder);
    const trained = [
      ...(state.status === 'done' ? [trainedSource(session, 'tuned', result, weights)] : []),
      trainedSource(session, 'best', bestFolder(folder), weights),
      ...steps.map((step) => trainedSource(session, `step-${step}`, folder.checkpoint(step), weights)),
    ];
    return [baseSource(session), ...trained.filter((source) => source !== undefined)];
  };
  return { session, chat: session.chat, list };
}

function baseSource(session: ModelSession): ModelSource {
  const { mtimeMs } = statSync(path.join(session.modelDir, 'config.json'));
  // The session's own base model: it lives as long as the session.
  const open = (): OpenedModel => ({ model: session.base, free: () => undefined });
  return { id: 'base', created: Math.floor(mtimeMs / 1000), version: '', open };
}

/** What training left in a folder; undefined where nothing is there (any more). */
function trainedSource(session: ModelSession, id: string, folder: string, weights: string): ModelSource | undefined {
  const file = statSync(path.join(folder, weights), { throwIfNoEntry: false });
  if (file === undefined) return undefined;
  const open = weights === ADAPTER_WEIGHTS ? openAdapter : openWeights;
  return {
    id,
    created: Math.floor(file.mtimeMs / 1000),
    version: `${file.ino} ${file.mtimeMs}`,
    open: () => open(session, folder),
  };
}

/** As trainedSource, but what is wrong with the adapter is said at once. */
function requireSource(session: ModelSession, id: string, folder: string, weights: string): ModelSource {
  openAdapter(session, folder).free();
  return trainedSource(session, id, folder, weights)!;
}

function openAdapter(session: ModelSession, folder: string): OpenedModel {
  const { model, adapter } = openTuned(session, folder);
  return {
    model,
    free: () => {
      model.free();
      adapter.parameters.free();
    },
  };
}

/** The result or a checkpoint of full fine-tuning: all weights anew. */
function openWeights({ device, config }: ModelSession, folder: string): OpenedModel {
  const weights = new BaseWeights(device, folder, config);
  const model = new LlamaModel(device, config, weights);
  return {
    model,
    free: () => {
      model.free();
      weights.close();
    },
  };
}
