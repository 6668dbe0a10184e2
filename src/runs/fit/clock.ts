import type { LocatedTensor } from '../../base/tensor-folder';
import { DryDevice } from '../../compute/dry/dry-device';
import { openDevice } from '../../compute/registry';
import type { DeviceTraits } from '../../compute/traits';
import type { ResolvedConfig } from '../../config/config-schema';
import type { LlamaConfig } from '../../model/llama-config';
import { weightOptions } from '../../model/weight-options';
import { BaseWeights } from '../../model/weights';
import type { TokenisedParts } from '../../train/estimate';
import { forecastOf, sizeOfRun } from '../forecast/forecast-run';
import { questionSize } from '../forecast/plan';
import { SAMPLES } from '../worker/samples';
import { measureMachine, paceFor, type MeasuredMachine } from './machine-pace';

/** A run of a model that is not here. */
interface ImaginedRun {
  readonly config: ResolvedConfig;
  readonly llama: LlamaConfig;
  readonly tensors: ReadonlyMap<string, LocatedTensor>;
  readonly parts: TokenisedParts;
}

/** Tells how long runs of models would take that are not here. The machine is measured once for weights in 16 bits and once for 4. */
export class Clock {
  readonly #measured = new Map<boolean, MeasuredMachine>();

  constructor(
    private readonly device: string,
    private readonly traits: DeviceTraits,
  ) {}

  /** Of a whole run, seconds. @throws SftError what opening the device throws */
  async seconds({ config, llama, tensors, parts }: ImaginedRun): Promise<number> {
    const device = new DryDevice(this.traits);
    const weights = new BaseWeights(device, config.model_name, llama, { ...weightOptions(config), tensors });
    const size = sizeOfRun(config, { device, config: llama, weights }, parts);
    const { parameters } = weights;
    weights.close();
    const { trainedWeights } = size;
    const pace = paceFor(await this.#measure(config, parts), { config: llama, trainedWeights, parameters });
    const samples = parts.validation.slice(0, SAMPLES).map(questionSize);
    return forecastOf(config, { ...size, samples }, parts, this.traits, pace, 0).seconds;
  }

  async #measure(config: ResolvedConfig, parts: TokenisedParts): Promise<MeasuredMachine> {
    const known = this.#measured.get(config.load_in_4bit);
    if (known !== undefined) return known;
    const measured = await measureMachine(config, parts, await openDevice(this.device));
    this.#measured.set(config.load_in_4bit, measured);
    return measured;
  }
}
