import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { describe, it } from 'node:test';
import { follow, sft, temporaryFolder } from '../cli/sft';
import { difference, NO_PYTHON, outcomeOf, shortConfig, TIMEOUT, machineFolder, type Outcome } from './with-python';

const folder = temporaryFolder();

async function trained(config: string, engine: 'builtin' | 'accelerate', processes = 1): Promise<Outcome> {
  const run = path.join(folder, `${path.basename(config, '.config.json')}-${engine}-${processes}`);
  process.env['SFT_PROCESSES'] = String(processes);
  const { code, err } = await follow(['train', config, '--engine', engine, '--run', run], () => undefined);
  assert.equal(code, 0, err);
  return outcomeOf(run);
}

/** A port that nobody listens on now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

/** Losses, evaluations and weights of both are within a tolerance after 60 steps; how far they are apart is in the output. */
function assertClose(a: Outcome, b: Outcome, tolerance: number): void {
  assert.equal(a.steps, 60);
  const figures = {
    losses: difference(a.losses, b.losses),
    evaluations: difference(a.evaluations, b.evaluations),
    weights: Math.max(...[...a.weights].map(([name, value]) => difference(value, b.weights.get(name) ?? []))),
  };
  const told = Object.entries(figures).map(([what, figure]) => `${what} ${figure.toExponential(1)}`);
  console.log(`${b.name}: apart by ${told.join(', ')}`);
  assert.deepEqual([...a.weights.keys()].sort(), [...b.weights.keys()].sort());
  for (const [what, figure] of Object.entries(figures)) assert.ok(figure < tolerance, `${what} differ by ${figure}`);
}

/** Both trained to the same numbers: losses and weights within 1e-5, answers and scores equal. */
function assertSame(a: Outcome, b: Outcome): void {
  assertClose(a, b, 1e-5);
  assert.ok(difference(a.norms.map(Math.log), b.norms.map(Math.log)) < 1e-3);
  assert.deepEqual(b.samples, a.samples);
  const answers = ({ predictions }: Outcome): unknown =>
    predictions.map(({ index, base, tuned }) => [index, base.answer, base.cut, tuned.answer, tuned.cut]);
  assert.deepEqual(answers(b), answers(a));
  for (const model of ['base', 'tuned'] as const) {
    assert.ok(Math.abs(b.evaluation[model].loss - a.evaluation[model].loss) < 1e-5);
    for (const score of ['rouge1', 'rouge2', 'rougeL', 'rougeLsum', 'cut', 'answer_words'] as const) {
      assert.deepEqual(b.evaluation[model][score], a.evaluation[model][score]);
    }
  }
}

