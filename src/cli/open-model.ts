import type { Device } from '../compute/device';
import { modelFolder } from '../config/config-paths';
import { openModel, openTuned, type ModelSession } from '../generate/session';
import type { LlamaModel } from '../model/llama';
import type { WeightOptions } from '../model/weights';
import { otherBaseModel } from '../tuning/adapter-config';
import { DEVICE_OPTIONS, openDeviceOption } from './open-device';
import { requiredOption, textOption } from './option-values';
import type { Invocation, OptionHelp } from './verb';

/** The options of every verb that runs a model. */
export const MODEL_OPTIONS: Readonly<Record<string, OptionHelp>> = {
  model: {
    type: 'string',
    value: 'DIR',
    help: 'folder of a Hugging Face model (config.json, safetensors, tokenizer.json), the name of one that sft pull downloaded, or a GGUF file that sft export wrote',
  },
  adapter: { type: 'string', value: 'DIR', help: 'folder of a PEFT LoRA adapter to load onto it' },
  'load-in-4bit': {
    type: 'boolean',
    help: 'keep the frozen weights in 4 bits (NF4, scales in 8 bits), as a run with load_in_4bit does',
  },
  'system-prompt': { type: 'string', value: 'TEXT', help: 'a system message before every conversation' },
  ...DEVICE_OPTIONS,
};

export interface OpenedModel {
  readonly device: Device;
  readonly session: ModelSession;
  /** With the adapter on it where one was given. */
  readonly model: LlamaModel;
}

/** What --load-in-4bit asks for. */
export function fourBitOption(options: Invocation['options']): WeightOptions {
  return options['load-in-4bit'] === true ? { in4bit: { doubleQuant: true } } : {};
}

/** Opens what --model and --adapter name; notices go to the log. */
export async function openModelOption({ options, terminal }: Invocation): Promise<OpenedModel> {
  const modelDir = modelFolder(requiredOption(options, 'model', 'give the folder of a model: --model DIR'));
  const device = await openDeviceOption(options);
  const session = await openModel(device, modelDir, {
    systemPrompt: textOption(options, 'system-prompt'),
    ...fourBitOption(options),
  });
  for (const notice of session.chat.notices) terminal.log(notice);
  const adapter = textOption(options, 'adapter');
  if (adapter === undefined) return { device, session, model: session.base };
  const { model } = openTuned(session, adapter);
  const other = otherBaseModel(adapter, modelDir);
  if (other !== undefined) terminal.log(`warning: ${other}`);
  return { device, session, model };
}
