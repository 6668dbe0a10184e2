import { availableMemory } from '../base/free-memory';
import type { ResolvedConfig } from '../config/config-schema';
import { readModelFolder } from '../generate/session';
import { estimateMemory, type MemoryEstimate } from '../train/estimate';
import { modelOptions } from './chat-options';
import { tellTime, type ToldTime } from './forecast/tell-time';
import { runDevice } from './run-device';
import { prepareData } from './worker/prepare';

/** What a run will need. */
export interface RunEstimate {
  readonly memory: MemoryEstimate;
  /** Memory that is free, bytes. */
  readonly available: number;
  /** Undefined where it was not asked for. */
  readonly time: ToldTime | undefined;
}

/**
 * The memory that a run of this configuration will need, and the time that it will take on this machine.
 * @param measure whether the time is told, which is measured in a few seconds
 * @throws SftError what a run of it would fail with: of its data, its model, its adapter
 */
export async function estimateRun(config: ResolvedConfig, measure: boolean): Promise<RunEstimate> {
  const started = performance.now();
  const folder = await readModelFolder(config.model_name, modelOptions(config));
  const data = await prepareData(config, folder);
  const reading = (performance.now() - started) / 1000;
  const device = await runDevice(config);
  const memory = await estimateMemory(config, folder.config, folder.modelDir, data, device.traits, folder.chat);
  const available = await availableMemory();
  // A card has memory of its own and does not tell how much.
  const room = device.kind === 'cpu' ? available : Infinity;
  const time = measure ? await tellTime(config, folder, data, device, { memory, available: room, reading }) : undefined;
  return { memory, available, time };
}
