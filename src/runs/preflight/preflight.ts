import type { ResolvedConfig } from '../../config/config-schema';
import { readDataset } from '../../dataset/read';
import { splitDataset } from '../../dataset/split/split';
import { SftError } from '../../base/errors';
import { availableMemory } from '../../base/free-memory';
import type { ModelSession } from '../../generate/session';
import { encodeExamples, type EncodedDatasetExample } from '../../train/encode-dataset';
import { estimateMemory } from '../../train/estimate';
import { ExampleOrder } from '../../train/order';
import { listRunDevices, runDevice } from '../run-device';
import { checkData, checkLengths, checkSplit, checkSteps } from './data';
import { checkDevice } from './device';
import { checkDisk } from './disk';
import { checkMemory } from './memory';
import { checkModel } from './model';
import { thrown, type PreflightCheck, type PreflightReport } from './report';

export interface PreflightOptions {
  readonly signal?: AbortSignal;
  /** Memory that is free, bytes; asked of the system unless given. */
  readonly available?: number;
}

/**
 * Looks at everything a run of this configuration needs, before it starts: data, lengths, split, steps, model, device, memory and disk.
 * Nothing is written and no weight is read. What is wrong comes as checks, never as a throw.
 *
 * @throws the signal's reason where it is aborted
 */
export async function preflight(config: ResolvedConfig, options: PreflightOptions = {}): Promise<PreflightReport> {
  const { signal } = options;
  const devices = await listRunDevices(config);
  const { traits } = await runDevice(config, devices).catch(() => devices[0]!);
  const { check, session } = await checkModel(config, traits);
  const checks: PreflightCheck[] = [check];
  try {
    const dataset = await readDataset(config.dataset, signal === undefined ? {} : { signal });
    checks.push(checkData(dataset));
    const parts = splitDataset(
      dataset.examples.map((example) => example.value),
      config.split,
    );
    const { train, validation, test, apart } = parts;
    const sizes = { train: train.length, validation: validation.length, test: test.length, apart };
    const encoded =
      session === undefined ? [] : await encodeExamples(dataset, session.chat, config.max_seq_length, signal);
    if (session !== undefined) checks.push(...checkLengths(config, encoded, session.config.maxPositionEmbeddings));
    checks.push(checkSplit(config, sizes), checkSteps(config, sizes.train), await checkDevice(config, devices));
    if (session !== undefined && sizes.train > 0) {
      const pick = (indices: readonly number[]): EncodedDatasetExample[] => indices.map((i) => encoded[i]!);
      const tokenised = { train: pick(train), validation: pick(validation), test: pick(test) };
      checks.push(...(await checkRoom(config, session, tokenised, options)));
    }
  } catch (error) {
    if (!(error instanceof SftError)) throw error;
    checks.push(thrown('data', 'Data', error));
  } finally {
    session?.close();
  }
  return { checks };
}

async function checkRoom(
  config: ResolvedConfig,
  session: ModelSession,
  parts: Parameters<typeof estimateMemory>[3],
  { available, signal }: PreflightOptions,
): Promise<PreflightCheck[]> {
  const estimate = await estimateMemory(config, session.config, session.modelDir, parts, session.device.traits);
  signal?.throwIfAborted();
  const memory = await checkMemory(config, session, parts, estimate, available ?? (await availableMemory()));
  const order = new ExampleOrder({
    examples: parts.train.length,
    batchSize: config.per_device_batch_size,
    accumulation: config.gradient_accumulation_steps,
    shuffle: config.shuffle,
    seed: config.seed,
  });
  const steps = order.totalSteps(config.max_steps, config.num_train_epochs);
  return [memory, await checkDisk(config, steps, estimate.parts.trained)];
}
