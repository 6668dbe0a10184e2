import { openDevice } from '../../compute/registry';
import type { DeviceInfo } from '../../compute/provider';
import type { ResolvedConfig } from '../../config/config-schema';
import type { ModelFolder } from '../../generate/session';
import type { MemoryEstimate } from '../../train/estimate';
import { runOnDevice } from '../worker/device-queue';
import type { RunData } from '../worker/prepare';
import { forecastRun, type RunForecast } from './forecast-run';
import { known, paceKey, type KnownPace } from './known-pace';
import { measurePace, type MachinePace } from './measure';
import { shorterRuns, type Shortening } from './remedies';

/** The time that a run will take, or why it is not known. */
export type ToldTime =
  | {
      readonly forecast: RunForecast;
      readonly remedies: readonly Shortening[];
      /** To be handed on to a later question. */
      readonly pace: KnownPace;
    }
  | { readonly unmeasured: string };

export interface TellOptions {
  readonly memory: Pick<MemoryEstimate, 'peak'>;
  /** Memory that is free, bytes. */
  readonly available: number;
  /** Seconds that reading the data took. */
  readonly reading: number;
  /** Measured before; used where it was measured of the same. */
  readonly pace?: KnownPace | undefined;
}

/**
 * Measures how fast this machine is and tells how long a run will take. Nothing is measured that would not fit into memory, or beside
 * another run on the same device: it would slow that one down, and be wrong.
 * @throws SftError what opening device, model and adapter throws
 */
export async function tellTime(
  config: ResolvedConfig,
  folder: ModelFolder,
  data: Pick<RunData, 'train' | 'validation' | 'test' | 'general'>,
  device: DeviceInfo,
  { memory, available, reading, pace }: TellOptions,
): Promise<ToldTime> {
  if (data.train.length === 0) return { unmeasured: 'there is nothing to train on' };
  const key = paceKey(config, folder, device);
  let machine: MachinePace;
  if (pace?.key === key) {
    machine = { ...pace, answers: pace.answers };
  } else {
    if (memory.peak > available) return { unmeasured: 'the run does not fit into free memory' };
    const other = await runOnDevice(device.id);
    if (other !== undefined) return { unmeasured: `${other.name} is using the ${device.id} device now` };
    const { threads } = config;
    const opened = await openDevice(device.id, threads === null ? {} : { threads });
    machine = await measurePace(config, folder, data, opened);
  }
  const forecast = forecastRun(config, folder, data, device.traits, machine, reading);
  const remedies = shorterRuns(config, data, forecast, (changed, parts) =>
    forecastRun(changed, folder, parts, device.traits, machine, reading),
  );
  return { forecast, remedies, pace: known(key, machine) };
}
