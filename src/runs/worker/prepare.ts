import type { Device } from '../../compute/device';
import type { ResolvedConfig } from '../../config/config-schema';
import { splitDataset } from '../../dataset/split/split';
import { SftError } from '../../base/errors';
import { openModel, type ModelSession } from '../../generate/session';
import { LlamaModel } from '../../model/llama';
import { startTuning } from '../../tuning/registry';
import { encodeDataset, type EncodedDatasetExample } from '../../train/encode-dataset';

/** The dataset of a run, tokenised and divided. */
export interface RunData {
  readonly sha256: string;
  readonly train: readonly EncodedDatasetExample[];
  readonly validation: readonly EncodedDatasetExample[];
  readonly test: readonly EncodedDatasetExample[];
}

/** Opens the base model of a configuration. */
export function openBase(device: Device, config: ResolvedConfig): Promise<ModelSession> {
  return openModel(device, config.model_name, { systemPrompt: config.system_prompt });
}

/**
 * Reads, tokenises and divides the dataset. The division depends on the data and the split alone.
 * @throws SftError dataset-has-errors, answer-lost, and what the split refuses
 */
export async function prepareData(config: ResolvedConfig, session: Pick<ModelSession, 'chat'>): Promise<RunData> {
  const { dataset, encoded } = await encodeDataset(config.dataset, session.chat, config.max_seq_length);
  const parts = splitDataset(
    dataset.examples.map((example) => example.value),
    config.split,
  );
  const pick = (indices: readonly number[]): EncodedDatasetExample[] => indices.map((i) => encoded[i]!);
  return {
    sha256: dataset.sha256,
    train: pick(parts.train),
    validation: pick(parts.validation),
    test: pick(parts.test),
  };
}

/** The first of a part's examples, as many as `eval_examples` allows. */
export function limited<T>(examples: readonly T[], config: ResolvedConfig): readonly T[] {
  return config.eval_examples === null ? examples : examples.slice(0, config.eval_examples);
}

/** The model to be trained: the base, with what its method trains. */
export function trainableModel(session: ModelSession, config: ResolvedConfig): LlamaModel {
  const { device, weights } = session;
  const limit = session.config.maxPositionEmbeddings;
  if (config.max_seq_length > limit) {
    throw new SftError(
      'sequence-too-long',
      `max_seq_length is ${config.max_seq_length}, the model was made for ${limit}`,
      {
        file: config.model_name,
        remedy: `set max_seq_length to ${limit} or less`,
      },
    );
  }
  return new LlamaModel(device, session.config, weights, startTuning(session, config));
}
