import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, it } from 'node:test';
import { locateTensors } from '../../src/base/tensor-folder';
import { exportInProcess } from '../../src/editor/use/export-process';
import { MODEL, sft, SFT, smallConfig, temporaryFolder } from './sft';

const folder = temporaryFolder();
const run = path.join(folder, 'run');
/** Enough rows of zeros, 200 MB, for an export to be under way when it is ended. */
const ROWS = 400_000;

/** The example model with a larger table of embeddings, of which the disk holds next to nothing. */
function largeModel(): string {
  const model = path.join(folder, 'large');
  mkdirSync(model);
  for (const name of readdirSync(MODEL)) copyFileSync(path.join(MODEL, name), path.join(model, name));
  const config = JSON.parse(readFileSync(path.join(MODEL, 'config.json'), 'utf8')) as object;
  writeFileSync(path.join(model, 'config.json'), JSON.stringify({ ...config, vocab_size: ROWS }));
  const tensors = [...locateTensors(MODEL).values()];
  const kept = tensors.filter(({ name }) => name !== 'model.embed_tokens.weight');
  const embedding = tensors.find(({ name }) => name === 'model.embed_tokens.weight')!;
  const header: Record<string, unknown> = {};
  const parts: Buffer[] = [];
  let at = 0;
  for (const { name, dtype, shape, file, byteOffset, byteLength } of kept) {
    header[name] = { dtype, shape, data_offsets: [at, (at += byteLength)] };
    parts.push(readFileSync(file).subarray(byteOffset, byteOffset + byteLength));
  }
  const cols = embedding.shape[1]!;
  const end = at + ROWS * cols * (embedding.byteLength / (embedding.shape[0]! * cols));
  header[embedding.name] = { dtype: embedding.dtype, shape: [ROWS, cols], data_offsets: [at, end] };
  const json = Buffer.from(JSON.stringify(header));
  const head = Buffer.alloc(8 + Math.ceil(json.length / 8) * 8, ' ');
  head.writeBigUInt64LE(BigInt(head.length - 8));
  json.copy(head, 8);
  const file = path.join(model, 'model.safetensors');
  writeFileSync(file, Buffer.concat([head, ...parts]));
  truncateSync(file, head.length + end);
  return model;
}

describe('an export that is cancelled', () => {
  before(() => {
    const config = smallConfig(folder, { max_steps: 1, warmup_steps: 0, eval_steps: null, save_steps: null });
    const trained = sft(['train', config, '--run', run]);
    assert.equal(trained.code, 0, trained.err);
    const file = path.join(run, 'run.json');
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll(MODEL, largeModel()));
  });

  for (const [form, name] of [
    ['merged', 'merged'],
    ['gguf', 'model.gguf'],
  ] as const) {
    it(`${form}: leaves nothing behind`, async () => {
      const place = path.join(folder, `cancelled-${form}`);
      mkdirSync(place);
      const stop = new AbortController();
      const lines: string[] = [];
      const command = { execPath: process.execPath, entry: SFT, env: {} };
      const task = { out: path.join(place, name), args: [run, '--to', form] };
      const notes = await exportInProcess(command, task, stop.signal, (line) => {
        lines.push(line);
        if (line.startsWith('wrote')) stop.abort();
      });
      assert.equal(notes, undefined, lines.join('\n'));
      assert.ok(
        lines.some((line) => line.startsWith('wrote')),
        'it was under way',
      );
      assert.deepEqual(readdirSync(place), []);
    });
  }

  it('says what the command line says where it fails', async () => {
    const command = { execPath: process.execPath, entry: SFT, env: {} };
    const failed = exportInProcess(
      command,
      { out: path.join(folder, 'x'), args: [run, '--to', 'merged', '--weights', 'step-7'] },
      new AbortController().signal,
      () => undefined,
    );
    await assert.rejects(failed, /no weights called "step-7" - use one of these/);
  });
});
