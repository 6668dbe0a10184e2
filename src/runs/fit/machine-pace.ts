import type { LocatedTensor } from '../../base/tensor-folder';
import type { Device } from '../../compute/device';
import type { ResolvedConfig } from '../../config/config-schema';
import { QUESTIONS_AT_ONCE } from '../../generate/answer';
import { measureAnswerPace, scaled } from '../../generate/answer-pace';
import { sequencesOf } from '../../model/batch';
import { LlamaModel } from '../../model/llama';
import { parseLlamaConfig, type LlamaConfig } from '../../model/llama-config';
import { weightOptions } from '../../model/weight-options';
import { BaseWeights, expectedTensors } from '../../model/weights';
import { workOfToken } from '../../model/work';
import type { TokenisedParts } from '../../train/estimate';
import { measureTrainingPace } from '../../train/measure-pace';
import { windowsOf } from '../../train/windows';
import { startTuning } from '../../tuning/registry';
import { questionSize } from '../forecast/plan';
import type { MachinePace } from '../forecast/measure';
import { imagined } from '../../model/imagined';

/** What a machine does with a model that was made up, to tell from it what it would do with others. */
export interface MeasuredMachine {
  readonly pace: MachinePace;
  readonly config: LlamaConfig;
  readonly trainedWeights: number;
  readonly parameters: number;
}

/** A few layers as wide as small models have them, and a vocabulary that takes as large a share of the work. */
const SHAPE = {
  architectures: ['LlamaForCausalLM'],
  vocab_size: 8192,
  max_position_embeddings: 8192,
  hidden_size: 896,
  intermediate_size: 2432,
  num_hidden_layers: 4,
  num_attention_heads: 14,
  num_key_value_heads: 2,
  tie_word_embeddings: true,
};
const SECONDS = { training: 1, scoring: 0.4 };
const ANSWER_SECONDS = 0.4;
const WINDOWS = 4;

/**
 * Times a few passes as a configuration would train, score and answer, on a small model with weights out of nothing: in about three seconds.
 * @param parts whose ids are those of a vocabulary of 8,192
 */
export async function measureMachine(
  config: ResolvedConfig,
  parts: TokenisedParts,
  device: Device,
): Promise<MeasuredMachine> {
  const llama = parseLlamaConfig(SHAPE, 'config.json');
  const started = performance.now();
  const weights = new BaseWeights(device, '', llama, { ...weightOptions(config), tensors: madeUp(llama) });
  const toFree = [
    () => {
      weights.close();
    },
  ];
  try {
    const tuning = await startTuning({ device, config: llama, weights }, config);
    toFree.push(() => {
      tuning.free();
    });
    const opening = (performance.now() - started) / 1000;
    const model = new LlamaModel(device, llama, weights, tuning);
    toFree.push(() => {
      model.free();
    });
    const windows = windowsOf(config, parts.train, WINDOWS);
    const scored = sequencesOf([parts.validation, parts.train].find((part) => part.length > 0) ?? []);
    const training = await measureTrainingPace(model, config, windows, scored, SECONDS);
    const asked = [...parts.test, ...parts.train].slice(0, QUESTIONS_AT_ONCE);
    // Nothing ends such an answer by itself, so its length says nothing of those of a real model.
    const chat = { stopTokenIds: [], encodeQuestion: (prompt: readonly number[]) => prompt };
    const prompts = asked.map((one) => Array.from(one.ids).slice(0, questionSize(one).prompt));
    const options = { maxNewTokens: config.max_new_tokens, budget: ANSWER_SECONDS };
    const answers = { ...(await measureAnswerPace(model, chat, prompts, options)), lengths: [] };
    const trainedWeights = tuning.parameters.length;
    return { pace: { ...training, opening, answers }, config: llama, trainedWeights, parameters: weights.parameters };
  } finally {
    for (const free of toFree.reverse()) free();
  }
}

/** How fast the machine works on another model. */
export function paceFor(
  measured: MeasuredMachine,
  other: { readonly config: LlamaConfig; readonly trainedWeights: number; readonly parameters: number },
): MachinePace {
  const { pace } = measured;
  const larger = workOfToken(other.config) / workOfToken(measured.config);
  return {
    ...pace,
    update: pace.update * (other.trainedWeights / measured.trainedWeights),
    opening: pace.opening * (other.parameters / measured.parameters),
    answers: pace.answers && scaled(pace.answers, larger),
  };
}

/** Numbers of the size that weights have: with zeros, or with numbers next to nothing, processors have another pace. */
function madeUp(config: LlamaConfig): ReadonlyMap<string, LocatedTensor> {
  const some = Uint16Array.from({ length: 1 << 16 }, (_, i) => (i % 2 === 0 ? 0x3c00 : 0xbc00) | ((i * 40503) & 0x7f));
  return new Map(
    [...imagined(expectedTensors(config))].map(([name, tensor]) => {
      const read = (): Uint8Array<ArrayBuffer> => {
        const values = new Uint16Array(tensor.byteLength / 2);
        for (let at = 0; at < values.length; at += some.length) values.set(some.subarray(0, values.length - at), at);
        return new Uint8Array(values.buffer);
      };
      return [name, { ...tensor, read }];
    }),
  );
}
