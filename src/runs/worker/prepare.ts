import type { Device } from '../../compute/device';
import { DryDevice } from '../../compute/dry/dry-device';
import type { DeviceTraits } from '../../compute/traits';
import type { ResolvedConfig } from '../../config/config-schema';
import { OUR_COLUMNS } from '../../dataset/columns';
import { SftError } from '../../base/errors';
import { openWeights, readModelFolder, type ModelFolder, type ModelSession } from '../../generate/session';
import { adapterValuesText, valuesOfAdapter } from '../../tuning/adapter-values';
import { partedTables } from '../../tuning/parted-tables';
import { createTuning } from '../../tuning/registry';
import { byParts, encodeDataFiles, namedFiles, type HashedKey } from '../../train/data-files';
import { refuseUnfit } from '../../train/examples/refuse-unfit';
import type { EncodedDatasetExample } from '../../train/examples/encoded-example';
import { mixIn, readGeneralQuestions } from '../../train/retention/general-questions';
import { overlapsOf, type Overlap } from '../../train/overlaps';
import { isThinkingIn } from '../../text/enable-thinking';
import { modelOptions } from '../chat-options';
import type { Run } from '../folder/run-schema';
import { sequenceTooLong } from '../refuse-length';
import { sampleRoom } from './sample-room';

/** The data of a run, tokenised and divided. */
export interface RunData {
  /** SHA-256 of each file, as it was read. */
  readonly files: readonly { readonly key: HashedKey; readonly file: string; readonly sha256: string }[];
  readonly overlaps: readonly Overlap[];
  /** With the general questions that are mixed in. */
  readonly train: readonly EncodedDatasetExample[];
  /** How many of `train` are general questions that retention_mix put there. */
  readonly mixedIn: number;
  readonly validation: readonly EncodedDatasetExample[];
  readonly test: readonly EncodedDatasetExample[];
  /** The general questions that retention is measured on; empty where it is not. */
  readonly general: readonly EncodedDatasetExample[];
}

/** Configuration and tokenizer of a run's base model. @throws SftError what is wrong with them */
function readBase(config: ResolvedConfig): Promise<ModelFolder> {
  return readModelFolder(config.model_name, modelOptions(config));
}

/** The base model of a run on a device. */
export async function openBase(device: Device, config: ResolvedConfig): Promise<ModelSession> {
  return openWeights(device, await readBase(config));
}

/**
 * Reads, tokenises and divides the data, and reads the general questions. The division depends on the data and the split alone.
 * @throws SftError dataset-has-errors, answer-lost, no-general-questions, and what the split refuses
 */
export async function prepareData(config: ResolvedConfig, session: Pick<ModelSession, 'chat'>): Promise<RunData> {
  const chat = session.chat.thinking(await thinkingOf(config));
  const read = await encodeDataFiles(config, chat, { stopsAtErrors: true });
  for (const { dataset } of read.files) refuseUnfit(dataset, { maxSeqLength: config.max_seq_length });
  const { measured, pool, file } = await readGeneralQuestions(config, chat);
  const parts = byParts(
    read,
    read.files.map(({ dataset }) => dataset.encoded),
  );
  const train = mixIn(parts.train, pool, config.retention_mix);
  return {
    files: [
      ...read.files.map(({ key, dataset: { file, sha256 } }) => ({ key, file, sha256 })),
      ...(file === undefined ? [] : [{ key: 'retention_dataset' as const, ...file }]),
    ],
    overlaps: overlapsOf(read, config),
    ...parts,
    train,
    mixedIn: train.length - parts.train.length,
    general: measured,
  };
}

/** Whether the model is asked with thoughts. @throws SftError `unreadable-file`; the signal's reason */
export function thinkingOf(config: ResolvedConfig, signal?: AbortSignal): Promise<boolean> {
  const files = namedFiles(config).map(({ file }) => file);
  return isThinkingIn(config.enable_thinking, files, config.columns ?? OUR_COLUMNS, signal);
}

/** The first file of the data that is not as it was when the run was created; undefined where all are. */
export function changedFile(run: Run, { files }: Pick<RunData, 'files'>): string | undefined {
  return files.find(({ key, sha256 }) => run[key]?.sha256 !== sha256)?.file;
}

/** The first of a part's examples, as many as `eval_examples` allows. */
export function limited<T>(examples: readonly T[], config: ResolvedConfig): readonly T[] {
  return config.eval_examples === null ? examples : examples.slice(0, config.eval_examples);
}

/**
 * What is wrong with model and adapter, said before the run waits for its device: only headers are read.
 * @returns what a person should know of what is trained
 * @throws SftError sequence-too-long, and what opening weights and adapter throws
 */
function checkModel(model: ModelFolder, config: ResolvedConfig, traits: DeviceTraits): readonly string[] {
  const long = sequenceTooLong(config, model.config);
  if (long !== undefined) throw long;
  const device = new DryDevice(traits);
  const session = openWeights(device, model);
  const parted = partedTables(createTuning(session, config), model.config);
  session.close();
  const values = valuesOfAdapter(config, model.config);
  return [
    ...(parted === undefined ? [] : [parted]),
    ...(values === undefined ? [] : [adapterValuesText(values, config)]),
    ...sampleRoom(config, model.config, model.chat),
  ];
}

/** What a run is made of, as far as no device is needed for it. */
export interface PreparedRun {
  readonly model: ModelFolder;
  readonly data: RunData;
  /** What a person should know of them before it begins. */
  readonly notices: readonly string[];
}

/**
 * Reads model, adapter and data of a configuration, before there is a device.
 * @param traits of the device that is waited for
 * @throws SftError what is wrong with model or data
 */
export async function prepare(config: ResolvedConfig, traits: DeviceTraits): Promise<PreparedRun> {
  const model = await readBase(config);
  const notices = [...model.chat.notices, ...checkModel(model, config, traits)];
  return { model, data: await prepareData(config, model), notices };
}

/**
 * As prepare, of a run. The data must be those whose hash is in run.json: who resumes a run goes on with the same split, and who starts
 * one gets what run.json says.
 * @param begun whether the run has been worked on before
 * @throws SftError `dataset-changed`, and what is wrong with model or data
 */
export async function prepareRun(run: Run, begun: boolean, traits: DeviceTraits): Promise<PreparedRun> {
  const prepared = await prepare(run.config, traits);
  const file = changedFile(run, prepared.data);
  if (file === undefined) return prepared;
  throw begun
    ? new SftError('dataset-changed', 'the dataset is not the one this run was started with', {
        file,
        remedy: 'start a new run, or restore the original file',
      })
    : new SftError('dataset-changed', 'the dataset was changed after the run was created and before it started', {
        file,
        remedy: 'start a new run, which uses the file as it is now',
      });
}
