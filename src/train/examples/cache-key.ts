import { createHash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { isGguf } from '../../base/gguf/read-gguf';
import type { Columns } from '../../dataset/columns';
import type { SplitParts } from '../../dataset/split/split';
import type { ChatTokenizer } from '../../text/chat-tokenizer';
import { strftime } from '../../text/strftime';
import { SCRIPT } from '../../text/threads/token-threads';

/** A file of a model's folder that is larger holds weights, on which no token depends. */
const LARGEST = 128 << 20;
const WEIGHTS = /\.(?:safetensors|bin|pt|pth|gguf|h5|msgpack|onnx)$/i;

/** What the tokens of a dataset depend on, besides its file and its model. */
export interface KeyedOptions {
  readonly columns: Columns;
  readonly maxSeqLength: number;
  readonly parts: SplitParts | undefined;
}

export interface CacheKey {
  readonly name: string;
  /** SHA-256 of the dataset's bytes. */
  readonly sha256: string;
}

/**
 * A name for what is made of a dataset: the same while its bytes, its path, the files of the model that its tokens depend on, the options
 * and this program are the same, and the date where the chat template writes it.
 * @param script the program that makes the tokens
 * @returns undefined where nothing is to be kept or that cannot be told: of a model in one file, or where something cannot be read
 */
export async function cacheKey(
  file: string,
  chat: ChatTokenizer,
  options: KeyedOptions,
  script = SCRIPT,
): Promise<CacheKey | undefined> {
  const { modelDir, options: chatOptions } = chat.recipe;
  if (isGguf(modelDir) || process.env['SFT_TOKEN_CACHE'] === 'off') return undefined;
  try {
    const sha256 = await hashOfFile(file);
    const name = hashed([
      path.resolve(file),
      sha256,
      await hashOfModel(modelDir),
      createHash('sha256').update(readFileSync(script)).digest('hex'),
      { ...chatOptions, now: undefined },
      datesOf(chat.template.source, chatOptions.now ?? new Date()),
      options,
    ]);
    return { name, sha256 };
  } catch {
    return undefined;
  }
}

function hashed(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

async function hashOfFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}

async function hashOfModel(folder: string): Promise<string> {
  const names = (await readdir(folder)).filter((name) => !WEIGHTS.test(name)).sort();
  const parts: unknown[] = [path.resolve(folder)];
  for (const name of names) {
    const file = path.join(folder, name);
    const about = await stat(file);
    if (about.isFile() && about.size <= LARGEST) {
      parts.push([
        name,
        createHash('sha256')
          .update(await readFile(file))
          .digest('hex'),
      ]);
    }
  }
  return hashed(parts);
}

/** What a template writes of the date: each of its formats, or the very moment where one is not written out. */
function datesOf(template: string, now: Date): readonly string[] {
  const calls = template.match(/\bstrftime_now\b/g) ?? [];
  const formats = [...template.matchAll(/\bstrftime_now\s*\(\s*(['"])([^'"\\]*)\1\s*\)/g)].map(
    ([, , format]) => format!,
  );
  return formats.length === calls.length ? formats.map((format) => strftime(now, format)) : [now.toISOString()];
}
