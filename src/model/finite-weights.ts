import { open, stat } from 'node:fs/promises';
import { SftError } from '../base/errors';
import type { LocatedTensor } from '../base/tensor-folder';

/** Read at once: large enough for the disk, small enough to leave the thread between. */
const PIECE = 4 << 20;

/** Files that were looked through, by path, size and time: nobody changes a model between two looks at a form. */
const looked = new Set<string>();

/**
 * Looks at every element of tensors: a model with one that is not a number answers nothing, and training it learns nothing. A file that was
 * found whole is not read again until it changes.
 * @throws SftError not-finite, with the tensor's name; the signal's reason
 */
export async function requireFinite(tensors: Iterable<LocatedTensor>, signal?: AbortSignal): Promise<void> {
  const byFile = new Map<string, LocatedTensor[]>();
  for (const tensor of tensors) byFile.set(tensor.file, [...(byFile.get(tensor.file) ?? []), tensor]);
  for (const [file, inFile] of byFile) {
    const { size, mtimeMs } = await stat(file);
    const key = `${file}\0${size}\0${mtimeMs}`;
    if (looked.has(key)) continue;
    await lookThrough(file, inFile, signal);
    looked.add(key);
  }
}

async function lookThrough(file: string, tensors: readonly LocatedTensor[], signal?: AbortSignal): Promise<void> {
  const handle = await open(file, 'r');
  try {
    const piece = new Uint8Array(PIECE);
    for (const { name, dtype, byteOffset, byteLength } of tensors) {
      for (let done = 0; done < byteLength;) {
        signal?.throwIfAborted();
        const { bytesRead } = await handle.read(piece, 0, Math.min(PIECE, byteLength - done), byteOffset + done);
        if (bytesRead === 0) break;
        // Words of four bytes are looked at: the last one of an odd count of 16 bits is filled up with a zero.
        piece.fill(0, bytesRead, bytesRead + 3);
        if (!areFinite(piece, Math.ceil(bytesRead / 4), dtype)) throw notFinite(file, name);
        done += bytesRead;
      }
    }
  } finally {
    await handle.close();
  }
}

/** Infinite and not-a-number are those whose exponent is all ones. Two elements of 16 bits are looked at at once. */
function areFinite(bytes: Uint8Array<ArrayBuffer>, count: number, dtype: string): boolean {
  const words = new Uint32Array(bytes.buffer, 0, count);
  if (dtype === 'F32') {
    for (const word of words) if ((word & 0x7f800000) === 0x7f800000) return false;
    return true;
  }
  const low = dtype === 'BF16' ? 0x7f80 : 0x7c00;
  const high = low << 16;
  for (const word of words) if ((word & low) === low || (word & high) === high) return false;
  return true;
}

function notFinite(file: string, name: string): SftError {
  return new SftError('not-finite', `${name} holds numbers that are infinite or not numbers (NaN)`, {
    file,
    remedy: 'download the file again, or use the model from before its training went wrong',
    exitCode: 2,
  });
}
