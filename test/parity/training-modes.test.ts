import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { atLeastOne } from '../at-least-one';
import { createCpuDevice } from '../../src/compute/cpu/cpu-device';
import { createRandom } from '../../src/base/random';
import { packBatch, type TokenSequence } from '../../src/model/batch';
import { LlamaModel } from '../../src/model/llama';
import { readLlamaConfig, type LlamaConfig } from '../../src/model/llama-config';
import { LoraAdapter } from '../../src/tuning/lora/lora-adapter';
import { trainPass } from '../../src/model/loss-pass';
import type { ModuleName } from '../../src/model/modules';
import { BaseWeights } from '../../src/model/weights';
import { loadFixture, sequenceOf } from './fixture';

const device = createCpuDevice({ threads: 2 });

/** A model of a fixture, and examples of it. */
interface Subject {
  readonly config: LlamaConfig;
  readonly weights: BaseWeights;
  readonly sequences: readonly TokenSequence[];
}

function subjectOf(name: string): Subject {
  const fixture = loadFixture(name);
  const config = readLlamaConfig(fixture.model);
  const weights = new BaseWeights(device, fixture.model, config);
  return { config, weights, sequences: fixture.expected.examples.slice(3, 8).map(sequenceOf) };
}

interface Options {
  readonly targets?: readonly ModuleName[];
  readonly dropout?: number;
  readonly dora?: boolean;
  readonly pass?: number;
  readonly checkpointing?: boolean;
}

/** A model with an adapter whose A and B are both random, the same for the same name whatever the other targets are. */
async function tuned(
  { config, weights }: Subject,
  { targets = config.modules, dropout = 0, dora = false }: Options,
): Promise<{ model: LlamaModel; adapter: LoraAdapter }> {
  const all = new LoraAdapter({ device, config, weights }, loraConfig(config.modules, dropout, dora));
  const random = createRandom(5);
  for (const { value } of all.parameters.all()) {
    device.write(
      value,
      Float32Array.from({ length: value.length }, () => (random.nextFloat() - 0.5) / 4),
    );
  }
  const adapter = new LoraAdapter({ device, config, weights }, loraConfig(targets, dropout, dora));
  const r = device.begin();
  for (const { name, value } of adapter.parameters.all()) r.copy(value, all.parameters.get(name).value);
  // Norms are constants in backward: they stay as they are here while values move.
  adapter.refresh(r);
  device.submit(r);
  await device.sync();
  return { model: new LlamaModel(device, config, weights, adapter), adapter };
}

function loraConfig(targets: readonly ModuleName[], dropout: number, dora: boolean): LoraAdapter['config'] {
  const scaling = { lora_alpha: 8, use_rslora: false, use_dora: dora };
  return { r: 4, ...scaling, lora_dropout: dropout, target_modules: targets };
}

/** Summed NLL and the gradients by name. */
async function gradients(
  { model, adapter }: Awaited<ReturnType<typeof tuned>>,
  { pass = 0, checkpointing = false }: Options,
  groups: readonly (readonly TokenSequence[])[],
): Promise<{ nll: number; byName: Map<string, Float32Array> }> {
  const mark = model.indices.mark();
  const r = device.begin();
  r.fill(adapter.parameters.gradients, 0);
  const sums = groups.map((group) => {
    const pairs = device.alloc('f32', 2 * group.length);
    const options = { gradScale: 1 / 50, dropout: { seed: 3, pass }, gradientCheckpointing: checkpointing };
    trainPass(r, model, packBatch(device, model.indices, group), pairs, options);
    return pairs;
  });
  device.submit(r);
  let nll = 0;
  for (const pairs of sums) {
    for (const value of await device.readFloats(pairs)) nll += value;
    device.free(pairs);
  }
  model.indices.release(mark);
  const byName = new Map<string, Float32Array>();
  for (const { name, gradient } of adapter.parameters.all()) byName.set(name, await device.readFloats(gradient));
  return { nll, byName };
}

function largest(values: Float32Array): number {
  return values.reduce((max, x) => Math.max(max, Math.abs(x)), 0);
}

