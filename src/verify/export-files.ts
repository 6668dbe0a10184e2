import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { SftError } from '../base/errors';
import { readGguf } from '../base/gguf/read-gguf';

/** What an export is made of. */
export type ExportFiles =
  | { readonly form: 'peft' | 'merged'; readonly folder: string }
  | { readonly form: 'gguf'; readonly file: string }
  | { readonly form: 'gguf-lora'; readonly file: string }
  /** The base model as GGUF, and an adapter for it. */
  | { readonly form: 'gguf-pair'; readonly file: string; readonly adapter: string };

/**
 * Tells from a file or a folder what was exported there.
 * @throws SftError not-an-export, corrupt-gguf
 */
export async function exportFiles(place: string): Promise<ExportFiles> {
  const entry = await stat(place).catch(() => undefined);
  if (entry === undefined) throw noExport(place, 'does not exist');
  if (entry.isFile()) return ggufFile(place);
  const names = await readdir(place);
  if (names.includes('Modelfile')) return fromModelfile(place);
  if (names.includes('adapter_config.json')) return { form: 'peft', folder: place };
  if (names.includes('config.json')) return { form: 'merged', folder: place };
  const [gguf, ...more] = names.filter((name) => name.endsWith('.gguf'));
  if (gguf !== undefined && more.length === 0) return ggufFile(path.join(place, gguf));
  throw noExport(place, 'has no adapter, no model folder and no single GGUF file');
}

function ggufFile(file: string): ExportFiles {
  const { metadata } = readGguf(file);
  return { form: metadata.get('general.type') === 'adapter' ? 'gguf-lora' : 'gguf', file };
}

async function fromModelfile(folder: string): Promise<ExportFiles> {
  const text = await readFile(path.join(folder, 'Modelfile'), 'utf8');
  const named = (key: string): string | undefined => {
    const name = new RegExp(`^${key} (.+)$`, 'm').exec(text)?.[1];
    return name === undefined ? undefined : path.join(folder, name);
  };
  const [from, adapter] = [named('FROM'), named('ADAPTER')];
  if (from === undefined) throw noExport(path.join(folder, 'Modelfile'), 'names no model (FROM)');
  if (adapter !== undefined) return { form: 'gguf-pair', file: from, adapter };
  return from.endsWith('.gguf') ? { form: 'gguf', file: from } : { form: 'merged', folder: from };
}

function noExport(file: string, reason: string): SftError {
  return new SftError('not-an-export', reason, {
    file,
    remedy: 'give what `sft export` wrote: a folder, or a GGUF file',
    exitCode: 2,
  });
}
