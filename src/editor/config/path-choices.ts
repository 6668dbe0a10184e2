import { open, readdir } from 'node:fs/promises';
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
  const queue: { readonly at: string; readonly depth: number }[] = [{ at: root, depth: 0 }];
  for (let i = 0; i < queue.length && i < MAX_FOLDERS && found.length < MAX_CHOICES; i++) {
    const { at, depth } = queue[i]!;
    const entries = await readdir(at, { withFileTypes: true }).catch((): Dirent[] => []);
    const names = new Set(entries.filter((entry) => entry.isFile()).map((entry) => entry.name));
    if (kind === 'model' && names.has('config.json') && hasWeights(names)) found.push(at);
    if (kind === 'adapter' && names.has('adapter_config.json')) found.push(at);
    if (kind === 'dataset') {
      for (const name of names) if (await isDataset(path.join(at, name))) found.push(path.join(at, name));
    }
    if (depth === MAX_DEPTH) continue;
    for (const entry of entries) {
      // Runs lie in .sft; other hidden folders belong to tools.
      const skipped = entry.name === 'node_modules' || (entry.name.startsWith('.') && entry.name !== '.sft');
      if (entry.isDirectory() && !skipped) queue.push({ at: path.join(at, entry.name), depth: depth + 1 });
    }
  }
  return found.map((target) => path.relative(folder, target).split(path.sep).join('/')).filter((name) => name !== '');
}

function hasWeights(names: ReadonlySet<string>): boolean {
  return names.has('tokenizer.json') || [...names].some((name) => name.endsWith('.safetensors'));
}

async function isDataset(file: string): Promise<boolean> {
  const extension = path.extname(file).toLowerCase();
  if (extension === '.parquet') return true;
  if (extension !== '.json' && extension !== '.jsonl') return false;
  const handle = await open(file, 'r').catch(() => undefined);
  if (handle === undefined) return false;
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_LENGTH), 0, HEAD_LENGTH, 0);
    return looksLikeDataset(buffer.toString('utf8', 0, bytesRead), extension === '.jsonl');
  } catch {
    return false;
  } finally {
    await handle.close();
  }
}