describe('a run on accelerate comes to what the builtin engine comes to', { skip: NO_PYTHON }, () => {
  it('with LoRA, in one process and in two', { timeout: TIMEOUT }, async () => {
    const config = shortConfig(folder, 'lora');
    const builtin = await trained(config, 'builtin');
    assertSame(builtin, await trained(config, 'accelerate'));
    assertSame(builtin, await trained(config, 'accelerate', 2));
  });

  it('with weights spread over two processes by FSDP, all of them and an adapter', { timeout: TIMEOUT }, async () => {
    const spreading = machineFolder(folder, { sharding: 'fsdp' });
    const values = { eval_steps: 20, early_stopping_patience: 50, gradient_checkpointing: true };
    for (const config of [
      shortConfig(spreading, 'spread-lora', { ...values, use_dora: true }),
      shortConfig(spreading, 'spread-full', { ...values, training_type: 'full', learning_rate: 1e-4 }),
    ]) {
      const builtin = await trained(config, 'builtin');
      const spread = await trained(config, 'accelerate', 2);
      assert.match(spread.device, /weights spread over 2 processes/);
      assertSame(builtin, spread);
    }
  });

  it(
    'with weights spread over two processes by DeepSpeed, in both its stages',
    { timeout: TIMEOUT },
    async (context) => {
      if (spawnSync(process.env['SFT_PYTHON']!, ['-c', 'import deepspeed']).status !== 0) {
        context.skip('deepspeed is not installed');
        return;
      }
      const values = {
        eval_steps: 20,
        early_stopping_patience: 50,
        gradient_checkpointing: true,
        loraplus_lr_ratio: 2,
      };
      const [second, third] = ['zero2', 'zero3'].map((sharding) => machineFolder(folder, { sharding }));
      const lora = shortConfig(second!, 'zero-lora', values);
      const full = shortConfig(third!, 'zero-full', { training_type: 'full', learning_rate: 1e-4 });
      for (const [config, stage] of [
        [lora, /by DeepSpeed ZeRO-2 over 2 processes/],
        [full, /by DeepSpeed ZeRO-3 over 2 processes/],
      ] as const) {
        const builtin = await trained(config, 'builtin');
        const spread = await trained(config, 'accelerate', 2);
        assert.match(spread.device, stage);
        assertSame(builtin, spread);
      }
    },
  );

  it('as a job on two machines that find each other, which are both this one here', { timeout: TIMEOUT }, async () => {
    const config = shortConfig(folder, 'nodes', { engine: 'accelerate' });
    const builtin = await trained(config, 'builtin');
    process.env['SFT_PROCESSES'] = '1';
    const out = path.join(folder, 'job');
    const written = sft(['export', config, '--to', 'torchrun', '--nodes', '2', '--out', out, '--json']);
    assert.equal(written.code, 0, written.err);
    process.env['GLOO_SOCKET_IFNAME'] = 'lo';
    const address = `127.0.0.1:${await freePort()}`;
    const ends = await Promise.all(
      ['1', '0'].map(async (node) => {
        const child = spawn('sh', [path.join(out, 'start.sh'), node, address], { stdio: ['ignore', 'ignore', 'pipe'] });
        let said = '';
        child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
        const [code] = (await once(child, 'close')) as [number | null];
        return code === 0 ? 'fine' : `machine ${node} ended with ${code}: ${said}`;
      }),
    );
    assert.deepEqual(ends, ['fine', 'fine']);
    assertSame(builtin, await outcomeOf((JSON.parse(written.out) as { run: string }).run));
  });

  it('with DoRA, rsLoRA, LoRA+ and a warm-up', { timeout: TIMEOUT }, async () => {
    const values = {
      use_dora: true,
      use_rslora: true,
      lora_r: 4,
      lora_alpha: 4,
      loraplus_lr_ratio: 4,
      learning_rate: 2e-4,
    };
    const config = shortConfig(folder, 'dora', {
      ...values,
      lr_scheduler_type: 'cosine',
      gradient_checkpointing: true,
    });
    assertSame(await trained(config, 'builtin'), await trained(config, 'accelerate'));
  });

  it('with a trained prompt, and beside an adapter single tokens or whole tables', { timeout: TIMEOUT }, async () => {
    for (const config of [
      shortConfig(folder, 'prompt', {
        training_type: 'prompt_tuning',
        num_virtual_tokens: 6,
        learning_rate: 1e-2,
        max_seq_length: 512,
      }),
      shortConfig(folder, 'tokens', { trainable_tokens: ['<|start_header_id|>'] }),
      shortConfig(folder, 'tables', { modules_to_save: ['embed_tokens', 'lm_head'], learning_rate: 1e-4 }),
    ]) {
      assertSame(await trained(config, 'builtin'), await trained(config, 'accelerate'));
    }
  });

  it('with noise on the input, drawn as here, in one process and in two', { timeout: TIMEOUT }, async () => {
    const config = shortConfig(folder, 'noise', { neftune_noise_alpha: 5, trainable_tokens: ['<|start_header_id|>'] });
    const builtin = await trained(config, 'builtin');
    assertSame(builtin, await trained(config, 'accelerate', 2));
    const prompt = shortConfig(folder, 'noise-prompt', {
      training_type: 'prompt_tuning',
      num_virtual_tokens: 6,
      neftune_noise_alpha: 5,
      max_seq_length: 512,
    });
    assertSame(await trained(prompt, 'builtin'), await trained(prompt, 'accelerate'));
  });

  it('with what PiSSA takes out of the weights, which stays as it is', { timeout: TIMEOUT }, async () => {
    const values = { init_lora_weights: 'pissa', learning_rate: 2e-4, use_rslora: true, rank_pattern: { q_proj: 4 } };
    const config = shortConfig(folder, 'pissa', { ...values, lora_r: 8, modules_to_save: ['lm_head'] });
    const builtin = await trained(config, 'builtin');
    assertSame(builtin, await trained(config, 'accelerate'));
    const spread = shortConfig(machineFolder(folder, { sharding: 'fsdp' }), 'pissa-spread', values);
    assertSame(await trained(spread, 'builtin'), await trained(spread, 'accelerate', 2));
  });

  it('where all weights are trained', { timeout: TIMEOUT }, async () => {
    const config = shortConfig(folder, 'full', { training_type: 'full', learning_rate: 1e-4 });
    const builtin = await trained(config, 'builtin');
    assertSame(builtin, await trained(config, 'accelerate'));
    assertSame(builtin, await trained(config, 'accelerate', 2));
  });

  it(
    'where the last window of an epoch is smaller and the result is the best so far',
    { timeout: TIMEOUT },
    async () => {
      const values = {
        per_device_batch_size: 3,
        gradient_accumulation_steps: 1,
        max_steps: null,
        num_train_epochs: 5.4,
      };
      const config = shortConfig(folder, 'best', { ...values, early_stopping_patience: 50, eval_steps: 10 });
      const builtin = await trained(config, 'builtin');
      assertSame(builtin, await trained(config, 'accelerate', 2));
    },
  );

  it('within what bitsandbytes rounds, with the base model in 4 bits', { timeout: TIMEOUT }, async (context) => {
    const has = spawnSync(process.env['SFT_PYTHON']!, ['-c', 'import bitsandbytes']).status === 0;
    if (!has) {
      context.skip('bitsandbytes is not installed');
      return;
    }
    const config = shortConfig(folder, 'in4bit', { load_in_4bit: true });
    const builtin = await trained(config, 'builtin');
    assertClose(builtin, await trained(config, 'accelerate'), 1e-3);
    assertClose(builtin, await trained(config, 'accelerate', 2), 1e-3);
    const spread = { load_in_4bit: true, gradient_checkpointing: true };
    const spreading = shortConfig(machineFolder(folder, { sharding: 'fsdp' }), 'in4bit-spread', spread);
    assertClose(builtin, await trained(spreading, 'accelerate', 2), 1e-3);
  });
});
