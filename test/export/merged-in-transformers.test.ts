import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, it } from 'node:test';
import { locateTensors } from '../../src/base/tensor-folder';
import { createCpuDevice } from '../../src/compute/cpu/cpu-device';
import { parseConfig } from '../../src/config/parse-config';
import { writeMerged } from '../../src/export/merged/merged-exporter';
import { LlamaModel } from '../../src/model/llama';
import { readLlamaConfig } from '../../src/model/llama-config';
import { scoreExamples } from '../../src/model/score';
import { weightOptions } from '../../src/model/weight-options';
import { BaseWeights } from '../../src/model/weights';
import { loadChatTokenizer, type ChatTokenizer } from '../../src/text/chat-tokenizer';
import { loadAdapter } from '../../src/tuning/registry';
import { leastExact, TOLERANCES, type WeightType } from '../../src/verify/tolerances';
import { atLeastOne } from '../at-least-one';
import { temporaryFolder } from '../cli/sft';
import { fixtureNames, loadFixture, sequenceOf } from '../parity/fixture';
import { answerOfPython } from '../run-python';

const PYTHON = process.env['SFT_PYTHON'];
const METHODS = 'test/reference/methods';
const root = temporaryFolder();
const device = createCpuDevice({ threads: 1 });

/** An adapter that PEFT trained on a model of test/reference/models. */
interface Tuned {
  readonly fixture: string;
  readonly adapter: string;
  /** Keys of the configuration it was trained with. */
  readonly keys: Readonly<Record<string, unknown>>;
}

const TUNED: ReadonlyMap<string, Tuned> = new Map([
  ...fixtureNames().map((fixture) => [fixture, { fixture, adapter: loadFixture(fixture).adapter, keys: {} }] as const),
  ...readdirSync(METHODS)
    // There is nothing to merge in rows before the input.
    .filter((name) => !name.startsWith('prompt_tuning'))
    .map((name) => {
      const json = readFileSync(path.join(METHODS, name, 'expected.json'), 'utf8');
      const { model: fixture, keys } = JSON.parse(json) as { model: string; keys: Tuned['keys'] };
      return [name, { fixture, adapter: path.join(METHODS, name, 'adapter_end'), keys }] as const;
    }),
]);

const TYPES: Readonly<Record<string, WeightType>> = { F32: 'f32', F16: 'f16', BF16: 'bf16' };

/** Writes the merged model. @returns the NLL of base model and adapter of each example */
async function merge({ fixture, adapter, keys }: Tuned, chat: ChatTokenizer, out: string): Promise<readonly number[]> {
  const { model: modelDir, expected } = loadFixture(fixture);
  const config = readLlamaConfig(modelDir);
  const said = JSON.stringify({ model_name: modelDir, dataset: 'd', ...keys });
  const base = new BaseWeights(device, modelDir, config, weightOptions(parseConfig(said, path.resolve('-'))));
  const tuning = loadAdapter({ device, config, weights: base }, adapter);
  const model = new LlamaModel(device, config, base, tuning);
  const { perExample } = await scoreExamples(model, expected.examples.map(sequenceOf));
  const card = { title: '', baseModel: '', onHub: false, dataset: '', datasetHash: '', weights: 'tuned' };
  const source = { device, config, modelDir, base, weights: base, tuning, chat };
  const facts = { ...card, settings: [], scores: [], scored: 0, retention: undefined };
  mkdirSync(out);
  const asked = { systemPrompt: null, maxSeqLength: 64 };
  await writeMerged({ ...source, card: facts, asked }, out, () => undefined);
  model.free();
  tuning.free();
  base.close();
  return perExample.map(({ nll }) => nll);
}

describe(
  'merged models in transformers',
  { skip: PYTHON === undefined && 'SFT_PYTHON names no Python with transformers' },
  () => {
    const ours = new Map<string, readonly number[]>();
    const theirs = new Map<string, readonly number[]>();

    before(async () => {
      const chat = await loadChatTokenizer('examples/tiny-llama');
      const pairs: string[] = [];
      for (const [name, tuned] of TUNED) {
        const out = path.join(root, name);
        ours.set(name, await merge(tuned, chat, out));
        pairs.push(loadFixture(tuned.fixture).model, out);
      }
      // One process for all: it starts for longer than it computes.
      const script = path.resolve('test/reference/check_merged.py');
      const printed = JSON.parse(answerOfPython(PYTHON!, [script, ...pairs])) as number[][];
      for (const [at, nll] of printed.entries()) theirs.set([...TUNED.keys()][at]!, nll);
    });

    for (const [name, { fixture }] of TUNED) {
      it(`${name}: the NLL of base model and adapter here`, () => {
        const types = [...locateTensors(path.join(root, name)).values()].map(({ dtype }) => TYPES[dtype]!);
        const tolerance = TOLERANCES[leastExact(types)].nll;
        const { trained } = loadFixture(fixture).expected;
        assert.equal(theirs.get(name)!.length, trained.length);
        for (const [i, nll] of atLeastOne(theirs.get(name)!.entries())) {
          const tokens = Math.max(1, trained[i]!);
          const [loss, expected] = [nll / tokens, ours.get(name)![i]! / tokens];
          assert.ok(
            Math.abs(loss - expected) <= tolerance * Math.max(1, expected),
            `example ${i}: ${loss}, ${expected} here`,
          );
        }
      });
    }
  },
);
