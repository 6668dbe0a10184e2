import type { SftError } from '../base/errors';
import { exportImpossible } from './export-impossible';

const EXPONENT = 0x7c00;

/** Whether bits of fp16 stand for a number: what is beyond 65,504 is rounded to infinity. */
export function isFiniteHalf(bits: number): boolean {
  return (bits & EXPONENT) !== EXPONENT;
}

/** @param piece fp16 @throws SftError export-impossible */
export function requireWithinHalf({ buffer, byteOffset, byteLength }: Uint8Array, name: string): void {
  for (const bits of new Uint16Array(buffer, byteOffset, byteLength / 2))
    if (!isFiniteHalf(bits)) throw beyondHalf(name);
}

/** @param name of a tensor with a weight, or a block's scale, that fp16 cannot hold */
export function beyondHalf(name: string): SftError {
  const reason = `${name} holds a number that is beyond fp16 (65,504), infinite or not a number`;
  return exportImpossible(reason, 'use a type with a wider range: --to gguf --type bf16 or f32');
}
