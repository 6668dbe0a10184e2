import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Device } from '../compute/device';
import { SftError } from '../base/errors';
import { isGguf } from '../base/gguf/read-gguf';
import { LlamaModel } from '../model/llama';
import { readLlamaConfig, type LlamaConfig } from '../model/llama-config';
import type { Tuning } from '../model/tuning';
import { BaseWeights, type WeightOptions } from '../model/weights';
import { loadAdapter } from '../tuning/registry';
import { loadChatTokenizer, type ChatTokenizer, type ChatTokenizerOptions } from '../text/chat-tokenizer';

/** A model folder without its weights: what can be known before a device is opened. */
export interface ModelFolder {
  readonly modelDir: string;
  readonly config: LlamaConfig;
  readonly chat: ChatTokenizer;
  /** Names, sizes and times of the weights' files as they were when the folder was read. */
  readonly weightFiles: string;
  /** How its weights are opened. */
  readonly weightOptions: WeightOptions;
}

/** How a model is read: its conversations and its weights. */
export interface ModelOptions extends ChatTokenizerOptions, WeightOptions {}

/** A model folder opened on a device: with mapped weights, and the base model over them. */
export interface ModelSession extends ModelFolder {
  readonly device: Device;
  readonly weights: BaseWeights;
  readonly base: LlamaModel;
  close(): void;
}

/**
 * Reads configuration and tokenizer of a model folder.
 * @throws SftError what reading the configuration and the tokenizer throws
 */
export async function readModelFolder(modelDir: string, options: ModelOptions = {}): Promise<ModelFolder> {
  const { in4bit, ...chatOptions } = options;
  const config = readLlamaConfig(modelDir);
  const chat = await loadChatTokenizer(modelDir, { ...chatOptions, embeddings: config.vocabSize });
  return { modelDir, config, chat, weightFiles: weightFilesOf(modelDir), weightOptions: { in4bit } };
}

/** What tells whether weights are still those that were read: content is not looked at. */
function weightFilesOf(modelDir: string): string {
  if (isGguf(modelDir)) return stampOf(modelDir);
  const names = readdirSync(modelDir, { withFileTypes: true }).map(({ name }) => name);
  return names
    .filter((name) => name.endsWith('.safetensors'))
    .sort()
    .map((name) => `${name} ${stampOf(path.join(modelDir, name))}`)
    .join('\n');
}

/** What cannot be looked at, such as a link that leads to itself, is told by who reads it, where anybody does. */
function stampOf(file: string): string {
  try {
    const { size, mtimeMs } = statSync(file);
    return `${size} ${mtimeMs}`;
  } catch {
    return '-';
  }
}

/** @throws SftError model-changed where the weights are not those that were there when the folder was read */
function checkUnchanged({ modelDir, weightFiles }: ModelFolder): void {
  let now: string | undefined;
  try {
    now = weightFilesOf(modelDir);
  } catch {
    now = undefined;
  }
  if (now === weightFiles) return;
  const what = now === undefined ? 'the model folder no longer exists' : 'the weights of the model were changed';
  throw new SftError('model-changed', `${what} since this program read it`, {
    file: modelDir,
    remedy: 'restore the original files and resume, or start a new run with the model as it is',
    exitCode: 2,
  });
}

/**
 * Opens the weights of a model folder on a device.
 * @throws SftError model-changed, weights-not-found, weights-do-not-fit, corrupt-safetensors
 */
export function openWeights(device: Device, folder: ModelFolder): ModelSession {
  checkUnchanged(folder);
  const { modelDir, config } = folder;
  const weights = new BaseWeights(device, modelDir, config, folder.weightOptions);
  const base = new LlamaModel(device, config, weights);
  return {
    ...folder,
    device,
    weights,
    base,
    close: () => {
      base.free();
      weights.close();
    },
  };
}

/** Reads a model folder and opens its weights. @throws SftError as the two do */
export async function openModel(device: Device, modelDir: string, options: ModelOptions = {}): Promise<ModelSession> {
  return openWeights(device, await readModelFolder(modelDir, options));
}

/** The same weights with a PEFT adapter on them. @throws SftError what loading the adapter throws */
export function openTuned(session: ModelSession, adapterDir: string): { model: LlamaModel; tuning: Tuning } {
  const tuning = loadAdapter(session, adapterDir);
  return { model: new LlamaModel(session.device, session.config, session.weights, tuning), tuning };
}
