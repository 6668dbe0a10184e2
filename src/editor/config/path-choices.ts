import { open, readdir, realpath, stat } from 'node:fs/promises';
import type { Dirent } from 'node:fs';
import path from 'node:path';
import { HEAD_LENGTH, looksLikeDataset } from '../../analysis/detect';

const MAX_FOLDERS = 1000;
const MAX_DEPTH = 6;
const MAX_CHOICES = 100;

/**
 * Paths to offer in a configuration: folders that hold a model or an adapter, or files that hold training data, below `root`, as they
 * are written from `folder` (the configuration's own), with forward slashes, nearest first.
 */
export async function pathChoices(
  kind: 'model' | 'dataset' | 'adapter',
  root: string,
  folder: string,
): Promise<string[]> {
  const found: string[] = [];
  const seen = new Set<string>();
  const queue: { readonly at: string; readonly depth: number }[] = [{ at: root, depth: 0 }];
  for (let i = 0; i < queue.length && i < MAX_FOLDERS && found.length < MAX_CHOICES; i++) {
    const { at, depth } = queue[i]!;
    const real = await realpath(at).catch(() => at);
    // A link may lead to a folder that was looked at, or to one above it.
    if (seen.has(real)) continue;
    seen.add(real);
    const { files: names, folders } = await entriesOf(at);
    if (kind === 'model' && names.has('config.json') && hasWeights(names)) found.push(at);
    if (kind === 'adapter' && names.has('adapter_config.json')) found.push(at);
    if (kind === 'dataset') {
      for (const name of names) if (await isDataset(path.join(at, name))) found.push(path.join(at, name));
    }
    if (depth === MAX_DEPTH) continue;
    for (const name of folders) {
      // Runs lie in .sft; other hidden folders belong to tools.
      const skipped = name === 'node_modules' || (name.startsWith('.') && name !== '.sft');
      if (!skipped) queue.push({ at: path.join(at, name), depth: depth + 1 });
    }
  }
  return found.map((target) => path.relative(folder, target).split(path.sep).join('/')).filter((name) => name !== '');
}

/** Names of the files and folders in a folder; links are what they lead to, as in the cache of a model hub. */
async function entriesOf(folder: string): Promise<{ files: Set<string>; folders: string[] }> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((): Dirent[] => []);
  const files = new Set<string>();
  const folders: string[] = [];
  for (const entry of entries) {
    const found = entry.isSymbolicLink()
      ? await stat(path.join(folder, entry.name)).catch((): undefined => undefined)
      : entry;
    if (found?.isFile() === true) files.add(entry.name);
    else if (found?.isDirectory() === true) folders.push(entry.name);
  }
  return { files, folders };
}

function hasWeights(names: ReadonlySet<string>): boolean {
  return names.has('tokenizer.json') || [...names].some((name) => name.endsWith('.safetensors'));
}

async function isDataset(file: string): Promise<boolean> {
  const extension = path.extname(file).toLowerCase();
  // Which columns of a table are question and answer is asked or written down; any may hold them.
  if (['.parquet', '.csv', '.tsv', '.tab'].includes(extension)) return true;
  if (!['.json', '.jsonl', '.ndjson'].includes(extension)) return false;
  const handle = await open(file, 'r').catch(() => undefined);
  if (handle === undefined) return false;
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_LENGTH), 0, HEAD_LENGTH, 0);
    return looksLikeDataset(buffer.toString('utf8', 0, bytesRead), extension !== '.json');
  } catch {
    return false;
  } finally {
    await handle.close();
  }
}