const SUBSETS: Readonly<Record<string, readonly (readonly ModuleName[])[]>> = {
  qwen3: [['down_proj'], ['up_proj'], ['gate_proj', 'down_proj'], ['o_proj'], ['k_proj'], ['q_proj', 'v_proj']],
  phi3: [['gate_up_proj'], ['qkv_proj']],
};

for (const [name, subsets] of Object.entries(SUBSETS)) {
  const subject = subjectOf(name);
  const { sequences } = subject;
  describe(`training modes, ${name}`, () => {
    for (const dora of [false, true]) {
      it(`gradient checkpointing gives the same bits, dropout included, ${dora ? 'DoRA' : 'LoRA'}`, async () => {
        const model = await tuned(subject, { dropout: 0.2, dora });
        const plain = await gradients(model, {}, [sequences]);
        const again = await gradients(model, { checkpointing: true }, [sequences]);
        assert.equal(again.nll, plain.nll);
        assert.deepEqual(again.byName, plain.byName);
      });
    }

    for (const dropout of [0, 0.3]) {
      it(`DoRA: gradients agree with finite differences, dropout ${dropout}`, async () => {
        await agreeWithDifferences(subject, { dora: true, dropout, pass: 17 });
      });
    }

    it('a window cut into passes gives the same gradients as one pass', async () => {
      const model = await tuned(subject, {});
      const whole = await gradients(model, {}, [sequences]);
      const cut = await gradients(model, {}, [sequences.slice(0, 1), sequences.slice(1, 3), sequences.slice(3)]);
      assert.ok(Math.abs(cut.nll - whole.nll) < 1e-5 * whole.nll);
      assert.deepEqual([...cut.byName.keys()], [...whole.byName.keys()]);
      for (const [parameter, values] of atLeastOne(whole.byName)) {
        const scale = largest(values);
        assert.ok(scale > 0, parameter);
        cut.byName.get(parameter)!.forEach((value, i) => {
          assert.ok(Math.abs(value - values[i]!) <= 1e-5 * scale, `${parameter}[${i}]`);
        });
      }
    });

    for (const targets of subsets) {
      it(`adapters on ${targets.join(' and ')} alone: gradients agree with finite differences`, async () => {
        await agreeWithDifferences(subject, { targets });
      });
    }

    it('dropout: gradients agree with finite differences under the same mask', async () => {
      await agreeWithDifferences(subject, { dropout: 0.3, pass: 17 });
    });

    it('dropout draws another mask in another pass', async () => {
      const model = await tuned(subject, { dropout: 0.3 });
      const first = await gradients(model, { pass: 1 }, [sequences]);
      const second = await gradients(model, { pass: 2 }, [sequences]);
      assert.notEqual(first.nll, second.nll);
      assert.equal((await gradients(model, { pass: 1 }, [sequences])).nll, first.nll);
    });
  });
}

/**
 * Along a random direction of each parameter, (L(p + h d) - L(p - h d)) / 2h against the gradient's component. A direction sums over the
 * whole tensor, so that the difference stands out of fp32's rounding.
 */
async function agreeWithDifferences(subject: Subject, options: Options): Promise<void> {
  const model = await tuned(subject, options);
  const groups = [subject.sequences];
  const { byName } = await gradients(model, options, groups);
  const random = createRandom(9);
  for (const { name, value } of atLeastOne(model.adapter.parameters.all())) {
    const start = await device.readFloats(value);
    const analytic = byName.get(name)!;
    const norm = Math.sqrt(analytic.reduce((sum, g) => sum + g * g, 0));
    // The gradient's own direction with noise on it: the component is large, and every element counts.
    const direction = analytic.map((g) => g / norm + (random.nextFloat() - 0.5) / Math.sqrt(analytic.length));
    const h = 2e-3;
    const at = async (sign: number): Promise<number> => {
      device.write(
        value,
        start.map((x, i) => x + sign * h * direction[i]!),
      );
      return (await gradients(model, options, groups)).nll / 50;
    };
    const numeric = ((await at(1)) - (await at(-1))) / (2 * h);
    device.write(value, start);
    const expected = analytic.reduce((sum, g, i) => sum + g * direction[i]!, 0);
    const error = Math.abs(numeric - expected);
    assert.ok(error <= 0.01 * Math.abs(expected) + 2e-4, `${name}: ${expected} analytic, ${numeric} numeric`);
  }
}
