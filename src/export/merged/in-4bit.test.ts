import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { SftError } from '../../base/errors';
import { createCpuDevice } from '../../compute/cpu/cpu-device';
import { readLlamaConfig } from '../../model/llama-config';
import { BaseWeights } from '../../model/weights';
import { describeQuantisation } from '../companions';
import type { ExportSource } from '../exporter';
import { quantisationOf, tensorsIn4Bits } from './in-4bit';
import { writeShards } from './shards';

const PHI = path.resolve('test/reference/models/phi3');
const scratch = mkdtempSync(path.join(tmpdir(), 'sft-in-4bit-'));
after(() => {
  rmSync(scratch, { recursive: true, force: true });
});

/** The example of the family as an export sees it. @param config in place of its own */
function sourceOf(config = readLlamaConfig(PHI)): ExportSource {
  const device = createCpuDevice({ threads: 1 });
  const base = new BaseWeights(device, PHI, readLlamaConfig(PHI));
  return { device, config, modelDir: PHI, base, weights: base } as unknown as ExportSource;
}

describe('a matrix of several projections in 4 bits', () => {
  it('has scales in fp32 where a projection begins within a block of scales in 8 bits, and is read again', async () => {
    const source = sourceOf();
    cpSync(path.join(PHI, 'config.json'), path.join(scratch, 'config.json'));
    await writeShards(scratch, tensorsIn4Bits(source));
    const quantisation = quantisationOf(source)!;
    assert.equal((quantisation as Record<string, unknown>)['bnb_4bit_use_double_quant'], false);
    await describeQuantisation(scratch, quantisation);
    const again = new BaseWeights(source.device, scratch, readLlamaConfig(scratch));
    assert.equal(again.get('model.layers.0.self_attn.qkv_proj.weight').kind, 'nf4');
    again.close();
    source.base.close();
  });

  it('is refused before anything is written where a projection begins within a block of codes', () => {
    // Three heads of 5 rows: the keys begin at row 15 of 48 columns, in the middle of a block of 64.
    const source = sourceOf({ ...readLlamaConfig(PHI), headDim: 5, heads: 3 });
    assert.throws(
      () => tensorsIn4Bits(source),
      (error) =>
        error instanceof SftError &&
        error.code === 'export-impossible' &&
        error.exitCode === 2 &&
        /qkv_proj\.weight is a matrix of several projections/.test(error.message),
    );
    source.base.close();
  });
});
