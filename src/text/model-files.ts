import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { SftError } from '../base/errors';
import { cannotRead, hasFetchedFile, parseFetchedJson, withoutMark, type JsonObject } from '../base/fetched-file';
import { isGguf } from '../base/gguf/read-gguf';
import { knownImpostor, START_BYTES } from '../base/impostor';
import { jsonOfGguf, templateOfGguf } from './gguf/gguf-tokenizer';

/** Where a model folder has its chat template apart from other settings. */
export const TEMPLATE_FILE = 'chat_template.jinja';

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Refuses a model folder that does not exist or is a file, but for a GGUF file. */
export async function requireModelFolder(modelDir: string): Promise<void> {
  if (isGguf(modelDir)) return;
  const found = await stat(modelDir).catch(() => undefined);
  if (found === undefined) {
    throw new SftError('model-folder-missing', 'there is no such model folder', {
      file: modelDir,
      remedy: 'give the folder that holds config.json and tokenizer.json',
      exitCode: 2,
    });
  }
  if (!found.isDirectory()) {
    throw new SftError(
      'model-folder-missing',
      'the model must be a folder or a GGUF file (NAME.gguf), and this is another file',
      {
        file: modelDir,
        remedy: 'give the folder that holds config.json and tokenizer.json',
        exitCode: 2,
      },
    );
  }
}

/**
 * The text of one file of a model folder, without a byte-order mark; undefined where it does not exist. Of a GGUF file, the chat template in it.
 * @throws SftError unreadable-file, not-the-file, corrupt-gguf
 */
export async function readModelText(modelDir: string, name: string): Promise<string | undefined> {
  if (isGguf(modelDir)) return name === TEMPLATE_FILE ? templateOfGguf(modelDir) : undefined;
  const file = path.join(modelDir, name);
  if (!hasFetchedFile(file)) return undefined;
  let text: string;
  try {
    text = withoutMark(await readFile(file, 'utf8'));
  } catch (cause) {
    throw cannotRead(file, cause);
  }
  const impostor = knownImpostor(file, text.slice(0, START_BYTES));
  if (impostor !== undefined) throw impostor;
  return text;
}

/**
 * One JSON object of a model folder; undefined where the file does not exist. Of a GGUF file, what it says of the same.
 * @throws SftError unreadable-file, not-the-file, model-file-not-json, corrupt-gguf
 */
export async function readModelJson(modelDir: string, name: string): Promise<JsonObject | undefined> {
  if (isGguf(modelDir)) return jsonOfGguf(modelDir, name);
  const text = await readModelText(modelDir, name);
  return text === undefined ? undefined : parseFetchedJson(path.join(modelDir, name), text);
}

/** The remedy where a tokenizer is of a kind that is not known here. */
export const SUPPORTED_TOKENIZERS =
  'use a model of a supported family (Llama, Mistral, Qwen, Gemma, Phi, Granite, OLMo, SmolLM)';

/** An error of a file of a model that does not hold what it should. */
export function badModelFile(file: string, reason: string, remedy = 'download the file again'): SftError {
  return new SftError('tokenizer-unsupported', reason, { file, remedy, exitCode: 2 });
}

/** A text that a part of tokenizer.json holds under `key`. @throws SftError tokenizer-unsupported where it is not one */
export function textField(config: JsonObject, key: string, file: string): string {
  const value = config[key];
  if (typeof value === 'string') return value;
  throw badModelFile(file, `the ${key} of its ${JSON.stringify(config['type'])} is ${JSON.stringify(value)}, not text`);
}
