import { PROJECTIONS, type ResolvedConfig } from '../config/config-schema';
import type { Device } from '../compute/device';
import type { LowRankDelta } from '../compute/recorder';
import type { LlamaConfig } from './llama-config';
import { asMatrix, ParameterSet } from './parameters';
import { projectionPath, projectionShape, type ProjectionName } from './projections';

/** What a LoRA adapter is, in PEFT's words. */
export interface LoraConfig {
  readonly r: number;
  readonly lora_alpha: number;
  readonly lora_dropout: number;
  readonly use_rslora: boolean;
  readonly target_modules: readonly ProjectionName[];
}

/** What a configuration asks for. */
export function loraConfigOf(config: ResolvedConfig): LoraConfig {
  const { lora_r: r, lora_alpha, lora_dropout, use_rslora, target_modules } = config;
  return { r, lora_alpha, lora_dropout, use_rslora, target_modules };
}

/** The two small matrices beside one frozen projection. */
export interface LoraPair extends LowRankDelta {
  readonly dropout: number;
  /** Position among all pairs: each draws its own dropout mask. */
  readonly index: number;
}

/** The tensor name in PEFT's adapter_model.safetensors. */
function loraTensorName(layer: number, name: ProjectionName, part: 'A' | 'B'): string {
  return `base_model.model.model.layers.${layer}.${projectionPath(name)}.lora_${part}.weight`;
}

/** alpha / r, or alpha / sqrt(r) for rank-stabilised LoRA (Kalajdzievski 2023). */
function loraScale(config: LoraConfig): number {
  return config.lora_alpha / (config.use_rslora ? Math.sqrt(config.r) : config.r);
}

/** A LoRA adapter on a device: its parameters and, per layer, the pairs of the projections it sits on. */
export class LoraAdapter {
  readonly parameters: ParameterSet;
  /** Per layer. */
  readonly pairs: readonly ReadonlyMap<ProjectionName, LoraPair>[];

  constructor(
    device: Device,
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
            const pair: LoraPair = {
              kind: 'low-rank',
              a: asMatrix(a),
              b: asMatrix(b),
              gradA: a.gradient,
              gradB: b.gradient,
              scale: loraScale(config),
              dropout: config.lora_dropout,
              index: layer * PROJECTIONS.length + PROJECTIONS.indexOf(name),
            };
            return [name, pair] as const;
          }),
        ),
    );
  }

  /**
   * PEFT's start: A uniform in ±1/sqrt(in) (Kaiming with a = sqrt(5)), B zero, so that the tuned model begins as the base.
   * @param random uniform in [0, 1)
   */
  initialise(device: Device, random: () => number): void {
    for (const parameter of this.parameters.all()) {
      const values = new Float32Array(parameter.value.length);
      if (parameter.name.endsWith('.lora_A.weight')) {
        const bound = 1 / Math.sqrt(parameter.shape[1]!);
        for (let i = 0; i < values.length; i++) values[i] = (2 * random() - 1) * bound;
      }
      device.write(parameter.value, values);
    }
  }
}
