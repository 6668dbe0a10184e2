import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { before, describe, it } from 'node:test';
import type { GgufType } from '../../src/base/gguf/gguf-format';
import { exportSizes } from '../../src/export/sizes';
import { locateTensors, type LocatedTensor } from '../../src/base/tensor-folder';
import { mountSmallDisk, NO_SMALL_DISK } from '../small-disk';
import { MODEL, sft, smallConfig, smallDataset, temporaryFolder } from './sft';

const folder = temporaryFolder();
const data = smallDataset(folder, 20);

function train(name: string, values: Readonly<Record<string, unknown>>): string {
  const run = path.join(folder, name);
  mkdirSync(`${run}-config`);
  const trained = sft([
    'train',
    smallConfig(`${run}-config`, { max_steps: 4, learning_rate: 1e-2, ...values }),
    '--run',
    run,
  ]);
  assert.equal(trained.code, 0, trained.err);
  return run;
}

function exported(run: string, form: string, ...options: string[]): string {
  const out = path.join(folder, `${path.basename(run)}-${form}${options.join('')}`);
  const finished = sft(['export', run, '--to', form, '--out', out, ...options]);
  assert.equal(finished.code, 0, finished.err);
  return out;
}

function score(model: string, adapter?: string): number {
  const finished = sft([
    'score',
    data,
    '--model',
    model,
    '--json',
    ...(adapter === undefined ? [] : ['--adapter', adapter]),
  ]);
  assert.equal(finished.code, 0, finished.err);
  return (JSON.parse(finished.out) as { nll: number }).nll;
}

function bytesOf({ file, byteOffset, byteLength }: LocatedTensor): Buffer {
  return readFileSync(file).subarray(byteOffset, byteOffset + byteLength);
}

function hashOf(tensors: ReadonlyMap<string, LocatedTensor>, keep: (name: string) => boolean): string {
  const hash = createHash('sha256');
  for (const [name, tensor] of [...tensors].filter(([key]) => keep(key)).sort())
    hash.update(name).update(bytesOf(tensor));
  return hash.digest('hex');
}

