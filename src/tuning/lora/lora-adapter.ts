import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { normal } from '../../base/random';
import type { Device } from '../../compute/device';
import { PROJECTIONS } from '../../config/config-schema';
import type { LlamaConfig } from '../../model/llama-config';
import { writeTensors } from '../../model/parameter-file';
import { asMatrix, ParameterSet } from '../../model/parameters';
import type { ModuleName } from '../../model/modules';
import { moduleShape } from '../../model/projections';
import type { PlacedDelta, TokenRows, Tuning } from '../../model/tuning';
import type { BaseWeights } from '../../model/weights';
import { ADAPTER_CONFIG, ADAPTER_WEIGHTS } from '../adapter-config';
import { loraScale, loraTensorName, type LoraConfig, type LoraPlace } from './lora-config';
import { placesFor } from './lora-places';
import { peftConfigJson } from './peft-config';
import { copyRows, tokenParameters, trainedRowsOf } from './trained-tables';

/** A LoRA adapter on a device: its parameters and, per layer, the pairs of the matrices it sits on. */
export class LoraAdapter implements Tuning {
  readonly parameters: ParameterSet;
  readonly weightsFile = ADAPTER_WEIGHTS;
  /** Per layer. */
  private readonly pairs: readonly Map<ModuleName, PlacedDelta>[];

  /**
   * @param places where its pairs sit, by layer and then as the model has its matrices
   * @param weights of the base model, from which the rows of trained tokens start
   */
  constructor(
    private readonly device: Device,
    model: LlamaConfig,
    readonly config: LoraConfig,
    places: readonly LoraPlace[] = placesFor(model, config),
    private readonly weights?: BaseWeights,
  ) {
    this.parameters = new ParameterSet(device, [
      ...places.flatMap(({ layer, module, r }) => {
        const shape = moduleShape(model, module);
        return [
          { name: loraTensorName(layer, module, 'A'), shape: [r, shape.in], decay: true },
          { name: loraTensorName(layer, module, 'B'), shape: [shape.out, r], decay: true, raised: true },
        ];
      }),
      ...tokenParameters(model, config.tokens ?? {}),
    ]);
    this.pairs = Array.from({ length: model.layers }, () => new Map());
    for (const place of places) {
      const { layer, module } = place;
      const a = this.parameters.get(loraTensorName(layer, module, 'A'));
      const b = this.parameters.get(loraTensorName(layer, module, 'B'));
      this.pairs[layer]?.set(module, {
        delta: {
          kind: 'low-rank',
          a: asMatrix(a),
          b: asMatrix(b),
          gradA: a.gradient,
          gradB: b.gradient,
          scale: loraScale(place, config.use_rslora),
        },
        dropout: config.lora_dropout,
        index: layer * PROJECTIONS.length + model.modules.indexOf(module),
      });
    }
  }

  delta(layer: number, module: ModuleName): PlacedDelta | undefined {
    return this.pairs[layer]?.get(module);
  }

  /** The base model stays as it is. */
  replaces(): undefined {
    return undefined;
  }

  tokenRows(tensor: string): TokenRows | undefined {
    return trainedRowsOf(this.parameters, this.config.tokens ?? {}, tensor);
  }

  /**
   * PEFT's starts, B zero in all of them, so that the tuned model begins as the base: A uniform in ±1/sqrt(in) (Kaiming with a = sqrt(5)),
   * or normal with the deviation 1/r.
   * @param random uniform in [0, 1)
   */
  initialise(random: () => number): void {
    for (const parameter of this.parameters.all()) {
      const values = new Float32Array(parameter.value.length);
      if (parameter.name.endsWith('.lora_A.weight')) {
        const [r, cols] = parameter.shape;
        const gaussian = this.config.init_lora_weights === 'gaussian';
        const bound = 1 / Math.sqrt(cols!);
        const draw = gaussian ? () => normal(random) / r! : () => (2 * random() - 1) * bound;
        for (let i = 0; i < values.length; i++) values[i] = draw();
      }
      this.device.write(parameter.value, values);
    }
    const { tokens } = this.config;
    if (tokens === undefined) return;
    if (this.weights === undefined) throw new RangeError('trained tokens start from the weights of the base model');
    copyRows(this.device, this.weights, this.parameters, tokens);
  }

  /** A PEFT adapter folder. */
  async write(device: Device, baseModel: string, folder: string): Promise<void> {
    await writeFile(path.join(folder, ADAPTER_CONFIG), peftConfigJson(this.config, baseModel));
    await writeTensors(device, path.join(folder, ADAPTER_WEIGHTS), this.parameters.all());
  }
}
