import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { sft, smallConfig, temporaryFolder } from '../cli/sft';
import { behave, useFakePython } from './fake';
import { useMachine } from './with-python';

const SKIP = process.platform === 'win32' ? 'the fake Python is a script of a shell' : false;
const folder = temporaryFolder();
const file = smallConfig(folder, { engine: 'accelerate', bf16: true, retention: false });
// What trains no adapter has no dropout of one.
const config = { ...(JSON.parse(readFileSync(file, 'utf8')) as object), lora_dropout: undefined };
const GPU = { gpus: [{ name: 'A fake card', memory: 24e9 }], packages: { unsloth: '2026.10.9' } };
const MODELS = path.resolve('test/reference/models');
let number = 0;

function train(values: object = {}): { readonly run: string; readonly code: number | null; readonly err: string } {
  const changed = path.join(folder, 'changed.config.json');
  writeFileSync(changed, JSON.stringify({ ...config, ...values }));
  const run = path.join(folder, `run-${++number}`);
  const { code, err } = sft(['train', changed, '--run', run]);
  return { run, code, err };
}

describe('a run that Unsloth is to compute', { skip: SKIP }, () => {
  beforeEach(() => {
    useFakePython(folder, GPU);
    useMachine(folder, { unsloth: true });
  });
  afterEach(() => {
    Reflect.deleteProperty(process.env, 'SFT_PROCESSES');
  });

  it('is handed over with that, and its result is examined without', () => {
    behave(folder, { ...GPU, errors: { 0: { at: 4, code: 'gpu-memory', message: 'full' } } });
    const { run } = train();
    const jobOf = (): unknown => JSON.parse(readFileSync(path.join(run, 'engine', 'job.json'), 'utf8'));
    const { unsloth, processes, device } = jobOf() as { unsloth: boolean; processes: number; device: string };
    assert.deepEqual([unsloth, processes, device], [true, 1, 'cuda']);
    behave(folder, GPU);
    const { code, err } = sft(['train', '--run', run, '--resume']);
    assert.equal(code, 0, err);
    assert.equal((jobOf() as { unsloth: boolean }).unsloth, false);
  });

  for (const [values, message] of [
    [
      { device: 'cpu' },
      /"device": "cpu" cannot be combined with "unsloth": true .* NVIDIA GPU - set "device": "auto", or leave/,
    ],
    [{ bf16: false }, /computing in 32 bits cannot be combined with .* - set "bf16": true/],
    [{ training_type: 'full' }, /"training_type": "full" cannot be combined with .* - set "training_type": "lora"/],
    [{ training_type: 'prompt_tuning' }, /"training_type": "prompt_tuning" cannot be combined with/],
    [{ use_dora: true }, /"use_dora": true cannot be combined with .* - set "use_dora": false/],
    [{ init_lora_weights: 'pissa' }, /"init_lora_weights": "pissa" cannot be combined with/],
    [{ trainable_tokens: ['<|im_end|>'] }, /"trainable_tokens" cannot be combined with/],
    [{ modules_to_save: ['lm_head'] }, /"modules_to_save" cannot be combined with/],
    [
      { model_name: path.join(MODELS, 'olmo2') },
      /a model of Olmo2ForCausalLM cannot be combined with .* Qwen3ForCausalLM - /,
    ],
  ] as const) {
    it(`is refused before there is a run where it cannot: ${String(message)}`, () => {
      const { run, code, err } = train(values);
      assert.equal(code, 2, err);
      assert.match(err, message);
      assert.ok(!existsSync(run));
    });
  }

  it('is refused in more processes than one, with weights that are spread too', () => {
    useMachine(folder, { unsloth: true, processes: 2, sharding: 'fsdp' });
    const written = train();
    useMachine(folder, { unsloth: true });
    process.env['SFT_PROCESSES'] = '2';
    const said = train();
    for (const { code, err } of [written, said]) {
      assert.equal(code, 2);
      assert.match(err, /unsloth uses one GPU, but 2 processes are requested - set "processes" and "nodes" to 1/);
    }
  });

  it('is refused where there is no GPU, or no Unsloth, with what is missing', () => {
    behave(folder, { ...GPU, gpus: [] });
    assert.match(train().err, /torch 2\.15\.0 in .* sees no GPU - .*or leave "unsloth" out/);
    behave(folder, { ...GPU, packages: {} });
    assert.match(
      train().err,
      /unsloth is not installed in .* - create an environment for it alone: .* pip install "unsloth>=2026\.10"/,
    );
    behave(folder, { ...GPU, packages: { unsloth: '2025.1.1' } });
    assert.match(train().err, /unsloth 2025\.1\.1 in .* is not a tested version: .*2026\.10 or later/);
  });

  it('is not exported as a job whose Python is set up without it', () => {
    const words = ['export', file, '--to', 'skypilot', '--out', path.join(folder, 'job')];
    const { code, err } = sft(words);
    assert.equal(code, 2);
    assert.match(err, /the Python that a job for skypilot sets up does not include Unsloth - leave "unsloth" out/);
    assert.equal(sft([...words.slice(0, 3), 'slurm', '--out', path.join(folder, 'job')]).code, 0);
    const facts = JSON.parse(readFileSync(path.join(folder, 'job', 'machine.json'), 'utf8')) as object;
    assert.deepEqual(facts, { nodes: 1, processes: 1, sharding: 'none', offload: false, unsloth: true, timeout: 600 });
  });
});
