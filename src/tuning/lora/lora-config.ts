import { PROJECTIONS, type ResolvedConfig } from '../../config/config-schema';
import { projectionPath, type ProjectionName } from '../../model/projections';

/** A pair of an adapter: the projection it sits on, and what PEFT calls its r and lora_alpha. */
export interface LoraPlace {
  readonly layer: number;
  readonly projection: ProjectionName;
  readonly r: number;
  readonly alpha: number;
}

/** What a LoRA adapter is, in PEFT's words. */
export interface LoraConfig {
  readonly r: number;
  readonly lora_alpha: number;
  readonly lora_dropout: number;
  readonly use_rslora: boolean;
  /** How a fresh one starts; true unless given. */
  readonly init_lora_weights?: ResolvedConfig['init_lora_weights'];
  /** Names of projections, or as adapter_config.json has it. */
  readonly target_modules: string | readonly string[];
  /** r and lora_alpha of the pairs whose names an expression fits, the first one's. */
  readonly rank_pattern?: Readonly<Record<string, number>>;
  readonly alpha_pattern?: Readonly<Record<string, number>>;
  /** Further keys of adapter_config.json that say where the pairs sit. */
  readonly placing?: Readonly<Record<string, unknown>>;
}

/** What a configuration asks for. */
export function loraConfigOf(config: ResolvedConfig): LoraConfig {
  const { lora_r: r, lora_alpha, lora_dropout, use_rslora, init_lora_weights, rank_pattern, alpha_pattern } = config;
  // Named one by one, as PEFT writes them: other programs know no "all-linear".
  const target_modules = config.target_modules === 'all-linear' ? PROJECTIONS : config.target_modules;
  return { r, lora_alpha, lora_dropout, use_rslora, init_lora_weights, target_modules, rank_pattern, alpha_pattern };
}

/** As transformers names it: `model.layers.0.self_attn.q_proj`. */
export function moduleName(layer: number, name: ProjectionName): string {
  return `model.layers.${layer}.${projectionPath(name)}`;
}

/** The tensor name in PEFT's adapter_model.safetensors. */
export function loraTensorName(layer: number, name: ProjectionName, part: 'A' | 'B'): string {
  return `base_model.model.${moduleName(layer, name)}.lora_${part}.weight`;
}

/** alpha / r, or alpha / sqrt(r) for rank-stabilised LoRA (Kalajdzievski 2023). */
export function loraScale({ alpha, r }: Pick<LoraPlace, 'alpha' | 'r'>, useRslora: boolean): number {
  return alpha / (useRslora ? Math.sqrt(r) : r);
}
