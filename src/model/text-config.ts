import type { JsonObject } from '../base/fetched-file';

/** Multimodal classes of transformers whose text model is one that is read here: the model_type of each, and the class of the text model alone. */
const MULTIMODAL = [
  { architecture: 'Gemma3ForConditionalGeneration', modelType: 'gemma3', text: 'Gemma3ForCausalLM' },
] as const;

/** What stands beside the text model's own configuration and concerns it. */
const SHARED = ['quantization_config', 'dtype', 'torch_dtype', 'bos_token_id', 'eos_token_id', 'pad_token_id'];

/** Where the text model sits in such a class: PEFT names its matrices so. */
export const PATH_WITHIN = 'model.language_model';

/** The config.json of the text model in a multimodal one, as a folder of that alone would have it; undefined for any other model. */
export function textConfigOf(json: JsonObject): JsonObject | undefined {
  const { architectures, model_type: type, text_config: text } = json;
  const named: unknown = Array.isArray(architectures) ? architectures[0] : undefined;
  const known = MULTIMODAL.find(({ architecture, modelType }) =>
    named === undefined ? type === modelType : named === architecture,
  );
  if (known === undefined || typeof text !== 'object' || text === null) return undefined;
  const shared = SHARED.filter((key) => json[key] !== undefined).map((key) => [key, json[key]] as const);
  return { ...text, ...Object.fromEntries(shared), architectures: [known.text] };
}
