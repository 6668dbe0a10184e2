import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Device } from '../../compute/device';
import { PROJECTIONS } from '../../config/config-schema';
import type { LlamaConfig } from '../../model/llama-config';
import { writeTensors } from '../../model/parameter-file';
import { asMatrix, ParameterSet } from '../../model/parameters';
import { projectionShape, type ProjectionName } from '../../model/projections';
import type { PlacedDelta, Tuning } from '../../model/tuning';
import { ADAPTER_CONFIG } from '../adapter-config';
import { loraScale, loraTensorName, type LoraConfig } from './lora-config';
import { ADAPTER_WEIGHTS, peftConfigJson } from './peft-config';

/** A LoRA adapter on a device: its parameters and, per layer, the pairs of the projections it sits on. */
export class LoraAdapter implements Tuning {
  readonly parameters: ParameterSet;
  readonly weightsFile = ADAPTER_WEIGHTS;
  /** Per layer. */
  private readonly pairs: readonly ReadonlyMap<ProjectionName, PlacedDelta>[];

  constructor(
    private readonly device: Device,
    model: LlamaConfig,
    readonly config: LoraConfig,
  ) {
    const targets = PROJECTIONS.filter((name) => config.target_modules.includes(name));
    const layers = Array.from({ length: model.layers }, (_, layer) => layer);
    this.parameters = new ParameterSet(
      device,
      layers.flatMap((layer) =>
        targets.flatMap((name) => {
          const shape = projectionShape(model, name);
          return [
            { name: loraTensorName(layer, name, 'A'), shape: [config.r, shape.in], decay: true },
            { name: loraTensorName(layer, name, 'B'), shape: [shape.out, config.r], decay: true },
          ];
        }),
      ),
    );
    this.pairs = layers.map(
      (layer) =>
        new Map(
          targets.map((name) => {
            const a = this.parameters.get(loraTensorName(layer, name, 'A'));
            const b = this.parameters.get(loraTensorName(layer, name, 'B'));
            const pair: PlacedDelta = {
              delta: {
                kind: 'low-rank',
                a: asMatrix(a),
                b: asMatrix(b),
                gradA: a.gradient,
                gradB: b.gradient,
                scale: loraScale(config),
              },
              dropout: config.lora_dropout,
              index: layer * PROJECTIONS.length + PROJECTIONS.indexOf(name),
            };
            return [name, pair] as const;
          }),
        ),
    );
  }

  delta(layer: number, projection: ProjectionName): PlacedDelta | undefined {
    return this.pairs[layer]?.get(projection);
  }

  /** The base model stays as it is. */
  replaces(): undefined {
    return undefined;
  }

  /**
   * PEFT's start: A uniform in ±1/sqrt(in) (Kaiming with a = sqrt(5)), B zero, so that the tuned model begins as the base.
   * @param random uniform in [0, 1)
   */
  initialise(random: () => number): void {
    for (const parameter of this.parameters.all()) {
      const values = new Float32Array(parameter.value.length);
      if (parameter.name.endsWith('.lora_A.weight')) {
        const bound = 1 / Math.sqrt(parameter.shape[1]!);
        for (let i = 0; i < values.length; i++) values[i] = (2 * random() - 1) * bound;
      }
      this.device.write(parameter.value, values);
    }
  }

  /** A PEFT adapter folder. */
  async write(device: Device, baseModel: string, folder: string): Promise<void> {
    await writeFile(path.join(folder, ADAPTER_CONFIG), peftConfigJson(this.config, baseModel));
    await writeTensors(device, path.join(folder, ADAPTER_WEIGHTS), this.parameters.all());
  }
}
