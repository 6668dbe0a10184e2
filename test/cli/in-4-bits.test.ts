import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, it } from 'node:test';
import { exportSizes } from '../../src/export/sizes';
import { runCatalog } from '../../src/serve/catalogs';
import { startServer } from '../../src/serve/server';
import { createCpuDevice } from '../../src/compute/cpu/cpu-device';
import { locateTensors, type LocatedTensor } from '../../src/base/tensor-folder';
import { follow, MODEL, sft, smallConfig, smallDataset, temporaryFolder } from './sft';
import { NO_SIGNALS } from '../system-limits';

const folder = temporaryFolder();
const data = smallDataset(folder, 20);
/** The example model as bitsandbytes quantises it. */
const IN_4_BITS = path.join(folder, 'tiny-llama-bnb-4bit');

function json(args: readonly string[]): Record<string, unknown> {
  const { code, out, err } = sft([...args, '--json']);
  assert.equal(code, 0, err);
  return JSON.parse(out) as Record<string, unknown>;
}

const nll = (...options: string[]): number => json(['score', data, ...options])['nll'] as number;

function near(actual: number, expected: number, relative: number): void {
  assert.ok(Math.abs(actual / expected - 1) < relative, `${actual} for ${expected}`);
}

function bytesOf({ file, byteOffset, byteLength }: LocatedTensor): Buffer {
  return readFileSync(file).subarray(byteOffset, byteOffset + byteLength);
}

before(() => {
  const config = smallConfig(folder, { max_steps: 1, warmup_steps: 0, learning_rate: 1e-12, max_new_tokens: 1 });
  const run = path.join(folder, 'plain');
  const trained = sft(['train', config, '--run', run]);
  assert.equal(trained.code, 0, trained.err);
  const exported = sft(['export', run, '--to', 'merged', '--type', 'nf4', '--out', IN_4_BITS]);
  assert.equal(exported.code, 0, exported.err);
  assert.match(exported.err, /note: merged into 4-bit weights/);
  // As transformers writes it; its reader refuses 6, which JSON.stringify would make of it.
  const description = path.join(IN_4_BITS, 'config.json');
  const text = readFileSync(description, 'utf8');
  writeFileSync(description, text.replace('"quantization_config": {', '$&"llm_int8_threshold": 6.0,'));
});

describe('a merged model in 4 bits', () => {
  it('has the layers as quantising the 16-bit folder gives them, and the rest as it was, in a quarter of the bytes', () => {
    near(nll('--model', IN_4_BITS), nll('--model', MODEL, '--load-in-4bit'), 1e-6);
    const [base, tensors] = [locateTensors(MODEL), locateTensors(IN_4_BITS)];
    const bytes = (all: typeof base): number =>
      [...all].reduce((sum, [name, { byteLength }]) => sum + (name.includes('_proj.') ? byteLength : 0), 0);
    assert.ok(bytes(tensors) < 0.28 * bytes(base), `${bytes(tensors)} of ${bytes(base)}`);
    for (const [name, tensor] of base)
      if (!name.includes('_proj.')) assert.deepEqual(bytesOf(tensors.get(name)!), bytesOf(tensor), name);
    near(exportSizes(MODEL).nf4, statSync(path.join(IN_4_BITS, 'model.safetensors')).size, 0.03);
    near(exportSizes(MODEL).merged, statSync(path.join(MODEL, 'model.safetensors')).size, 0.01);
  });

  it('from a model in 4 bits, keeps bit for bit what was not trained', () => {
    const run = path.join(folder, 'q-only');
    mkdirSync(`${run}-config`);
    const values = {
      model_name: IN_4_BITS,
      max_steps: 2,
      warmup_steps: 0,
      target_modules: ['q_proj'],
      learning_rate: 1e-2,
    };
    const trained = sft(['train', smallConfig(`${run}-config`, values), '--run', run]);
    assert.equal(trained.code, 0, trained.err);
    const out = path.join(folder, 'q-only-4bit');
    const exported = sft(['export', run, '--to', 'merged', '--type', 'nf4', '--out', out]);
    assert.equal(exported.code, 0, exported.err);
    const [before, after] = [locateTensors(IN_4_BITS), locateTensors(out)];
    assert.deepEqual([...after.keys()].sort(), [...before.keys()].sort());
    for (const [name, tensor] of before) {
      const same = bytesOf(tensor).equals(bytesOf(after.get(name)!));
      if (name.endsWith('q_proj.weight')) assert.ok(!same, `${name} was trained`);
      else if (!name.includes('q_proj')) assert.ok(same, name);
    }
    const config = path.join(IN_4_BITS, 'config.json');
    assert.deepEqual(readFileSync(path.join(out, 'config.json')), readFileSync(config), 'byte for byte');
    const tuned = nll('--model', IN_4_BITS, '--adapter', path.join(run, 'adapter'));
    near(nll('--model', out), tuned, 2e-2);
  });
});

