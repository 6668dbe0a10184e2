import type { FileHandle } from 'node:fs/promises';

/**
 * Writes pieces to a file, one after another. The next one is made while one is written, so each must have memory of its own.
 * @param onPiece told the bytes of each piece once it is written
 * @returns the bytes of all
 */
export async function writePieces(
  handle: FileHandle,
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  onPiece: (bytes: number) => void = () => undefined,
): Promise<number> {
  let bytes = 0;
  let writing = Promise.resolve();
  try {
    for await (const piece of pieces) {
      await writing;
      writing = writeWhole(handle, piece).then(() => {
        bytes += piece.length;
        onPiece(piece.length);
      });
      // An error is thrown where it is awaited; until then it must not count as unhandled.
      writing.catch(() => undefined);
    }
  } finally {
    await writing;
  }
  return bytes;
}

/** In one call, where `writeFile` would come back to this thread, which may be computing, for every 512 KB. */
async function writeWhole(handle: FileHandle, piece: Uint8Array): Promise<void> {
  for (let done = 0; done < piece.length;) {
    done += (await handle.write(piece, done, piece.length - done)).bytesWritten;
  }
}
