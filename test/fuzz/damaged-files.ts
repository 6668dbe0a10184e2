import { lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Random } from '../../src/base/random';
import { mutateBytes, mutateJson, mutateText, oneIn, pick, writeJson } from './mutations';

const IMPOSTORS: readonly string[] = [
  '',
  '{}',
  '[]',
  'null',
  'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n',
  '<!doctype html><html></html>',
  'Entry not found',
  '\uFEFF{}',
  '{"a": NaN}',
  '['.repeat(100_000),
];

/** Replaces a file of a folder by a damaged one, or by something else. A file that is not there is taken to be an empty object. */
export function damageFile(random: Random, file: string): void {
  // The folder may have been replaced before.
  if (!lstatSync(path.dirname(file), { throwIfNoEntry: false })?.isDirectory()) return;
  let bytes: Uint8Array = Buffer.from('{}');
  try {
    bytes = readFileSync(file);
  } catch {
    // Made here.
  }
  rmSync(file, { recursive: true, force: true });
  if (oneIn(random, 12)) placeSomethingElse(random, file);
  else if (file.endsWith('.safetensors')) writeFileSync(file, damagedTensors(random, bytes));
  else if (file.endsWith('.json') && !oneIn(random, 4)) writeFileSync(file, damagedJson(random, bytes));
  else writeFileSync(file, mutateText(random, Buffer.from(bytes).toString('utf8')));
}

function placeSomethingElse(random: Random, file: string): void {
  switch (random.below(4)) {
    case 0:
      mkdirSync(file);
      break;
    case 1:
      symlinkSync(path.basename(file), file);
      break;
    case 2:
      // Missing.
      break;
    default:
      writeFileSync(file, pick(random, IMPOSTORS));
  }
}

function damagedJson(random: Random, bytes: Uint8Array): string {
  try {
    return writeJson(mutateJson(random, JSON.parse(Buffer.from(bytes).toString('utf8'))));
  } catch {
    return mutateText(random, Buffer.from(bytes).toString('utf8'));
  }
}

/** The header changed as JSON, its length changed, or bytes anywhere. */
function damagedTensors(random: Random, bytes: Uint8Array): Uint8Array {
  if (bytes.length < 8 || oneIn(random, 4)) return mutateBytes(random, bytes);
  const view = Buffer.from(bytes);
  const length = Number(view.readBigUInt64LE(0));
  const header = view.toString('utf8', 8, 8 + length);
  const changed = Buffer.from(oneIn(random, 4) ? mutateText(random, header) : damagedJson(random, Buffer.from(header)));
  const head = Buffer.alloc(8);
  const stated = oneIn(random, 10) ? BigInt(random.nextUint32()) << BigInt(random.below(32)) : BigInt(changed.length);
  head.writeBigUInt64LE(stated, 0);
  return Buffer.concat([head, changed, view.subarray(8 + length)]);
}