/** As the tutorial prints it. */
const TUTORIAL = `
MAX_SEQ_LENGTH = 1024
LOAD_IN_4BIT = True
LORA_R = 16
LORA_ALPHA = 16
LORA_DROPOUT = 0
MAX_STEPS = 60
PER_DEVICE_BATCH_SIZE = 2
GRADIENT_ACCUMULATION_STEPS = 4
LEARNING_RATE = 2e-4
WARMUP_STEPS = 5
WEIGHT_DECAY = 0.01
LR_SCHEDULER_TYPE = "linear"
OPTIM = "adamw_8bit"
FP16 = True
BF16 = False
`;

describe("the tutorial's configuration", () => {
  const printed = [...TUTORIAL.matchAll(/^(\w+) = (.*)$/gm)].map(([, key, value]) => [key!, value!] as const);
  const values: Readonly<Record<string, unknown>> = {
    ...Object.fromEntries(
      printed.map(([key, value]) => [key.toLowerCase(), JSON.parse(value.toLowerCase()) as unknown]),
    ),
    packing: true,
  };

  const file = path.resolve('../shared/seed/sft-tutorial.md');
  it('is what it prints', { skip: !existsSync(file) && 'there is no ../shared' }, () => {
    const lines = readFileSync(file, 'utf8').split('\n');
    for (const [key, value] of printed)
      assert.ok(
        lines.some((line) => line.startsWith(`${key} = ${value}`)),
        key,
      );
    assert.match(lines.join('\n'), /^5\. Use packing=True:$/m);
  });

  it('trains on a model in 4 bits with every key as it stands, and says of each what is done instead of it', async () => {
    const config = path.join(folder, 'tutorial.config.json');
    writeFileSync(config, JSON.stringify({ model_name: IN_4_BITS, dataset: data, threads: 1, ...values }));
    const run = path.join(folder, 'tutorial');
    const { lines, err } = await follow(['train', config, '--run', run], (line, signal) => {
      if (line.type === 'step' && line['step'] === 2) signal('SIGINT');
    });
    assert.equal(lines.at(-1)?.type, 'stopped', err);
    const steps = lines.filter(({ type }) => type === 'step');
    assert.ok(steps.length >= 2 && steps.every(({ loss }) => Number.isFinite(loss)));
    const taken = (JSON.parse(readFileSync(path.join(run, 'run.json'), 'utf8')) as { config: Record<string, unknown> })
      .config;
    for (const [key, value] of Object.entries(values)) assert.deepEqual(taken[key], value, key);
    const said = lines.filter(({ type }) => type === 'warning').map((line) => String(line['message']));
    for (const message of [
      /^fp16 true: the processor computes in fp32 instead.* frozen weights stay in 4 bits$/,
      /^packing true: batches have no padding/,
    ])
      assert.equal(said.filter((line) => message.test(line)).length, 1, said.join('\n'));
  });
});

