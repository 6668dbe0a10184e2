import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, it } from 'node:test';
import { follow, sft, smallConfig, temporaryFolder, type Line } from './sft';

const folder = temporaryFolder();
const QUICK = {
  max_steps: 1,
  warmup_steps: 0,
  save_steps: null,
  eval_steps: null,
  eval_examples: 1,
  loss_examples: 0,
  max_new_tokens: 2,
  retention: false,
};

const preflight = (file: string): string => sft(['preflight', file, '--no-time']).out;

async function train(name: string, values: Readonly<Record<string, unknown>>): Promise<string> {
  const config = smallConfig(folder, { ...QUICK, ...values });
  const { code, lines, err } = await follow(['train', config, '--run', path.join(folder, name)], () => undefined);
  assert.equal(code, 0, err);
  const said = lines.filter(({ type }) => type === 'warning').map((line: Line) => String(line['message']));
  return [...said, err].join('\n');
}

/** The line and column of a key in a configuration, as errors name it. */
function placeOf(file: string, key: string): string {
  const lines = readFileSync(file, 'utf8').split('\n');
  const line = lines.findIndex((text) => text.includes(`"${key}":`));
  return `sft.config.json:${line + 1}:${lines[line]!.indexOf(`"${key}":`) + 1}`;
}

describe('what the model refuses', () => {
  for (const [key, values] of [
    ['max_seq_length', { max_seq_length: 4096 }],
    [
      'max_seq_length',
      { training_type: 'prompt_tuning', num_virtual_tokens: 600, max_seq_length: 600, lora_dropout: undefined },
    ],
    ['target_modules', { target_modules: 'nothing_.*' }],
  ] as const) {
    it(`is refused at the key's place, before there is a run: ${JSON.stringify(values)}`, () => {
      const own = temporaryFolder();
      const file = smallConfig(own, { ...QUICK, ...values });
      const place = placeOf(file, key);
      assert.ok(preflight(file).includes(place), `${place} in ${preflight(file)}`);
      const { code, err } = sft(['train', file]);
      assert.equal(code, 2);
      assert.ok(err.includes(place), `${place} in ${err}`);
      assert.equal(existsSync(path.join(own, 'runs')), false);
    });
  }
});

describe('general questions of the person', () => {
  it('of which none is left to mix in are refused before there is a run', () => {
    const own = temporaryFolder();
    const general = path.join(own, 'general.json');
    writeFileSync(general, JSON.stringify([{ question: 'How many legs has a spider?', answer: 'Eight.' }]));
    const file = smallConfig(own, { ...QUICK, retention_dataset: general, retention_mix: 0.2 });
    const { err } = sft(['train', file]);
    assert.match(err, /general\.json there are no general questions to mix into training - add some/);
    assert.equal(existsSync(path.join(own, 'runs')), false);
  });
});

describe('sample prompts', () => {
  it('that leave no room for an answer, or too little, are told of', async () => {
    const long = 'Where do I register? '.repeat(300);
    const prompts = ['Where do I vote?', long];
    const file = smallConfig(folder, { ...QUICK, sample_prompts: prompts });
    assert.match(
      preflight(file),
      /Samples +sample_prompts: number 2 has [\d,]+ tokens.*supports 1024: it gets no answer/,
    );
    assert.match(await train('samples', { sample_prompts: prompts }), /number 2 has .* it gets no answer - shorten it/);
    const most = { sample_prompts: ['Where do I vote?'], max_new_tokens: 1020 };
    assert.match(
      preflight(smallConfig(folder, { ...QUICK, ...most })),
      /its answers stop after \d+ of max_new_tokens 1020/,
    );
    const fine = smallConfig(folder, { ...QUICK, sample_prompts: ['Where do I vote?'] });
    assert.doesNotMatch(preflight(fine), /sample_prompts/);
  });
});

describe('the values of an adapter that a run goes on from', () => {
  const adapter = path.join(folder, 'first', 'adapter');
  const own = { lora_r: 4, lora_alpha: 8, target_modules: ['q_proj', 'v_proj'] };
  before(async () => {
    await train('first', own);
  });

  it('are told of where they are others than those of the configuration', async () => {
    const values = { adapter, lora_r: 16, lora_alpha: 8, target_modules: ['q_proj', 'k_proj'] };
    const told =
      /own settings: lora_r 4 instead of 16, target_modules \["q_proj","v_proj"\] instead of \["q_proj","k_proj"\]/;
    const file = smallConfig(folder, { ...QUICK, ...values });
    const report = preflight(file);
    assert.match(report, told);
    assert.match(report, /- Set lora_r to 4 and set target_modules to \["q_proj","v_proj"\]/);
    assert.match(await train('second', values), told);
  });

  it('are not told of where they are the same', async () => {
    const values = { ...own, target_modules: ['v_proj', 'q_proj'], adapter };
    assert.doesNotMatch(preflight(smallConfig(folder, { ...QUICK, ...values })), /keeps its own settings/);
    assert.doesNotMatch(await train('third', values), /keeps its own settings/);
  });
});
