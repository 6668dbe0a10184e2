import { GGUF_TYPES } from './gguf-format';
import { fromHalf } from '../half';

const BLOCK = 32;

/** The numbers that blocks of ggml's Q8_0 or Q4_0 stand for, fp32. */
export function dequantise(type: 'q8_0' | 'q4_0', bytes: Uint8Array): Float32Array<ArrayBuffer> {
  const { blockBytes } = GGUF_TYPES[type];
  const out = new Float32Array((bytes.length / blockBytes) * BLOCK);
  for (let at = 0, to = 0; at < bytes.length; at += blockBytes, to += BLOCK) {
    const scale = fromHalf(bytes[at]! | (bytes[at + 1]! << 8));
    if (type === 'q8_0') {
      for (let i = 0; i < BLOCK; i++) out[to + i] = ((bytes[at + 2 + i]! << 24) >> 24) * scale;
      continue;
    }
    for (let i = 0; i < BLOCK / 2; i++) {
      const two = bytes[at + 2 + i]!;
      out[to + i] = ((two & 15) - 8) * scale;
      out[to + i + BLOCK / 2] = ((two >>> 4) - 8) * scale;
    }
  }
  return out;
}