for (const [name, model, options] of [
  ['quantised as it is read', MODEL, ['--load-in-4bit']],
  ['of bitsandbytes', IN_4_BITS, []],
] as const) {
  describe(`a run on weights in 4 bits, ${name}`, () => {
    const own = path.join(folder, options.length === 0 ? 'stored' : 'on-load');
    const run = path.join(own, 'run');
    const adapter = path.join(run, 'adapter');
    let config: string;
    const prompt = 'What is a fee?';
    const values = { model_name: model, load_in_4bit: true, optim: 'adamw_8bit', max_steps: 6, eval_examples: 4 };

    before(() => {
      mkdirSync(own);
      config = smallConfig(own, values);
      const trained = sft(['train', config, '--run', run]);
      assert.equal(trained.code, 0, trained.err);
    });

    const answer = (...args: readonly string[]): string =>
      json(['generate', '--prompt', prompt, '--max-new-tokens', '6', '--model', model, ...args])['text'] as string;

    it('goes on after a stop with the same bytes as without one', { skip: NO_SIGNALS }, async () => {
      const stopped = path.join(own, 'stopped');
      const first = await follow(['train', config, '--run', stopped], (line, signal) => {
        if (line.type === 'step' && line['step'] === 3) signal('SIGINT');
      });
      assert.equal(first.lines.at(-1)?.type, 'stopped', first.err);
      const second = sft(['train', '--run', stopped, '--resume']);
      assert.equal(second.code, 0, second.err);
      const bytes = (of: string): Buffer => readFileSync(path.join(of, 'adapter', 'adapter_model.safetensors'));
      assert.deepEqual(bytes(stopped), bytes(run));
    });

    it('is evaluated, and asked in the terminal and through the server, with the weights it was trained on', async () => {
      const recorded = JSON.parse(readFileSync(path.join(run, 'evaluation.json'), 'utf8')) as unknown;
      assert.deepEqual(json(['evaluate', run]), recorded);
      const tuned = answer(...options, '--adapter', adapter);
      const { code, out, err } = sft(['chat', run, '--json', '--max-new-tokens', '6'], `${prompt}\n`);
      assert.equal(code, 0, err);
      assert.equal((JSON.parse(out) as { text: string }).text, tuned);
      const catalog = await runCatalog(createCpuDevice({ threads: 1 }), run);
      const served = { catalog, port: 0, token: 'token', idleMinutes: 0, cacheRows: 1024, log: () => undefined };
      const server = await startServer(served);
      const asked = { model: 'tuned', messages: [{ role: 'user', content: prompt }], temperature: 0, max_tokens: 6 };
      const reply = await fetch(`${server.url}/chat/completions`, {
        method: 'POST',
        headers: { Authorization: 'Bearer token', 'Content-Type': 'application/json' },
        body: JSON.stringify(asked),
      });
      const { choices } = (await reply.json()) as { choices: readonly { message: { content: string } }[] };
      server.close();
      await server.closed;
      catalog.session.close();
      assert.equal(choices[0]!.message.content, tuned);
    });

    it('needs less memory, and the estimate says so', () => {
      const weights = (file: string): number =>
        (json(['estimate', file])['parts'] as Record<string, number>)['weights']!;
      const plain = path.join(own, 'plain');
      mkdirSync(plain);
      const in16 = weights(smallConfig(plain, { ...values, model_name: MODEL, load_in_4bit: false }));
      // What stays in 16 bits: the table of the vocabulary, and the norms.
      assert.ok(weights(config) < 0.5 * in16, `${weights(config)} of ${in16}`);
    });

    it('leaves as an adapter whose card names the base model in 4 bits', () => {
      const out = path.join(own, 'peft');
      const exported = sft(['export', run, '--to', 'peft', '--out', out]);
      assert.equal(exported.code, 0, exported.err);
      const said = /trained on the base model in 4 bits \(NF4\): load it in 4 bits too/;
      assert.match(exported.err, said);
      assert.match(readFileSync(path.join(out, 'README.md'), 'utf8'), said);
    });

    it('leaves as a whole model and as GGUF that answer as it does', () => {
      const tuned = nll('--model', model, ...options, '--adapter', adapter);
      const merged = path.join(own, 'merged');
      const whole = sft(['export', run, '--to', 'merged', '--out', merged]);
      assert.equal(whole.code, 0, whole.err);
      near(nll('--model', merged), tuned, 2e-3);
      const gguf = path.join(own, 'model.gguf');
      const file = sft(['export', run, '--to', 'gguf', '--type', 'f32', '--out', gguf]);
      assert.equal(file.code, 0, file.err);
      near(nll('--model', gguf), tuned, 1e-5);
    });
  });
}
