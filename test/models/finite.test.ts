import assert from 'node:assert/strict';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { parseConfig } from '../../src/config/parse-config';
import { readSafetensorsHeader } from '../../src/base/safetensors';
import { preflight } from '../../src/runs/preflight/preflight';
import { DATA, MODEL, smallConfig, temporaryFolder } from '../cli/sft';

const NAME = 'model.layers.2.mlp.up_proj.weight';

/** The message of preflight's check of a model, of which one element of one tensor has these bits (bf16). */
async function looked(bits: number): Promise<string> {
  const folder = temporaryFolder();
  const model = path.join(folder, 'model');
  cpSync(MODEL, model, { recursive: true });
  const file = path.join(model, 'model.safetensors');
  const { byteOffset, byteLength } = readSafetensorsHeader(file).tensors.get(NAME)!;
  const bytes = readFileSync(file);
  bytes.writeUInt16LE(bits, byteOffset + byteLength - 2);
  writeFileSync(file, bytes);
  const config = smallConfig(folder, { model_name: model, dataset: DATA });
  const { checks } = await preflight(parseConfig(readFileSync(config, 'utf8'), config));
  const { status, message } = checks.find(({ id }) => id === 'model')!;
  return `${status} ${message}`;
}

describe('weights that are not finite', () => {
  for (const [name, bits] of [
    ['not a number', 0x7fc0],
    ['not a number, negative', 0xff81],
    ['infinite', 0x7f80],
    ['minus infinite', 0xff80],
  ] as const) {
    it(`${name}: preflight refuses the model and names the tensor`, async () => {
      assert.match(await looked(bits), new RegExp(`^error .*${NAME} holds numbers that are infinite`));
    });
  }

  it('the largest number there is can be used', async () => {
    assert.match(await looked(0x7f7f), /^ok /);
  });
});
