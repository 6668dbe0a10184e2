import path from 'node:path';
import { commandWord } from '../base/shell-word';

/**
 * What comes after an export, for a person who makes a first one.
 * @param single whether it is one file, and not a folder
 * @param create the model that was made of it in Ollama
 */
export function nextOf(form: string, out: string, single: boolean, create: string | undefined): string {
  if (create !== undefined) return `ollama run ${create}`;
  if (form === 'ollama')
    return `create the model in Ollama: ollama create NAME -f ${commandWord(path.join(out, 'Modelfile'))}`;
  if (form === 'merged' || (form === 'gguf' && single)) return `talk to it: sft chat --model ${commandWord(out)}`;
  if (single) return `for llama.cpp, with a GGUF of the base model: llama-cli -m base.gguf --lora ${commandWord(out)}`;
  return `how to use it: ${path.join(out, 'README.md')}`;
}
