import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { SftError } from './errors';

/** As much of a file tells what it is. */
export const START_BYTES = 512;

/** What a download or a checkout leaves in the place of a file. */
const IMPOSTORS: readonly (readonly [start: RegExp, what: string, remedy: string])[] = [
  [
    /^version https:\/\/git-lfs\.github\.com\/spec/,
    'is a Git LFS pointer, not the file itself',
    'run `git lfs pull` in its folder, or download the file from its page on the Hub',
  ],
  [
    /^\s*(<!--[\s\S]*?-->\s*)?<(!doctype html|html|head|body)\b/i,
    'is an HTML page, not the file itself',
    'download the file again: a page of the website was saved in its place, as happens when a sign-in is needed',
  ],
  [
    /^\s*<(\?xml|error)\b/i,
    'is an XML page, not the file itself',
    'download the file again: an error response of the website was saved in its place',
  ],
  [/^\x1f\x8b/, 'is compressed by gzip', 'unpack it first'],
  [
    /^PK\x03\x04/,
    'is a zip archive or a PyTorch checkpoint',
    'unpack the archive, or download the safetensors version',
  ],
  [/^GGUF/, 'is a GGUF file', 'download the safetensors version of the model'],
  [/^\x80[\x02-\x05]/, 'is a Python pickle', 'download the safetensors version of the model'],
];

function refuse(file: string, reason: string, remedy: string): SftError {
  return new SftError('not-the-file', reason, { file, remedy, exitCode: 2 });
}

/**
 * An error that says what a file is that something else was saved in the place of; undefined where it is not known.
 * @param start its first bytes, or more, as text; one character a byte will do
 */
export function knownImpostor(file: string, start: string): SftError | undefined {
  const known = IMPOSTORS.find(([pattern]) => pattern.test(start));
  return known === undefined ? undefined : refuse(file, known[1], known[2]);
}

/** As knownImpostor, of a file that cannot be read as what its name says. @param size of the file, bytes */
export function explainImpostor(file: string, start: string, size: number): SftError | undefined {
  if (size === 0) return refuse(file, 'is empty', 'download the file again');
  // "Entry not found", "Access to this model is restricted": what a website answers in place of a file.
  if (size <= START_BYTES && /^[A-Za-z][\x20-\x7e\s]*$/.test(start) && knownImpostor(file, start) === undefined) {
    return refuse(file, `holds only the text ${JSON.stringify(start.trim().slice(0, 120))}`, 'download the file again');
  }
  return knownImpostor(file, start);
}

/** As explainImpostor, of a file that is read here. */
export function explainImpostorFile(file: string): SftError | undefined {
  const bytes = Buffer.alloc(START_BYTES);
  const fd = openSync(file, 'r');
  try {
    const read = readSync(fd, bytes, 0, START_BYTES, 0);
    const start = bytes.toString('latin1', 0, read).replace(/^\xef\xbb\xbf/, '');
    return explainImpostor(file, start, fstatSync(fd).size);
  } finally {
    closeSync(fd);
  }
}
