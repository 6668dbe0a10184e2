import type { DeviceTraits } from '../../compute/traits';
import type { ResolvedConfig } from '../../config/config-schema';
import { configText } from '../../config/write-config';
import { parseConfig } from '../../config/parse-config';
import { presetConfig } from '../../config/presets';
import { readDataset } from '../../dataset/read';
import { longestText, parseLlamaConfig } from '../../model/llama-config';
import { expectedTensors } from '../../model/weights';
import { estimateMemory, type TokenisedParts } from '../../train/estimate';
import { runDevice } from '../run-device';
import { runOnDevice } from '../worker/device-queue';
import { Clock } from './clock';
import { BYTES, imagined } from '../../model/imagined';
import { SHORT_LIST, type ListedModel } from './short-list';

/** Whether a first run of a model goes into the memory that is free. */
export type Fit = 'fits' | 'fits in 4 bits' | 'too large';

/** A model that is not here yet, and what training it would take. */
export interface FittedModel extends Pick<ListedModel, 'repo' | 'licence' | 'detail'> {
  readonly parameters: number;
  /** Of its weights in 16 bits, bytes. */
  readonly size: number;
  readonly fit: Fit;
  /** Of a first run, bytes: in 4 bits where it fits only so. */
  readonly memory: number;
  /** That a first run takes, seconds; where it is too large, or was not measured, not known. */
  readonly seconds?: number | undefined;
}

/** Of a text in Latin letters, and what a chat template puts around an example. */
const CHARACTERS_PER_TOKEN = 4;
const TEMPLATE_TOKENS = 24;
/** Where no data is named, or none of it can be read: an example as many have it. */
const USUAL = { count: 200, prompt: 60, answer: 140 };
/** Examples that are looked at: the largest pass of more is hardly larger. */
const MOST_EXAMPLES = 2000;

/**
 * Whether models of the short list could be trained here on some data: by the passes of a first run (LoRA, the preset), counted on a device
 * without memory. Nothing is asked of anybody, and no weights are needed. Tokens are told from characters.
 * @param dataset a file; examples as many have them where none is given, or it holds none
 * @param available memory that is free, bytes
 * @param options.time whether the time is told too, for which passes of a small model are timed for a few seconds
 * @throws SftError what reading the file throws
 */
export async function fitModels(
  dataset: string | undefined,
  available: number,
  { models = SHORT_LIST, time = false }: { readonly models?: readonly ListedModel[]; readonly time?: boolean } = {},
): Promise<readonly FittedModel[]> {
  const read = dataset === undefined ? [] : await lengthsOf(dataset);
  const lengths = read.length === 0 ? new Array<Length>(USUAL.count).fill(USUAL) : read;
  const { id, traits } = await runDevice({ device: 'auto', threads: null });
  // Another run on the device would be slowed down, and the times would be wrong.
  const clock = time && (await runOnDevice(id)) === undefined ? new Clock(id, traits) : undefined;
  const fitted: FittedModel[] = [];
  for (const model of models) fitted.push(await fit(model, lengths, { available, traits, clock }));
  return fitted;
}

/** Tokens of an example. */
interface Length {
  readonly prompt: number;
  readonly answer: number;
}

async function lengthsOf(file: string): Promise<readonly Length[]> {
  const { examples } = await readDataset(file);
  const tokens = (text: string): number => Math.ceil(text.length / CHARACTERS_PER_TOKEN);
  return examples.slice(0, MOST_EXAMPLES).map(({ value, history = [] }) => ({
    prompt: TEMPLATE_TOKENS + tokens([...history.map(({ content }) => content), value.question].join(' ')),
    answer: tokens(value.answer) + 1,
  }));
}

async function fit(
  { repo, licence, detail, shape }: ListedModel,
  lengths: readonly Length[],
  machine: { readonly available: number; readonly traits: DeviceTraits; readonly clock: Clock | undefined },
): Promise<FittedModel> {
  const { available, traits, clock } = machine;
  const file = `${repo}/config.json`;
  const llama = parseLlamaConfig(shape, file);
  const facts = { datasetExamples: lengths.length, modelMaxPositions: longestText(llama) };
  const preset = presetConfig('first-run', { model_name: repo, dataset: 'data.json' }, facts);
  const config = parseConfig(configText(preset, file), file);
  const parts = partsOf(lengths, config);
  const tensors = imagined(expectedTensors(llama));
  const needs = async (config: ResolvedConfig): Promise<number> =>
    (await estimateMemory(config, llama, repo, parts, traits, undefined, tensors)).peak;
  const size = [...tensors.values()].reduce((sum, { byteLength }) => sum + byteLength, 0);
  const known = { repo, licence, detail, parameters: size / BYTES, size };
  const run = { llama, tensors, parts };
  const whole = await needs(config);
  if (whole <= available)
    return { ...known, fit: 'fits', memory: whole, seconds: await clock?.seconds({ ...run, config }) };
  const packed = { ...config, load_in_4bit: true };
  const memory = await needs(packed);
  if (memory > available) return { ...known, fit: 'too large', memory };
  return { ...known, fit: 'fits in 4 bits', memory, seconds: await clock?.seconds({ ...run, config: packed }) };
}

/** Sequences of these lengths; no two begin alike, so that nothing of one is computed for another. */
function partsOf(lengths: readonly Length[], { split, max_seq_length: most }: ResolvedConfig): TokenisedParts {
  const all = lengths.map(({ prompt, answer }, at) => {
    const length = Math.min(most, prompt + answer);
    const from = Math.min(prompt, length - 1);
    return { ids: new Int32Array(length).fill(at + 1), trained: [{ from, to: length }] };
  });
  const learnt = Math.max(1, Math.round(all.length * split.train));
  const watched = learnt + Math.round(all.length * split.validation);
  return {
    train: all.slice(0, learnt),
    validation: all.slice(learnt, watched),
    test: all.slice(watched),
    general: [],
  };
}
