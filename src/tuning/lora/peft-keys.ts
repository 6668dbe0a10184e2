import { SftError } from '../../base/errors';
import type { JsonObject } from '../../base/fetched-file';

const MERGE = 'merge it into its base model with PEFT (merge_and_unload, then save_pretrained) and use that model';
const CONVERT =
  'save it again with PEFT: save_pretrained(..., path_initial_model_for_weight_conversion=<the adapter as it was before training>), or merge it';

/** Keys of PEFT 0.21's LoraConfig that change what an adapter computes, and what can be done. All are off in a plain adapter. */
const REFUSED: Readonly<Record<string, string>> = {
  bias: MERGE,
  lora_bias: MERGE,
  layer_replication: 'save the replicated model with PEFT and use that as base model',
  target_parameters: 'use an adapter whose target_modules are projections',
  alora_invocation_tokens: 'use an adapter that is always active: this one starts at its invocation tokens',
  arrow_config: 'use one adapter: Arrow chooses among several',
  kasa_config: MERGE,
  megatron_config: MERGE,
  monteclora_config: MERGE,
  use_bdlora: MERGE,
  use_qalora: MERGE,
  velora_config: MERGE,
};

/** Keys that are read elsewhere, or change nothing once an adapter is trained. */
const KNOWN: ReadonlySet<string> = new Set([
  'alpha_pattern',
  'auto_mapping',
  'base_model_name_or_path',
  'corda_config',
  'ensure_weight_tying',
  'eva_config',
  'exclude_modules',
  // PEFT turns it off for linear layers, which all projections are.
  'fan_in_fan_out',
  'inference_mode',
  'init_lora_weights',
  'layers_pattern',
  'layers_to_transform',
  'loftq_config',
  'lora_alpha',
  'lora_dropout',
  'lora_ga_config',
  'megatron_core',
  'modules_to_save',
  'peft_type',
  'peft_version',
  'qalora_group_size',
  'r',
  'rank_pattern',
  'revision',
  'runtime_config',
  'target_modules',
  'task_type',
  'trainable_token_indices',
  'use_dora',
  'use_rslora',
]);

/** Initialisations that leave the base model as it is. The others take from it what they put into the adapter, PEFT again whenever it is loaded. */
const PLAIN_STARTS: readonly unknown[] = [true, false, null, undefined, 'gaussian', 'eva', 'orthogonal'];

/** @throws SftError unsupported-adapter for a key that changes numbers, or one that may */
export function refusePeftKeys(json: JsonObject, file: string): void {
  const start = json['init_lora_weights'];
  if (!PLAIN_STARTS.includes(start)) {
    throw unsupportedAdapter(file, `init_lora_weights ${JSON.stringify(start)} changes the base model`, CONVERT);
  }
  for (const [key, value] of Object.entries(json)) {
    if (isOff(value) || KNOWN.has(key)) continue;
    const remedy = Object.hasOwn(REFUSED, key) ? REFUSED[key] : undefined;
    if (remedy !== undefined) throw unsupportedAdapter(file, `${key} is not supported`, remedy);
    throw unsupportedAdapter(
      file,
      `the key ${JSON.stringify(key)} is not known, and may change what the adapter computes`,
      'delete the key if it does not matter, otherwise merge the adapter into its base model',
    );
  }
  const targets: unknown = json['target_modules'];
  const beyond = ['lm_head', 'embed_tokens'].find((name) => Array.isArray(targets) && targets.includes(name));
  if (beyond !== undefined)
    throw unsupportedAdapter(file, `target_modules names ${beyond}: only projections can have a pair`, MERGE);
}

function isOff(value: unknown): boolean {
  if (typeof value === 'object') return value === null || Object.keys(value).length === 0;
  return value === undefined || value === false || value === 'none';
}

export function unsupportedAdapter(file: string, reason: string, remedy: string): SftError {
  return new SftError('unsupported-adapter', reason, { file, remedy, exitCode: 2 });
}