describe('sft export', () => {
  let run: string;

  before(() => {
    run = train('lora', { target_modules: ['q_proj', 'down_proj'] });
  });

  it('merged: answers as base and adapter together do, and leaves what was not trained as it was, bit for bit', () => {
    const merged = exported(run, 'merged');
    const apart = score(MODEL, path.join(run, 'adapter'));
    const together = score(merged);
    // What the types of the base model's files (bf16) take away by rounding.
    assert.ok(Math.abs(together / apart - 1) < 2e-3, `${together} merged, ${apart} apart`);
    assert.ok(
      Math.abs(score(MODEL) / apart - 1) > 2e-2,
      'the adapter changes little: the comparison above says nothing',
    );

    const [base, tuned] = [locateTensors(MODEL), locateTensors(merged)];
    const facts = (tensors: typeof base): unknown =>
      [...tensors].map(([name, { dtype, shape }]) => [name, dtype, shape]).sort();
    assert.deepEqual(facts(tuned), facts(base));
    const trained = (name: string): boolean => /q_proj|down_proj/.test(name);
    assert.equal(
      hashOf(tuned, (name) => !trained(name)),
      hashOf(base, (name) => !trained(name)),
    );
    for (const [name, tensor] of tuned) {
      if (trained(name)) assert.notDeepEqual(bytesOf(tensor), bytesOf(base.get(name)!), name);
    }
  });

  for (const [type, learningRate] of [
    ['lora', 1e-5],
    ['full', 4e-7],
  ] as const) {
    it(`${type}: a short training is in the weights of 16 bits, though it changes most of them by less than half their step`, () => {
      const values = { training_type: type, lora_dropout: undefined, learning_rate: learningRate, warmup_steps: 0 };
      const short = train(`short-${type}`, values);
      const before = score(MODEL);
      const after = type === 'lora' ? score(MODEL, path.join(short, 'adapter')) : score(path.join(short, 'model'));
      const gguf = exported(short, 'gguf', '--type', 'f16');
      const [file] = readdirSync(gguf).filter((name) => name.endsWith('.gguf'));
      for (const form of [exported(short, 'merged'), path.join(gguf, file!)]) {
        const kept = (before - score(form)) / (before - after);
        assert.ok(Math.abs(kept - 1) < 0.03, `${form}: ${kept} of what was learned`);
      }
    });
  }

  it('merged: a model folder with tokenizer, template and card, from which one can train on', () => {
    const merged = exported(run, 'merged', '--weights', 'step-2');
    const card = readFileSync(path.join(merged, 'README.md'), 'utf8');
    assert.match(card, /^---\nlibrary_name: transformers\n/);
    assert.match(card, /The weights are those of `step-2`/);
    assert.match(card, /- `lora_r`: `16`/);
    assert.doesNotMatch(card, /ROUGE-1/, 'the scores are those of the result, not of the checkpoint');
    const counted = (model: string): string => sft(['count', data, '--model', model, '--json']).out;
    assert.equal(counted(merged).replaceAll(merged, MODEL), counted(MODEL));
    train('again', { model_name: merged, max_steps: 2 });
  });

  it('merged: weights in 4 bits leave dequantised, and it is said', () => {
    const quantised = train('qlora', { load_in_4bit: true, target_modules: ['q_proj'] });
    const finished = sft(['export', quantised, '--to', 'merged', '--out', path.join(folder, 'qlora-merged')]);
    assert.equal(finished.code, 0, finished.err);
    assert.match(finished.out + finished.err, /trained on 4-bit weights: the merged weights are these, dequantised/);
    const merged = path.join(folder, 'qlora-merged');
    assert.match(readFileSync(path.join(merged, 'README.md'), 'utf8'), /The model was trained on 4-bit weights/);
    const [base, tuned] = [locateTensors(MODEL), locateTensors(merged)];
    assert.deepEqual([...tuned.keys()].sort(), [...base.keys()].sort());
    const gate = [...base.keys()].find((name) => name.includes('gate_proj'))!;
    assert.notDeepEqual(bytesOf(tuned.get(gate)!), bytesOf(base.get(gate)!), 'what was not trained is dequantised too');
    const apart = sft([
      'score',
      data,
      '--model',
      MODEL,
      '--load-in-4bit',
      '--adapter',
      path.join(quantised, 'adapter'),
      '--json',
    ]);
    assert.equal(apart.code, 0, apart.err);
    const { nll } = JSON.parse(apart.out) as { nll: number };
    assert.ok(Math.abs(score(merged) / nll - 1) < 2e-3, 'as base in 4 bits and adapter answer');
  });

  it('merged: DoRA gives rows their lengths; llama.cpp has no such adapter', () => {
    const dora = train('dora', { use_dora: true, target_modules: ['q_proj', 'down_proj'], learning_rate: 5e-3 });
    const [merged, apart] = [score(exported(dora, 'merged')), score(MODEL, path.join(dora, 'adapter'))];
    assert.ok(Math.abs(merged / apart - 1) < 2e-3, `${merged} merged, ${apart} apart`);
    assert.ok(Math.abs(score(MODEL) / apart - 1) > 2e-2, 'the adapter changes little: this says nothing');
    const refused = sft(['export', dora, '--to', 'gguf-lora', '--out', path.join(folder, 'dora.gguf')]);
    assert.match(refused.err, /the adapter is DoRA \(use_dora\), and llama\.cpp supports only LoRA - use --to gguf/);
  });

  it('peft: the same adapter, with what a loader wants beside it', () => {
    const adapter = exported(run, 'peft');
    assert.deepEqual(
      readdirSync(adapter).sort(),
      [
        'README.md',
        'adapter_config.json',
        'adapter_model.safetensors',
        'chat_template.jinja',
        ...readdirSync(MODEL).filter((name) => /^(tokenizer|special_tokens_map)/.test(name)),
      ].sort(),
    );
    const weights = (at: string): Buffer => readFileSync(path.join(at, 'adapter_model.safetensors'));
    assert.deepEqual(weights(adapter), weights(path.join(run, 'adapter')));
    assert.match(readFileSync(path.join(adapter, 'README.md'), 'utf8'), /\| ROUGE-1 \| 0\.\d{3} \| 0\.\d{3} \|/);
  });

  it('gguf: read back, it counts as the base model does and answers as base and adapter do, as exactly as its type allows', () => {
    const apart = score(MODEL, path.join(run, 'adapter'));
    const counts = (model: string): unknown => {
      const { total } = JSON.parse(sft(['count', data, '--model', model, '--json']).out) as { total: unknown };
      return total;
    };
    const allowed = { f32: 1e-5, bf16: 2e-3, f16: 1e-3, q8_0: 1e-2, q4_0: 2e-1 };
    let before = -1;
    for (const [type, most] of Object.entries(allowed)) {
      const out = path.join(folder, `model-${type}.gguf`);
      const written = sft(['export', run, '--to', 'gguf', '--type', type, '--out', out]);
      assert.equal(written.code, 0, written.err);
      const said = exportSizes(MODEL).gguf[type as GgufType];
      const head = statSync(out).size - said;
      assert.ok(
        head > 0 && head < 200_000,
        `${type}: ${said} bytes of weights were announced, ${head} more were written`,
      );
      const away = Math.abs(score(out) / apart - 1);
      assert.ok(away < most, `${type}: ${away}`);
      if (type === 'q4_0') assert.ok(away > before, 'four bits are as exact as eight: this measures nothing');
      before = away;
      assert.deepEqual(counts(out), counts(MODEL));
    }
    const there = path.join(folder, 'model-f32.gguf');
    const answer = (...of: string[]): unknown => {
      const asked = sft(['generate', ...of, '--prompt', 'How do I register?', '--max-new-tokens', '16', '--json']);
      assert.equal(asked.code, 0, asked.err);
      return JSON.parse(asked.out);
    };
    assert.deepEqual(answer('--model', there), answer('--model', MODEL, '--adapter', path.join(run, 'adapter')));
    const cut = path.join(folder, 'cut.gguf');
    for (const [length, reason] of [
      [9, /cut\.gguf its header is incomplete - export it again/],
      [1_000_000, /cut\.gguf token_embd\.weight ends after the end of the file/],
    ] as const) {
      writeFileSync(cut, readFileSync(there).subarray(0, length));
      assert.match(sft(['score', data, '--model', cut]).err, reason);
    }
    const config = smallConfig(`${run}-config`, { model_name: there });
    assert.match(sft(['train', config]).err, /model_name: .*model-f32\.gguf is not a folder/);
    const refused = sft(['export', run, '--to', 'gguf', '--out', there]);
    assert.match(refused.err, /model-f32\.gguf exists already - choose another file/);
    const replaced = sft(['export', run, '--to', 'gguf', '--out', there, '--overwrite']);
    assert.equal(replaced.code, 0, replaced.err);
    assert.ok(readFileSync(there).equals(readFileSync(path.join(folder, 'model-bf16.gguf'))));
    const typed = (form: string): string =>
      sft(['export', run, '--to', form, '--type', 'f8', '--out', path.join(folder, 'typed')]).err;
    assert.match(typed('peft'), /--to peft does not support --type - leave it out/);
    assert.match(typed('merged'), /--type "f8" is not a type - leave it out, or use one of: nf4/);
  });

  it("full fine-tuning: merged is in the base model's types; there is no adapter", () => {
    const full = train('full', { training_type: 'full', lora_dropout: undefined, max_steps: 2, learning_rate: 1e-3 });
    const merged = exported(full, 'merged');
    const types = (at: string): unknown => [...locateTensors(at)].map(([name, { dtype }]) => [name, dtype]).sort();
    assert.deepEqual(types(merged), types(MODEL));
    assert.ok(Math.abs(score(merged) / score(path.join(full, 'model')) - 1) < 2e-3);
    const out = path.join(folder, 'no-adapter');
    const refused = sft(['export', full, '--to', 'peft', '--out', out]);
    assert.equal(refused.code, 2);
    assert.match(refused.err, /all weights of the model were trained: there is no adapter - use --to merged/);
    assert.equal(existsSync(out), false);
  });

  it('refuses what it cannot write, and touches no folder that holds something', () => {
    const held = path.join(folder, 'held');
    mkdirSync(held);
    writeFileSync(path.join(held, 'mine.txt'), 'mine');
    const bundle = path.join(folder, 'held.GGUF');
    mkdirSync(bundle);
    const link = path.join(folder, 'link.gguf');
    symlinkSync(path.join(folder, 'gone'), link);
    const refusals: [string[], RegExp][] = [
      [[run, '--to', 'merged', '--out', held], /held the folder is not empty - choose a new folder/],
      [[run, '--to', 'merged', '--out', path.join(held, 'mine.txt')], /is a file, not a folder/],
      [
        [run, '--to', 'onnx', '--out', 'x'],
        /--to "onnx" is not a form of export - take one of: peft, merged, gguf, gguf-lora, ollama/,
      ],
      [
        [run, '--to', 'merged', '--out', path.join(folder, 'x'), '--weights', 'step-3'],
        /no weights called "step-3" - use one of these with --weights: tuned, best, step-4, step-2, base/,
      ],
      [[held, '--to', 'merged', '--out', path.join(folder, 'x')], /run\.json/],
      [[run, '--to', 'gguf', '--out', bundle, '--overwrite'], /held\.GGUF is a folder, not a file - name another file/],
      [[run, '--to', 'gguf', '--out', link], /link\.gguf exists already/],
    ];
    for (const [args, reason] of refusals) {
      const refused = sft(['export', ...args]);
      assert.notEqual(refused.code, 0);
      assert.match(refused.err, reason);
    }
    assert.deepEqual(readdirSync(held), ['mine.txt']);
  });

  it('gguf: a name in capitals is a file too', () => {
    const out = path.join(folder, 'FAQ.GGUF');
    const written = sft(['export', run, '--to', 'gguf', '--out', out]);
    assert.equal(written.code, 0, written.err);
    assert.ok(statSync(out).isFile());
    const verified = sft(['verify', out, '--run', run]);
    assert.equal(verified.code, 0, verified.err);
  });

  it('refuses a type whose range a weight is beyond, by the name of the tensor', () => {
    const model = path.join(folder, 'wide-model');
    cpSync(MODEL, model, { recursive: true });
    const file = path.join(model, 'model.safetensors');
    const weight = locateTensors(model).get('model.layers.1.mlp.up_proj.weight')!;
    const bytes = readFileSync(file);
    // 2^20 in bf16: beyond fp16, as is an eighth of it, the scale of a block of 4 bits.
    bytes.writeUInt16LE(0x4980, weight.byteOffset);
    writeFileSync(file, bytes);
    const wide = train('wide', { model_name: model, max_steps: 2, learning_rate: 1e-9 });
    for (const type of ['f16', 'q4_0']) {
      const out = path.join(folder, `wide-${type}.gguf`);
      const refused = sft(['export', wide, '--to', 'gguf', '--type', type, '--out', out, '--no-verify']);
      assert.equal(refused.code, 2, refused.err);
      assert.match(
        refused.err,
        /model\.layers\.1\.mlp\.up_proj\.weight holds a number that is beyond fp16.* - use .*bf16 or f32/,
      );
      assert.ok(!existsSync(out));
    }
    exported(wide, 'gguf', '--type', 'bf16', '--no-verify');
  });

  it('checks the free space before it writes a model', (context) => {
    const disk = mountSmallDisk(path.join(folder, 'small-disk'), '4m');
    if (disk === undefined) {
      context.skip(NO_SMALL_DISK);
      return;
    }
    try {
      for (const [form, out, needed, ...more] of [
        ['merged', 'merged', '7 MB'],
        ['ollama', 'ollama', '7 MB'],
        ['gguf', 'model.gguf', '14 MB', '--type', 'f32'],
      ] as const) {
        const refused = sft(['export', run, '--to', form, '--out', path.join(disk.path, out), ...more]);
        assert.equal(refused.code, 1, refused.err);
        assert.match(
          refused.err,
          new RegExp(`small-disk ${needed} have to be written, 4 MB are free - free some space`),
        );
        assert.doesNotMatch(refused.err, /wrote/);
      }
      assert.deepEqual(readdirSync(disk.path), []);
    } finally {
      disk.unmount();
    }
  });
});
