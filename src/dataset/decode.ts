import { isUtf8 } from 'node:buffer';
import { knownImpostor } from '../base/impostor';

/** Why a file's bytes are not the text they should be. */
export interface DecodeProblem {
  readonly rule: 'not-text' | 'wrong-encoding' | 'not-data';
  readonly message: string;
}

export interface DecodedChunk {
  readonly text: string;
  /** Where in `text` (UTF-16) the first bytes lie that are not UTF-8. */
  readonly invalidAt?: number;
  readonly problem?: DecodeProblem;
}

const SIGNATURES: readonly (readonly [string, string])[] = [
  ['25504446', 'a PDF document'],
  ['504b0304', 'a ZIP archive or an Office document'],
  ['1f8b', 'a gzip archive'],
  ['89504e47', 'a PNG image'],
  ['ffd8ff', 'a JPEG image'],
  ['d0cf11e0', 'an old Office document'],
  ['50415231', 'a Parquet file'],
  ['28b52ffd', 'a Zstandard archive'],
  ['7f454c46', 'a program'],
];

/**
 * What the first bytes say the file is, where it is not UTF-8 text.
 * @param head the first bytes of the file, at least 512 where it has so many
 */
export function sniff(head: Buffer): DecodeProblem | undefined {
  const hex = head.toString('hex', 0, 8);
  const kind = SIGNATURES.find(([signature]) => hex.startsWith(signature))?.[1];
  const remedy = 'export the data as JSON or JSONL and check that file';
  if (kind !== undefined) return { rule: 'not-text', message: `this is ${kind}, not JSON - ${remedy}` };
  const utf16 = utf16Name(head);
  if (utf16 !== undefined) {
    return { rule: 'wrong-encoding', message: `the file is encoded as ${utf16}, not UTF-8 - save it as UTF-8` };
  }
  if (head.subarray(0, 512).includes(0)) {
    return { rule: 'not-text', message: `the file contains zero bytes: it is binary data, not JSON - ${remedy}` };
  }
  const impostor = knownImpostor('', head.toString('latin1').replace(/^\xef\xbb\xbf/, ''));
  if (impostor !== undefined) return { rule: 'not-data', message: `this ${impostor.message} - ${impostor.remedy!}` };
  const data = configuredData(head);
  if (data !== undefined) {
    return {
      rule: 'not-data',
      message: `this is a configuration, not data - check it with sft preflight, and check the data it names, ${data}, separately`,
    };
  }
  return undefined;
}

/** What a configuration names as its data; undefined where the bytes are not the whole of one. */
function configuredData(head: Buffer): string | undefined {
  if (!head.includes('"model_name"')) return undefined;
  try {
    const value = JSON.parse(head.toString('utf8').replace(/^\uFEFF/, '')) as unknown;
    if (typeof value !== 'object' || value === null || Array.isArray(value) || 'question' in value) return undefined;
    const { model_name, dataset } = value as Readonly<Record<string, unknown>>;
    return typeof model_name === 'string' && typeof dataset === 'string' ? dataset : undefined;
  } catch {
    return undefined;
  }
}

function utf16Name(head: Buffer): string | undefined {
  if (head.length >= 4 && (head.readUInt32LE(0) === 0xfeff || head.readUInt32BE(0) === 0xfeff)) return 'UTF-32';
  if (head[0] === 0xff && head[1] === 0xfe) return 'UTF-16 (little endian)';
  if (head[0] === 0xfe && head[1] === 0xff) return 'UTF-16 (big endian)';
  // Without a mark: the JSON of a dataset begins with ASCII, every other byte of which is zero then.
  const [a, b, c, d] = head;
  if (head.length >= 4 && a !== 0 && b === 0 && c !== 0 && d === 0) return 'UTF-16 (little endian)';
  if (head.length >= 4 && a === 0 && b !== 0 && c === 0 && d !== 0) return 'UTF-16 (big endian)';
  return undefined;
}

/** Decodes UTF-8 in pieces; characters may be cut at the pieces' ends. Bytes that are not UTF-8 become U+FFFD. */
export class Utf8Decoder {
  private rest: Buffer = Buffer.alloc(0);
  private started = false;
  private reported = false;
  /** A \r at the end of a piece waits for what follows it, since \r\n is one line end. */
  private heldReturn = false;

  decode(bytes: Buffer, final: boolean): DecodedChunk {
    let all = this.rest.length === 0 ? bytes : Buffer.concat([this.rest, bytes]);
    const whole = final ? all.length : all.length - unfinished(all);
    this.rest = Buffer.from(all.subarray(whole));
    all = all.subarray(0, whole);
    if (!this.started && all.length > 0) {
      if (all[0] === 0xef && all[1] === 0xbb && all[2] === 0xbf) all = all.subarray(3);
      this.started = true;
    }
    let text = all.toString('utf8');
    if (this.heldReturn) text = `\r${text}`;
    const invalid = !this.reported && !isUtf8(all) ? firstInvalid(all) : -1;
    const invalidAt = invalid < 0 ? -1 : all.toString('utf8', 0, invalid).length + (this.heldReturn ? 1 : 0);
    this.heldReturn = !final && text.endsWith('\r');
    if (this.heldReturn) text = text.slice(0, -1);
    if (invalid < 0) return { text };
    this.reported = true;
    return { text, invalidAt, problem: { rule: 'wrong-encoding', message: describeInvalid(all.subarray(invalid)) } };
  }
}

/** How many bytes at the end belong to a character that is not complete. */
function unfinished(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}

/** Index of the first byte that does not belong to valid UTF-8, by halving. */
function firstInvalid(bytes: Buffer): number {
  let valid = 0;
  let step = bytes.length;
  while (step > 0) {
    const end = Math.min(bytes.length, valid + step);
    const cut = end - unfinished(bytes.subarray(valid, end));
    if (cut > valid && isUtf8(bytes.subarray(valid, cut))) valid = cut;
    else if (step <= 4) break;
    step = Math.floor(step / 2);
  }
  while (valid < bytes.length) {
    const length = [1, 2, 3, 4].find((n) => valid + n <= bytes.length && isUtf8(bytes.subarray(valid, valid + n)));
    if (length === undefined) return valid;
    valid += length;
  }
  return -1;
}

function describeInvalid(bytes: Buffer): string {
  const byte = bytes[0]!;
  const hex = `0x${byte.toString(16).toUpperCase()}`;
  const letter = byte >= 0x80 ? new TextDecoder('windows-1252').decode(bytes.subarray(0, 1)) : '';
  const guess = letter > '\u009f' ? ` (in Windows-1252 it would be ${letter})` : '';
  return `the byte ${hex} is not UTF-8${guess} - the file has another encoding: save it as UTF-8`;
}
