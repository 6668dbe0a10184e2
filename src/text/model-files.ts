import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { SftError } from '../base/errors';

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Refuses a model folder that does not exist or is a file. */
export async function requireModelFolder(modelDir: string): Promise<void> {
  const found = await stat(modelDir).catch(() => undefined);
  if (found === undefined) {
    throw new SftError('model-folder-missing', 'there is no such model folder', {
      file: modelDir,
      remedy: 'give the folder that holds config.json and tokenizer.json',
      exitCode: 2,
    });
  }
  if (!found.isDirectory()) {
    throw new SftError('model-folder-missing', 'the model must be a folder, and this is a file', {
      file: modelDir,
      remedy: 'give the folder that holds config.json and tokenizer.json',
      exitCode: 2,
    });
  }
}

/** The text of one file of a model folder; undefined where it does not exist. A byte-order mark is dropped. */
export async function readModelText(modelDir: string, name: string): Promise<string | undefined> {
  const file = path.join(modelDir, name);
  try {
    const text = await readFile(file, 'utf8');
    return text.startsWith('\uFEFF') ? text.slice(1) : text;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new SftError('model-file-unreadable', `cannot be read (${(cause as Error).message})`, {
      file,
      remedy: 'check that it is a file and that you may read it',
      exitCode: 2,
      cause,
    });
  }
}

/** One JSON object of a model folder; undefined where the file does not exist. */
export async function readModelJson(modelDir: string, name: string): Promise<JsonObject | undefined> {
  const text = await readModelText(modelDir, name);
  if (text === undefined) return undefined;
  const file = path.join(modelDir, name);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new SftError('model-file-not-json', `is not valid JSON (${(cause as Error).message})`, {
      file,
      ...placeOfJsonError(text, cause as Error),
      remedy: 'fetch the file again, it may have been cut off',
      exitCode: 2,
      cause,
    });
  }
  if (!isObject(value)) {
    throw new SftError('model-file-not-json', 'must hold one JSON object', {
      file,
      remedy: 'fetch the file again',
      exitCode: 2,
    });
  }
  return value;
}

/** V8 names the position in most of its messages: "... at position 42". */
function placeOfJsonError(text: string, error: Error): { line?: number; column?: number } {
  const position = /position (\d+)/.exec(error.message)?.[1];
  if (position === undefined) return {};
  const before = text.slice(0, Number(position));
  return { line: before.split('\n').length, column: before.length - before.lastIndexOf('\n') };
}
