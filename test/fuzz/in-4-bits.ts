import type { Random } from '../../src/base/random';
import type { TensorSource } from '../../src/base/safetensors';
import { bytesOfCodes, NF4_VALUES, scaleBlocks, scalesOf } from '../../src/compute/nf4';

/** What config.json says of such weights. */
export const QUANTISATION = {
  load_in_4bit: true,
  load_in_8bit: false,
  bnb_4bit_quant_type: 'nf4',
  bnb_4bit_use_double_quant: true,
  bnb_4bit_compute_dtype: 'bfloat16',
  quant_method: 'bitsandbytes',
};

/** A matrix as bitsandbytes writes it, with codes by chance; the scales of one in two are in 8 bits. */
export function in4Bits(random: Random, name: string, [rows, cols]: readonly [number, number]): TensorSource[] {
  const nested = random.below(2) === 0;
  const blocks = scalesOf(rows * cols);
  const source = (suffix: string, dtype: 'U8' | 'F32', shape: readonly number[], bytes: Uint8Array): TensorSource => ({
    name: `${name}${suffix}`,
    dtype,
    shape,
    read: () => Promise.resolve(bytes),
  });
  const chance = (length: number): Uint8Array => Uint8Array.from({ length }, () => random.below(256));
  const floats = (values: Float32Array): Uint8Array => new Uint8Array(values.buffer);
  const scales = (length: number): Uint8Array =>
    floats(Float32Array.from({ length }, () => random.nextFloat() / 10 + 0.01));
  const codes = bytesOfCodes(rows * cols);
  const state = {
    quant_type: 'nf4',
    blocksize: 64,
    dtype: 'bfloat16',
    shape: [rows, cols],
    ...(nested ? { nested_blocksize: 256, nested_dtype: 'float32', nested_offset: 0.05 } : {}),
  };
  const described = Buffer.from(JSON.stringify(state));
  const map = floats(Float32Array.from({ length: 256 }, (_, i) => (i - 128) / 128));
  return [
    source('', 'U8', [codes, 1], chance(codes)),
    source('.quant_map', 'F32', [16], new Uint8Array(NF4_VALUES.buffer)),
    source('.quant_state.bitsandbytes__nf4', 'U8', [described.length], described),
    ...(nested
      ? [
          source('.absmax', 'U8', [blocks], chance(blocks)),
          source('.nested_absmax', 'F32', [scaleBlocks(blocks)], scales(scaleBlocks(blocks))),
          source('.nested_quant_map', 'F32', [256], map),
        ]
      : [source('.absmax', 'F32', [blocks], scales(blocks))]),
  ];
}
