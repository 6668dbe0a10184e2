/**
 * llama.cpp's llama rotates neighbours (0, 1), (2, 3)..., Hugging Face's the two halves of a head: rows of q and k (or elements of their
 * biases) are put in the other order, head by head. Row `2 i + j` of a head comes from row `j headDim / 2 + i`.
 * @param bytes rows of equal length, `headDim` for each head
 */
export function interleaveHeads(bytes: Uint8Array, rows: number, headDim: number): Uint8Array<ArrayBuffer> {
  return reorder(bytes, rows, headDim, (out, at) => ({ to: out, from: at }));
}

/** The way back. */
export function separateHeads(bytes: Uint8Array, rows: number, headDim: number): Uint8Array<ArrayBuffer> {
  return reorder(bytes, rows, headDim, (out, at) => ({ to: at, from: out }));
}

function reorder(
  bytes: Uint8Array,
  rows: number,
  headDim: number,
  place: (interleaved: number, halves: number) => { readonly to: number; readonly from: number },
): Uint8Array<ArrayBuffer> {
  const width = bytes.length / rows;
  const result = new Uint8Array(bytes.length);
  for (let head = 0; head < rows; head += headDim) {
    for (let i = 0; i < headDim / 2; i++) {
      for (let j = 0; j < 2; j++) {
        const { to, from } = place(head + 2 * i + j, head + (j * headDim) / 2 + i);
        result.set(bytes.subarray(from * width, (from + 1) * width), to * width);
      }
    }
  }
  return result;
}
