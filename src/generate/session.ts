import type { Device } from '../compute/device';
import { SftError } from '../base/errors';
import { LlamaModel } from '../model/llama';
import { readLlamaConfig, type LlamaConfig } from '../model/llama-config';
import type { Tuning } from '../model/tuning';
import { BaseWeights } from '../model/weights';
import { loadAdapter } from '../tuning/registry';
import { loadChatTokenizer, type ChatTokenizer, type ChatTokenizerOptions } from '../text/chat-tokenizer';

/** A model folder opened on a device: tokenizer, mapped weights, and the base model over them. */
export interface ModelSession {
  readonly device: Device;
  readonly modelDir: string;
  readonly config: LlamaConfig;
  readonly weights: BaseWeights;
  readonly chat: ChatTokenizer;
  readonly base: LlamaModel;
  close(): void;
}

/**
 * Opens a model folder.
 * @throws SftError model-not-found, unsupported-architecture, weights-do-not-fit, corrupt-safetensors, tokenizer-does-not-fit
 */
export async function openModel(
  device: Device,
  modelDir: string,
  options: Pick<ChatTokenizerOptions, 'systemPrompt'> = {},
): Promise<ModelSession> {
  const config = readLlamaConfig(modelDir);
  const chat = await loadChatTokenizer(modelDir, options);
  if (chat.tokenizer.vocabSize > config.vocabSize) {
    throw new SftError(
      'tokenizer-does-not-fit',
      `the tokenizer has ids up to ${chat.tokenizer.vocabSize - 1}, the model only ${config.vocabSize} token embeddings`,
      { file: modelDir, remedy: 'take tokenizer.json and the weights from the same model', exitCode: 2 },
    );
  }
  const weights = new BaseWeights(device, modelDir, config);
  const base = new LlamaModel(device, config, weights);
  return {
    device,
    modelDir,
    config,
    weights,
    chat,
    base,
    close: () => {
      base.free();
      weights.close();
    },
  };
}

/** The same weights with a PEFT adapter on them. @throws SftError what loading the adapter throws */
export function openTuned(session: ModelSession, adapterDir: string): { model: LlamaModel; tuning: Tuning } {
  const tuning = loadAdapter(session, adapterDir);
  return { model: new LlamaModel(session.device, session.config, session.weights, tuning), tuning };
}
