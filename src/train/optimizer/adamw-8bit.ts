import { MOMENT_BLOCK, writeBlocks, type BlockMoment, type BlockTable } from '../../compute/block-moments';
import type { Device } from '../../compute/device';
import { dynamicMap } from '../../compute/dynamic-map';
import type { DeviceBuffer } from '../../compute/memory';
import type { Recorder } from '../../compute/recorder';
import type { NamedTensor } from '../../model/parameter-file';
import type { ParameterSet } from '../../model/parameters';
import { blockLayout } from './block-layout';
import type { Optimizer, OptimizerOptions } from './optimizer';
import type { Stretch } from './stretches';

/** A part of the parameters that is updated by one kernel. */
interface BlockStretch extends Stretch {
  readonly blocks: BlockTable;
}

/**
 * AdamW with its moments in 8 bits, as bitsandbytes' AdamW8bit: blocks of 256 that do not cross tensors, the first moment by the signed
 * dynamic map, the second by the unsigned one; tensors of under 4,096 elements keep theirs in fp32.
 */
export class AdamW8bit implements Optimizer {
  readonly state: readonly NamedTensor[];
  updates = 0;
  private readonly first: BlockMoment;
  private readonly second: BlockMoment;
  private readonly stretches: readonly BlockStretch[];

  constructor(
    private readonly device: Device,
    private readonly parameters: ParameterSet,
    private readonly options: OptimizerOptions,
  ) {
    const { stretches, quantised, exact } = blockLayout(parameters, options);
    this.first = allocMoment(device, true, quantised, exact);
    this.second = allocMoment(device, false, quantised, exact);
    this.stretches = stretches.map(({ table, ...stretch }) => {
      return { ...stretch, blocks: writeBlocks(device, device.alloc('i32', table.length), table) };
    });
    this.state = [...stateOf('exp_avg', this.first), ...stateOf('exp_avg_sq', this.second)];
  }

  update(r: Recorder, learningRate: number, verdict: DeviceBuffer): void {
    const { adam_beta1: beta1, adam_beta2: beta2, adam_epsilon: eps } = this.options;
    const { values, gradients } = this.parameters;
    this.updates += 1;
    for (const { offset, length, weightDecay, rateFactor, blocks } of this.stretches) {
      const step = { learningRate: learningRate * rateFactor, beta1, beta2, eps, weightDecay, step: this.updates };
      const [p, grad] = [values.slice(offset, length), gradients.slice(offset, length)];
      r.adamw8bit(p, grad, this.first, this.second, blocks, step, verdict);
    }
  }

  free(): void {
    for (const moment of [this.first, this.second]) {
      for (const buffer of Object.values(moment) as DeviceBuffer[]) this.device.free(buffer);
    }
    for (const { blocks } of this.stretches) this.device.free(blocks.data);
  }
}

/** Codes of 0 with a scale of 0 are moments of 0. */
function allocMoment(device: Device, signed: boolean, quantised: number, exact: number): BlockMoment {
  const map = device.alloc('f32', 256);
  device.write(map, dynamicMap(signed));
  return {
    map,
    codes: device.alloc('u8', quantised * MOMENT_BLOCK),
    absmax: device.alloc('f32', quantised),
    exact: device.alloc('f32', exact * MOMENT_BLOCK),
  };
}

function stateOf(name: string, { codes, absmax, exact }: BlockMoment): NamedTensor[] {
  return [
    { name: `${name}.codes`, shape: [absmax.length, MOMENT_BLOCK], value: codes },
    { name: `${name}.absmax`, shape: [absmax.length], value: absmax },
    { name: `${name}.exact`, shape: [exact.length / MOMENT_BLOCK, MOMENT_BLOCK], value: exact },
  ];
}
