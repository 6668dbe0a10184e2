import { partOf } from '../base/count-of';
import { formatError, SftError } from '../base/errors';
import type { ResolvedConfig } from '../config/config-schema';
import { unsupportedOn } from '../config/unsupported';
import { testRates } from '../engines/builtin/rate-test';
import type { RatePoint } from '../train/rates/curve';
import type { RateRange } from '../train/rates/range';
import { waitForTurn } from './worker/device-queue';
import { prepare } from './worker/prepare';
import type { DeviceAccess } from './worker/worker-options';

export interface FindRateOptions {
  readonly device: DeviceAccess;
  readonly range: RateRange;
  /** Aborting ends the test, also while it waits. */
  readonly signal: AbortSignal;
  /** What is done besides stepping; each text takes the place of the one before. */
  readonly onProgress: (text: string) => void;
  readonly onPoint: (point: RatePoint) => void;
  /** What a person should know. */
  readonly onNote: (text: string) => void;
}

/**
 * Tries learning rates as training with this configuration would begin, in this process: waits for its turn on the device as a run does,
 * reports the loss at each rate, and leaves nothing.
 *
 * @param configFile tells others in the queue what they wait for
 * @throws SftError what keeps a run of the configuration from being trained; the signal's reason where it is aborted
 */
export async function findRate(config: ResolvedConfig, configFile: string, options: FindRateOptions): Promise<void> {
  const { device, range, signal, onProgress, onPoint, onNote } = options;
  const found = await device.find();
  const [refused] = unsupportedOn(config, found);
  if (refused !== undefined) {
    throw new SftError('unsupported', refused.reason, { file: configFile, remedy: refused.remedy });
  }
  const { model, data } = await prepare(config, found.traits);
  const release = await takeTurn(found.id, config.name, configFile, options);
  try {
    await testRates({
      config,
      model,
      train: data.train,
      openDevice: () => device.open(),
      range,
      report: onPoint,
      scored: (done, total) => {
        onProgress(`the unchanged model has read ${partOf(done, total, 'example')}`);
      },
      signal,
    });
  } finally {
    await release();
  }

  /** Where the folder of the queue cannot be used, the test goes on without one, as a run does. */
  async function takeTurn(
    id: string,
    name: string,
    run: string,
    { onProgress: tell }: FindRateOptions,
  ): Promise<() => Promise<void>> {
    const onWait = ([first]: readonly { readonly name: string; readonly run: string }[]): Promise<void> => {
      if (first !== undefined) tell(`waits for ${first.name} (${first.run}) on the ${id} device`);
      return Promise.resolve();
    };
    try {
      const entry = { run, name: `${name}, finding the learning rate` };
      const turn = await waitForTurn(id, entry, { since: Date.now(), signal, onWait });
      if (turn === undefined) signal.throwIfAborted();
      return turn ?? (() => Promise.resolve());
    } catch (error) {
      if (signal.aborted || !(error instanceof Error && (error instanceof SftError || 'syscall' in error))) throw error;
      onNote(
        `the test cannot wait for other runs on the device: ${error instanceof SftError ? formatError(error) : error.message}`,
      );
      return () => Promise.resolve();
    }
  }
}
