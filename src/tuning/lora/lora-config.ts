import type { ResolvedConfig } from '../../config/config-schema';
import type { LlamaConfig } from '../../model/llama-config';
import { partsOf, type ModuleName } from '../../model/modules';
import { modulePath } from '../../model/projections';
import type { TuningTarget } from '../method';
import { chosenTables, type SavedTables } from './saved-tables';
import { chosenTokens } from './trainable-tokens';
import type { TrainableTokens } from './trained-tables';

/** A pair of an adapter: the matrix it sits on, and what PEFT calls its r and lora_alpha. */
export interface LoraPlace {
  readonly layer: number;
  readonly module: ModuleName;
  readonly r: number;
  readonly alpha: number;
}

/** What a LoRA adapter is, in PEFT's words. */
export interface LoraConfig {
  readonly r: number;
  readonly lora_alpha: number;
  readonly lora_dropout: number;
  readonly use_rslora: boolean;
  /** Whether each pair has magnitudes beside it; false unless given. */
  readonly use_dora?: boolean;
  /** How a fresh one starts; true unless given. */
  readonly init_lora_weights?: ResolvedConfig['init_lora_weights'];
  /** Names of matrices, or as adapter_config.json has it. */
  readonly target_modules: string | readonly string[];
  /** r and lora_alpha of the pairs whose names an expression fits, the first one's. */
  readonly rank_pattern?: Readonly<Record<string, number>>;
  readonly alpha_pattern?: Readonly<Record<string, number>>;
  /** Tokens whose rows are trained beside the pairs. */
  readonly tokens?: TrainableTokens | undefined;
  /** Tables of the vocabulary that are trained whole. */
  readonly tables?: SavedTables | undefined;
  /** Further keys of adapter_config.json that say where the pairs sit. */
  readonly placing?: Readonly<Record<string, unknown>>;
}

/** What a configuration asks for in a model. */
export function loraConfigOf(config: ResolvedConfig, target: Pick<TuningTarget, 'config' | 'chat'>): LoraConfig {
  const { config: model } = target;
  const tokens = chosenTokens(target, config);
  const tables = chosenTables(model, config);
  const { lora_r: r, lora_alpha, lora_dropout, use_rslora, use_dora } = config;
  const { init_lora_weights, rank_pattern, alpha_pattern } = config;
  // Named one by one, as PEFT writes them: other programs know no "all-linear".
  const { target_modules: targets } = config;
  const target_modules = targets === 'all-linear' ? model.modules : namedIn(model, targets);
  return {
    ...{ r, lora_alpha, lora_dropout, use_rslora, use_dora, init_lora_weights },
    ...{ target_modules, rank_pattern, alpha_pattern, tokens, tables },
  };
}

/** In a model that keeps projections as one matrix, their names stand for it if all of them are given. */
function namedIn(
  { modules }: Pick<LlamaConfig, 'modules'>,
  targets: string | readonly string[],
): string | readonly string[] {
  if (typeof targets === 'string') return targets;
  const fused = modules.filter((name) => partsOf(name).length > 1);
  const meant = fused.filter((name) => partsOf(name).every((part) => targets.includes(part)));
  const spoken = new Set<string>(meant.flatMap(partsOf));
  const rest = targets.filter((name) => !spoken.has(name));
  return meant.length === 0 ? targets : [...meant.filter((name) => !rest.includes(name)), ...rest];
}

/** As transformers names it: `model.layers.0.self_attn.q_proj`. */
export function moduleName(layer: number, name: ModuleName): string {
  return `model.layers.${layer}.${modulePath(name)}`;
}

/** As PEFT finds it in transformers' class, which for a multimodal model holds the text model deeper within. */
export function peftModuleName(
  { decoderPath }: Pick<LlamaConfig, 'decoderPath'>,
  layer: number,
  name: ModuleName,
): string {
  return `${decoderPath}.layers.${layer}.${modulePath(name)}`;
}

/** The name that a tensor of an adapter has in PEFT's file. */
export function peftTensorName({ decoderPath }: Pick<LlamaConfig, 'decoderPath'>, name: string): string {
  return name.replace(/^base_model\.model\.model\./, `base_model.model.${decoderPath}.`);
}

/** The tensors of a pair. */
type LoraPart = 'A' | 'B' | 'magnitude';

/** The tensor name in PEFT's adapter_model.safetensors, in a model that is nothing but text. */
export function loraTensorName(layer: number, name: ModuleName, part: LoraPart): string {
  const module = `base_model.model.${moduleName(layer, name)}`;
  return part === 'magnitude' ? `${module}.lora_magnitude_vector` : `${module}.lora_${part}.weight`;
}

/** alpha / r, or alpha / sqrt(r) for rank-stabilised LoRA (Kalajdzievski 2023). */
export function loraScale({ alpha, r }: Pick<LoraPlace, 'alpha' | 'r'>, useRslora: boolean): number {
  return alpha / (useRslora ? Math.sqrt(r) : r);
}

/** What an adapter is whose pairs have twice the rank and act as before. */
export function ofTwiceTheRank(config: LoraConfig): LoraConfig {
  const { r, lora_alpha, rank_pattern = {}, alpha_pattern = {}, use_rslora } = config;
  const factor = use_rslora ? Math.SQRT2 : 2;
  const times = (values: Readonly<Record<string, number>>, by: number): Readonly<Record<string, number>> =>
    Object.fromEntries(Object.entries(values).map(([key, value]) => [key, by * value]));
  return {
    ...config,
    r: 2 * r,
    lora_alpha: factor * lora_alpha,
    rank_pattern: times(rank_pattern, 2),
    alpha_pattern: times(alpha_pattern, factor),
  };
}
