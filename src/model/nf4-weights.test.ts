import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { SftError } from '../base/errors';
import { CPU_TRAITS, createCpuDevice } from '../compute/cpu/cpu-device';
import { DryDevice } from '../compute/dry/dry-device';
import { writeIndices } from '../compute/indices';
import { FullTuning } from '../tuning/full/full-method';
import { parseLlamaConfig, readLlamaConfig } from './llama-config';
import { BaseWeights } from './weights';

const MODELS = path.resolve('test/reference/models');
const [BF16, NF4] = [path.join(MODELS, 'bf16'), path.join(MODELS, 'nf4')];

/** Half of the widest gap between neighbouring values. */
const WIDEST = (1 - 0.6961928009986877) / 2;

describe('weights in 4 bits', () => {
  it('refuses a matrix of several projections that begin within a block of scales, and takes it with smaller blocks', () => {
    const folder = path.join(MODELS, 'phi3');
    const config = readLlamaConfig(folder);
    const open = (doubleQuant: boolean): BaseWeights =>
      new BaseWeights(new DryDevice(CPU_TRAITS), folder, config, { in4bit: { doubleQuant } });
    open(false).close();
    assert.throws(
      () => open(true),
      (error) =>
        error instanceof SftError &&
        error.code === 'unsupported-weights' &&
        /layers\.0\.self_attn\.qkv_proj\.weight cannot be kept in 4 bits: k_proj begins within a block/.test(
          error.message,
        ) &&
        error.remedy === 'set bnb_4bit_use_double_quant or load_in_4bit to false',
    );
  });

  for (const doubleQuant of [false, true]) {
    it(`quantises the matrices of the layers as they are read, ${doubleQuant ? 'scales too' : 'scales in fp32'}`, async () => {
      const device = createCpuDevice({ threads: 2 });
      const config = readLlamaConfig(BF16);
      const original = new BaseWeights(device, BF16, config);
      const weights = new BaseWeights(device, BF16, config, { in4bit: { doubleQuant } });
      let elements = 0;
      for (const tensor of weights.all()) {
        const inLayer = tensor.name.startsWith('model.layers.') && tensor.shape.length === 2;
        assert.equal(tensor.kind, inLayer ? 'nf4' : 'dense', tensor.name);
        if (tensor.kind !== 'nf4') continue;
        const { matrix } = tensor;
        assert.deepEqual([tensor.from, matrix.scales.kind], ['bf16', doubleQuant ? 'nested' : 'plain']);
        const length = matrix.rows * matrix.cols;
        elements += length;
        const values = device.alloc('f32', length);
        const ids = device.alloc('i32', matrix.rows);
        const r = device.begin();
        r.gatherRows(
          values,
          matrix,
          writeIndices(
            device,
            ids,
            Int32Array.from({ length: matrix.rows }, (_, i) => i),
          ),
          matrix.rows,
        );
        device.submit(r);
        const [got, wanted] = [await device.readFloats(values), await device.readFloats(original.dense(tensor.name))];
        for (let from = 0; from < length; from += 64) {
          const block = wanted.subarray(from, from + 64);
          const most = Math.max(...block.map(Math.abs));
          block.forEach((value, i) => {
            const error = Math.abs(got[from + i]! - value);
            assert.ok(
              error <= (doubleQuant ? 0.2 : WIDEST) * most + 1e-6,
              `${tensor.name} ${from + i}: ${error} of ${most}`,
            );
          });
        }
        device.free(values);
        device.free(ids);
      }
      assert.ok(device.allocatedBytes < (doubleQuant ? 0.6 : 0.65) * elements, `${device.allocatedBytes} bytes`);
      const dry = new DryDevice(device.traits);
      const planned = new BaseWeights(dry, BF16, config, { in4bit: { doubleQuant } });
      assert.equal(dry.allocatedBytes, device.allocatedBytes, 'as the memory plan counts it');
      assert.equal(dry.mappedBytes, 2 * (planned.parameters - elements), 'what was quantised is let go');
      weights.close();
      original.close();
      assert.equal(device.allocatedBytes, 0);
    });
  }

  for (const in4bit of [undefined, { doubleQuant: false }])
    it(`keeps what bitsandbytes left in 16 bits, and reads the rest in place, ${in4bit === undefined ? 'unasked' : 'asked for 4 bits'}`, () => {
      const device = createCpuDevice({ threads: 1 });
      const weights = new BaseWeights(device, NF4, readLlamaConfig(NF4), { in4bit });
      const kinds = new Map(weights.all().map(({ name, kind }) => [name, kind]));
      assert.equal(kinds.get('model.layers.0.mlp.down_proj.weight'), 'nf4');
      assert.equal(kinds.get('model.layers.1.mlp.down_proj.weight'), 'dense');
      assert.equal(kinds.get('lm_head.weight'), 'dense');
      // The offsets of double quantisation, which the file has in JSON.
      assert.ok(device.allocatedBytes <= 4 * kinds.size, `${device.allocatedBytes} bytes`);
      assert.throws(
        () => new FullTuning(device, weights),
        (error) =>
          error instanceof SftError && error.code === 'quantised-weights' && /load_in_4bit/.test(error.remedy!),
      );
      weights.close();
      assert.equal(device.allocatedBytes, 0);
    });

  const config = JSON.parse(readFileSync(path.join(NF4, 'config.json'), 'utf8')) as Record<string, object>;
  for (const [name, quantisation, message] of [
    ['fp4', { ...config['quantization_config'], bnb_4bit_quant_type: 'fp4' }, /"fp4" by bitsandbytes/],
    ['int8', { quant_method: 'bitsandbytes', load_in_8bit: true, load_in_4bit: false }, /int8 by bitsandbytes/],
    ['gptq', { quant_method: 'gptq', bits: 4 }, /by "gptq"/],
    ['awq', { quant_method: 'awq', bits: 4 }, /by "awq"/],
    ['nothing it names', {}, /does not name/],
  ] as const) {
    it(`refuses ${name} by name`, () => {
      assert.throws(
        () => parseLlamaConfig({ ...config, quantization_config: quantisation }, 'config.json'),
        (error) => error instanceof SftError && message.test(error.message) && /load_in_4bit/.test(error.remedy!),
      );
    });
  }

  const TENSOR = 'model.layers.0.self_attn.q_proj.weight';
  for (const [name, from, to, message] of [
    ['scales that are missing', `"${TENSOR}.absmax"`, `"${TENSOR}.absmix"`, /its absmax is missing/],
    [
      'fp4 that config.json calls nf4',
      `${TENSOR}.quant_state.bitsandbytes__nf4`,
      `${TENSOR}.quant_state.bitsandbytes__fp4`,
      /quantised as fp4/,
    ],
    ['blocks of another size', '"blocksize": 64', '"blocksize": 32', /blocks of 32/],
    ['another shape', '"shape": [72, 72]', '"shape": [36, 99]', /shape \[36,99\]/],
    [
      'a shape that is no list',
      '"dtype": "bfloat16", "shape": [72, 72]',
      '"shape": {"toString": 0, "valueOf": 0}',
      /shape \{"toString":0/,
    ],
    ['a type that every object has', '"dtype": "bfloat16"', '"dtype": "toString"', /quantised from "toString"/],
    ['a description that is no JSON', '{"quant_type": "nf4"', '["quant_type": "nf4"', /not a JSON object/],
  ] as const) {
    it(`refuses ${name}`, () => {
      const folder = mkdtempSync(path.join(os.tmpdir(), 'sft-nf4-'));
      try {
        cpSync(NF4, folder, { recursive: true });
        assert.equal(from.length, to.length);
        let changed = 0;
        for (const shard of readdirSync(folder).filter((entry) => entry.endsWith('.safetensors'))) {
          const bytes = readFileSync(path.join(folder, shard));
          for (let at = bytes.indexOf(from); at !== -1; at = bytes.indexOf(from, at + 1)) {
            bytes.write(to, at);
            changed += 1;
          }
          writeFileSync(path.join(folder, shard), bytes);
        }
        assert.ok(changed > 0, from);
        assert.throws(
          () => new BaseWeights(new DryDevice(createCpuDevice().traits), folder, readLlamaConfig(folder)),
          (error) => error instanceof SftError && message.test(error.message) && error.file !== undefined,
        );
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  }
});
