import type { JsonObject } from '../base/fetched-file';

/** Why weights that are quantised as `quantization_config` says cannot be read, and what to do; undefined where they can. */
export function unreadableQuantisation(
  config: unknown,
): { readonly reason: string; readonly remedy: string } | undefined {
  if (config === undefined || config === null) return undefined;
  const remedy =
    'use the folder of the model in bf16, fp16 or fp32 with "load_in_4bit": true, or one that bitsandbytes quantised to NF4 (*-bnb-4bit)';
  const how = howOf(config as JsonObject);
  return how === undefined ? undefined : { reason: `the weights are quantised ${how}, which is not supported`, remedy };
}

/** Undefined for NF4 of bitsandbytes. */
function howOf(config: JsonObject): string | undefined {
  const method = config['quant_method'];
  const bits = config['load_in_4bit'] === true || config['_load_in_4bit'] === true;
  const bytes = config['load_in_8bit'] === true || config['_load_in_8bit'] === true;
  if (method !== undefined && method !== 'bitsandbytes') return `by ${JSON.stringify(method)}`;
  if (bytes) return 'to int8 by bitsandbytes';
  if (!bits) return method === undefined ? 'in a way that config.json does not name' : 'by bitsandbytes, not to 4 bits';
  const type = config['bnb_4bit_quant_type'] ?? 'fp4';
  return type === 'nf4' ? undefined : `to ${JSON.stringify(type)} by bitsandbytes`;
}
