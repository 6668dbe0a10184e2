import { sizeText } from '../../base/size-text';
import type { GgufType } from '../../base/gguf/gguf-format';
import { RECIPES } from '../../export/recipes/registry';
import { exportSizes } from '../../export/sizes';
import { errorText } from '../error-text';
import type { Services } from '../services';
import type { UseTarget } from './use-target';

/** A form in which a model leaves, as it was chosen. */
export interface ChosenForm {
  /** `GGUF in Q8_0`, as the middle of a sentence. */
  readonly what: string;
  /** What follows `sft export RUN`, but for the place. */
  readonly args: readonly string[];
  /** The end of the name that is offered for it: `Q8_0.gguf`, `merged`. */
  readonly ending: string;
  /** Where it is one file. */
  readonly extension?: string;
}

/** What a person should know of a type before they choose it. */
const TYPE_DETAILS: Readonly<Record<GgufType, string>> = {
  f32: '32 bits: exactly the tested model',
  f16: '16 bits: answers as the tested model, with rare differences',
  bf16: '16 bits: answers as the tested model, with rare differences',
  q8_0: '8 bits: half as large, answers hardly differ',
  q4_0: '4 bits: a quarter as large, answers differ a little',
};

/** The types of a GGUF with their sizes, that of the base model's files first. */
export async function chooseGguf(services: Services, target: UseTarget): Promise<ChosenForm | undefined> {
  const type = await chooseType(services, target, 'Precision of the weights');
  if (type === undefined) return undefined;
  const name = type.toUpperCase();
  const args = ['--to', 'gguf', '--type', type];
  return { what: `GGUF in ${name}`, args, ending: `${name}.gguf`, extension: 'gguf' };
}

/** A whole model folder, in 16 bits or in 4. */
export async function chooseMerged(services: Services, target: UseTarget): Promise<ChosenForm | undefined> {
  const sizes = sizesOf(services, target);
  if (sizes === undefined) return undefined;
  const full = {
    label: "In the base model's types",
    description: sizeText(sizes.merged),
    detail: 'Loads wherever the base model loads',
  };
  const nf4 = {
    label: 'In 4 bits (NF4)',
    description: sizeText(sizes.nf4),
    detail: 'Loads in transformers with bitsandbytes; answers differ a little',
  };
  const chosen = await services.dialogs.pick([full, nf4], 'Precision of the weights');
  if (chosen === full) return { what: 'merged model', args: ['--to', 'merged'], ending: 'merged' };
  if (chosen !== nf4) return undefined;
  return { what: 'merged model in NF4', args: ['--to', 'merged', '--type', 'nf4'], ending: 'merged-nf4' };
}

/** What a folder for Ollama holds. */
export async function chooseOllama(services: Services, target: UseTarget): Promise<ChosenForm | undefined> {
  const sizes = sizesOf(services, target);
  if (sizes === undefined) return undefined;
  const whole = {
    label: 'The merged model as GGUF…',
    detail: 'The usual choice: everything in one file, in a type of your choice',
  };
  const adapter = {
    label: 'The adapter with the base model',
    description: sizeText(sizes.gguf[sizes.usual]),
    detail: 'Ollama stores the base model once for all its adapters',
  };
  const folder = {
    label: 'The merged model folder',
    description: sizeText(sizes.merged),
    detail: 'Ollama converts it itself: Llama 3 and Qwen 2.5',
  };
  const offered = isPlainLora(target) ? [whole, adapter, folder] : [whole, folder];
  const chosen = await services.dialogs.pick(offered, 'What to export for Ollama');
  const common = { what: 'folder for Ollama', ending: 'ollama' };
  if (chosen === adapter) return { ...common, args: ['--to', 'ollama', '--as', 'adapter'] };
  if (chosen === folder) return { ...common, args: ['--to', 'ollama', '--as', 'safetensors'] };
  if (chosen !== whole) return undefined;
  const type = await chooseType(services, target, 'Precision of the weights');
  return type === undefined ? undefined : { ...common, args: ['--to', 'ollama', '--as', 'gguf', '--type', type] };
}

/** The tool that is to repeat the training. */
export async function chooseRecipe({ dialogs }: Services): Promise<ChosenForm | undefined> {
  const items = RECIPES.map(({ name, summary }) => ({ label: name, detail: summary }));
  const chosen = await dialogs.pick(items, 'The tool to train with');
  if (chosen === undefined) return undefined;
  return { what: `recipe for ${chosen.label}`, args: ['--to', chosen.label], ending: chosen.label };
}

/** LoRA without what llama.cpp has no adapter for. */
export function isPlainLora({ run }: UseTarget): boolean {
  const { training_type: type, use_dora: dora, trainable_tokens: tokens, modules_to_save: tables } = run.run.config;
  return type === 'lora' && !dora && tokens === null && tables === null;
}

async function chooseType(services: Services, target: UseTarget, question: string): Promise<GgufType | undefined> {
  const sizes = sizesOf(services, target);
  if (sizes === undefined) return undefined;
  const { usual, gguf } = sizes;
  const types = (Object.keys(gguf) as GgufType[]).toSorted((a, b) => Number(b === usual) - Number(a === usual));
  const items = types.map((type) => ({
    label: type.toUpperCase(),
    description: `${sizeText(gguf[type])}${type === usual ? ", the base model's type" : ''}`,
    detail: TYPE_DETAILS[type],
    type,
  }));
  const chosen = await services.dialogs.pick(items, question);
  return items.find((item) => item === chosen)?.type;
}

function sizesOf({ dialogs }: Services, { run }: UseTarget): ReturnType<typeof exportSizes> | undefined {
  try {
    const { model_name: model, modules_to_save: tables, ensure_weight_tying: tied } = run.run.config;
    return exportSizes(model, tables !== null && !tied);
  } catch (error) {
    void dialogs.error(errorText(error));
    return undefined;
  }
}
