import type { ResolvedConfig } from '../../config/config-schema';
import { SftError } from '../../base/errors';
import { availableMemory } from '../../base/free-memory';
import type { DeviceInfo } from '../../compute/provider';
import { virtualTokens } from '../../config/virtual-room';
import { longestText } from '../../model/llama-config';
import type { ModelSession } from '../../generate/session';
import { byParts, encodeDataFiles } from '../../train/data-files';
import { estimateMemory, type MemoryEstimate } from '../../train/estimate';
import { orderOf } from '../../train/windows';
import { mixIn, readGeneralQuestions } from '../../train/retention/general-questions';
import { overlapsOf } from '../../train/overlaps';
import { thinkingOf } from '../worker/prepare';
import { sampleRoom } from '../worker/sample-room';
import type { KnownPace } from '../forecast/known-pace';
import { tellTime } from '../forecast/tell-time';
import { listRunDevices, runDevice } from '../run-device';
import { checkData, checkLengths, checkOverlaps, checkSplit } from './data';
import { checkDevice, checkEngine } from './device';
import { checkDisk } from './disk';
import { checkMemory, memoryOfDevice } from './memory';
import { checkModel } from './model';
import { checkValues } from './schedule';
import { checkTemplate } from './template';
import { checkTime } from './time';
import { thrown, warning, type PreflightCheck, type PreflightReport } from './report';

export interface PreflightOptions {
  readonly signal?: AbortSignal;
  /** Memory that is free, bytes; asked of the system unless given. */
  readonly available?: number;
  /** Told when something begins that takes seconds. */
  readonly onProgress?: (text: string) => void;
  /** Whether the time that the run will take is told: a few seconds are measured for it. */
  readonly time?: boolean;
  /** A pace that an earlier report had. */
  readonly pace?: KnownPace | undefined;
  /**
   * Where the configuration lies: keys that the model refuses are named with it, and facts of the machine lie beside it; unless given,
   * beside the data.
   */
  readonly configFile?: string;
}

/**
 * Looks at everything a run of this configuration needs, before it starts: data, lengths, split, steps, model, device, memory and disk.
 * Nothing is written; of the weights those are read that passes are timed with. What is wrong comes as checks, never as a throw.
 *
 * @throws the signal's reason where it is aborted
 */
export async function preflight(config: ResolvedConfig, options: PreflightOptions = {}): Promise<PreflightReport> {
  const { signal } = options;
  const started = performance.now();
  const devices = await listRunDevices(config);
  const isBuiltin = config.engine === 'builtin';
  const device = isBuiltin ? await runDevice(config, devices).catch(() => devices[0]!) : devices[0]!;
  const { traits } = device;
  let known: Pick<PreflightReport, 'seconds' | 'pace'> = {};
  const { check, session } = await checkModel(config, traits, options);
  const checks: PreflightCheck[] = [check];
  try {
    const chat = session?.chat.thinking(await thinkingOf(config, signal));
    const read = await encodeDataFiles(config, chat, signal === undefined ? {} : { signal });
    checks.push(...read.files.map(({ key, dataset }) => checkData(dataset, key)));
    const { train, validation, test } = byParts(
      read,
      read.files.map(({ dataset }) => Array.from({ length: dataset.rows.size }, (_, i) => i)),
    );
    const { apart } = read.split;
    const sizes = { train: train.length, validation: validation.length, test: test.length, apart };
    const encoded = read.files.map(({ dataset }) => dataset.encoded);
    const refused = read.files.flatMap(({ dataset }) => dataset.refused);
    if (session !== undefined && chat !== undefined) {
      checks.push(...checkTemplate(chat, encoded.flat(), refused));
      checks.push(...sampleRoom(config, session.config, chat).map((text) => warning('samples', 'Samples', text)));
      checks.push(...checkLengths(config, encoded.flat(), longestText(session.config) - virtualTokens(config)));
    }
    checks.push(checkSplit(config, sizes), ...checkOverlaps(overlapsOf(read, config)));
    checks.push(
      ...checkValues(config, sizes),
      await (isBuiltin ? checkDevice(config, devices) : checkEngine(config, options.configFile ?? config.dataset)),
    );
    if (
      session !== undefined &&
      chat !== undefined &&
      check.status !== 'error' &&
      sizes.train > 0 &&
      refused.length === 0
    ) {
      const { measured, pool } = await readGeneralQuestions(config, chat, signal);
      const own = byParts(read, encoded);
      const parts = { ...own, train: mixIn(own.train, pool, config.retention_mix), general: measured };
      const room = await checkRoom(config, session, parts, device, options);
      checks.push(...room.checks);
      if (isBuiltin && options.time === true && checks.every(({ status }) => status !== 'error')) {
        options.onProgress?.('measuring how fast this machine trains the model');
        const told = await tellTime(config, session, parts, device, {
          ...room,
          reading: (performance.now() - started) / 1000,
          pace: options.pace,
        });
        checks.push(checkTime(told));
        if ('pace' in told) known = { seconds: told.forecast.seconds, pace: told.pace };
      }
    }
  } catch (error) {
    if (!(error instanceof SftError)) throw error;
    checks.push(thrown('data', 'Data', error));
  } finally {
    session?.close();
  }
  return { checks, ...known };
}

async function checkRoom(
  config: ResolvedConfig,
  session: ModelSession,
  parts: Parameters<typeof estimateMemory>[3],
  device: DeviceInfo,
  { available, signal }: PreflightOptions,
): Promise<{ readonly checks: PreflightCheck[]; readonly memory: MemoryEstimate; readonly available: number }> {
  const apart = device.hasOwnMemory === true;
  const free = apart ? Infinity : (available ?? (await availableMemory()));
  const estimate = await estimateMemory(
    config,
    session.config,
    session.modelDir,
    parts,
    session.device.traits,
    session.chat,
  );
  signal?.throwIfAborted();
  const memory = apart
    ? memoryOfDevice(estimate, device.name)
    : await checkMemory(config, session, parts, estimate, free);
  const steps = orderOf(config, parts.train.length).totalSteps(config.max_steps, config.num_train_epochs);
  const disk = await checkDisk(config, steps, estimate.parts.trained);
  const told = config.engine === 'builtin' ? [memory, disk] : [disk];
  return { checks: told, memory: estimate, available: free };
}
