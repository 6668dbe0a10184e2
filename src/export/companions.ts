import { copyFile, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readFetchedJson, withoutMark, type JsonObject } from '../base/fetched-file';
import { textConfigOf } from '../model/text-config';

const TOKENIZER_FILES = [
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'added_tokens.json',
  'vocab.json',
  'merges.txt',
  'tokenizer.model',
];
const CONFIG_FILES = ['config.json', 'generation_config.json'];

/** Copies what a model folder needs besides its weights, as far as the base model's folder has it: of a multimodal model, what its text model needs. */
export async function copyModelFiles(modelDir: string, folder: string, chatTemplate: string): Promise<void> {
  await copyPresent(modelDir, folder, CONFIG_FILES);
  const isWithin = textConfigOf(readFetchedJson(path.join(folder, 'config.json')) ?? {}) !== undefined;
  if (isWithin) await writeConfig(folder, textConfigOf(await readConfig(folder))!);
  await copyTokenizer(modelDir, folder, chatTemplate);
}

/** Makes config.json say how the weights beside it are quantised, or where nothing is given that they are not. */
export async function describeQuantisation(folder: string, quantisation: object | undefined): Promise<void> {
  await changeConfig(folder, { quantization_config: quantisation });
}

/** Makes config.json say that embedding and head are two tables. */
export async function describePartedTables(folder: string): Promise<void> {
  await changeConfig(folder, { tie_word_embeddings: false });
}

/** @param changes keys of config.json; those that are undefined are taken out */
async function changeConfig(folder: string, changes: Readonly<Record<string, unknown>>): Promise<void> {
  const config = await readConfig(folder);
  if (Object.entries(changes).every(([key, value]) => value === undefined && !(key in config))) return;
  // What is undefined is not written.
  await writeConfig(folder, { ...config, ...changes });
}

/** Numbers such as 6.0 are texts in it, behind a zero: some readers of configurations refuse 6 there, which JSON.stringify would write. */
async function readConfig(folder: string): Promise<JsonObject> {
  const json = withoutMark(await readFile(path.join(folder, 'config.json'), 'utf8'));
  const marked = json.replace(/"(?:[^"\\]|\\.)*"|-?\d+\.0+(?![\d.eE])/g, (found) =>
    found.startsWith('"') ? found : `"\\u0000${found}"`,
  );
  return JSON.parse(marked) as JsonObject;
}

/** @param config as readConfig gives it */
async function writeConfig(folder: string, config: JsonObject): Promise<void> {
  const json = JSON.stringify(config, null, 2).replace(/"\\u0000(-?\d+\.0+)"/g, '$1');
  await writeFile(path.join(folder, 'config.json'), `${json}\n`);
}

/** Copies the tokenizer, and writes the chat template that training used, which need not be one that the folder brings. */
export async function copyTokenizer(modelDir: string, folder: string, chatTemplate: string): Promise<void> {
  await copyPresent(modelDir, folder, TOKENIZER_FILES);
  await writeFile(path.join(folder, 'chat_template.jinja'), chatTemplate);
}

async function copyPresent(from: string, to: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    try {
      await copyFile(path.join(from, name), path.join(to, name));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}
