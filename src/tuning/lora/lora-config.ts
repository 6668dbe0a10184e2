import type { ResolvedConfig } from '../../config/config-schema';
import { projectionPath, type ProjectionName } from '../../model/projections';

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

/** The tensor name in PEFT's adapter_model.safetensors. */
export function loraTensorName(layer: number, name: ProjectionName, part: 'A' | 'B'): string {
  return `base_model.model.model.layers.${layer}.${projectionPath(name)}.lora_${part}.weight`;
}

/** alpha / r, or alpha / sqrt(r) for rank-stabilised LoRA (Kalajdzievski 2023). */
export function loraScale(config: LoraConfig): number {
  return config.lora_alpha / (config.use_rslora ? Math.sqrt(config.r) : config.r);
}
