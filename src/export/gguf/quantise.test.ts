import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import { fromHalf, toHalf } from '../../base/half';
import { dequantise } from '../../base/gguf/dequantise';
import { quantise } from './quantise';

interface Quantised {
  readonly bytes: string;
  readonly dequantised: string;
}

/** Made by test/reference/gguf.py. */
const BLOCKS = JSON.parse(readFileSync('test/reference/gguf/blocks.json', 'utf8')) as Readonly<
  Record<'q8_0' | 'q4_0', Quantised> & { values: string }
>;

function floats(base64: string): Float32Array {
  return new Float32Array(Uint8Array.from(Buffer.from(base64, 'base64')).buffer);
}

for (const type of ['q8_0', 'q4_0'] as const) {
  it(`${type}: the bytes of the gguf package, and what they stand for`, () => {
    const expected = Buffer.from(BLOCKS[type].bytes, 'base64');
    assert.deepEqual(Buffer.from(quantise(type, floats(BLOCKS.values))!), expected);
    // 0 and -0 are one number.
    const plain = (values: Float32Array): number[] => Array.from(values, (value) => value + 0);
    assert.deepEqual(plain(dequantise(type, expected)), plain(floats(BLOCKS[type].dequantised)));
  });
}

it('rounds every fp16 number to itself, and numbers between two to the nearer, ties to even', () => {
  for (let bits = 0; bits < 0x10000; bits++) {
    const value = fromHalf(bits);
    if (!Number.isNaN(value)) assert.equal(toHalf(value), bits);
    if ((bits & 0x7fff) >= 0x7bff) continue;
    const middle = (value + fromHalf(bits + 1)) / 2;
    assert.equal(toHalf(middle), bits % 2 === 0 ? bits : bits + 1, `between ${value} and the next`);
  }
  assert.equal(toHalf(65519), 0x7bff);
  assert.equal(toHalf(65520), 0x7c00);
});
