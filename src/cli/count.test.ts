import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { recordedTerminal } from '../../test/recorded-terminal';
import { SftError } from '../base/errors';
import { countVerb } from './count';
import type { OptionValues } from './verb';

const MODEL = 'test/reference/text/tokenizers/llama-3';

let folder: string;
before(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'sft-count-'));
});
after(() => rm(folder, { recursive: true }));

interface Counted {
  readonly model: string;
  readonly max_seq_length: number;
  readonly examples: readonly { index: number; line: number; tokens: number; trained: number; truncated: number }[];
  readonly total: number;
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

async function count(
  data: string,
  options: OptionValues,
  json = false,
): Promise<{ code: number; out: string; log: string; file: string }> {
  const file = path.join(folder, 'data.jsonl');
  await writeFile(file, data);
  const { terminal, out, log } = recordedTerminal();
  const positionals = options['config'] === undefined ? [file] : [];
  const given = options['config'] === undefined ? { model: MODEL, ...options } : options;
  const code = await countVerb.run({ positionals, options: given, json, terminal });
  return { code, out: out.join('\n'), log: log.join('\n'), file };
}

const line = (question: string, answer: string): string => `${JSON.stringify({ question, answer })}\n`;
const data =
  line('How do I renew my passport?', 'Book an appointment.') +
  line('What is the fee?', 'The fee is ₦35,000 and the answer is long: '.repeat(8)) +
  line('Where is the office? '.repeat(20), 'Abuja.');

describe('sft count', () => {
  it('prints the fields of the contract as one JSON document', async () => {
    const { code, out } = await count(data, {}, true);
    const counted = JSON.parse(out) as Counted;
    assert.equal(code, 0);
    assert.deepEqual(Object.keys(counted), ['model', 'max_seq_length', 'examples', 'total', 'p50', 'p95', 'max']);
    assert.deepEqual(Object.keys(counted.examples[0]!), [
      'index',
      'line',
      'tokens',
      'trained',
      'truncated',
      'answers',
      'trained_answers',
    ]);
    assert.equal(counted.max_seq_length, 1024);
    assert.deepEqual(
      counted.examples.map((example) => example.line),
      [1, 2, 3],
    );
    const tokens = counted.examples.map((example) => example.tokens);
    const sorted = [...tokens].sort((a, b) => a - b);
    assert.equal(counted.total, tokens[0]! + tokens[1]! + tokens[2]!);
    assert.deepEqual([counted.p50, counted.p95, counted.max], [sorted[1], sorted[2], sorted[2]]);
  });

  it('takes file, model, limit and system prompt from a configuration, unless they are given', async () => {
    const config = path.join(folder, 'sft.config.json');
    const model = path.resolve(MODEL);
    const written = { model_name: model, dataset: 'data.jsonl', max_seq_length: 900, system_prompt: 'Be brief.' };
    await writeFile(config, JSON.stringify(written));
    const counted = async (options: OptionValues): Promise<Counted> =>
      JSON.parse((await count(data, options, true)).out) as Counted;
    const options = { 'max-seq-length': '900', 'system-prompt': 'Be brief.' };
    assert.deepEqual(await counted({ config }), { ...(await counted(options)), model });
    assert.notEqual((await counted({ config })).total, (await counted({})).total);
    assert.equal((await counted({ config, 'max-seq-length': '800' })).max_seq_length, 800);
    const longer = await counted({ config, 'system-prompt': 'Be brief, and kind.' });
    assert.ok(longer.total > (await counted({ config })).total);
    await writeFile(config, JSON.stringify({ ...written, max_seq_length: 'long' }));
    await assert.rejects(count(data, { config }), /max_seq_length must be/);
  });

  it('counts tokens before truncation and trained tokens after it, and exits 1 where an answer is lost', async () => {
    const whole = JSON.parse((await count(data, {}, true)).out) as Counted;
    const { code, out, log } = await count(data, { 'max-seq-length': '100' }, true);
    const { examples } = JSON.parse(out) as Counted;
    assert.equal(code, 1);
    assert.match(log, /1 answer lost entirely/);
    for (const [index, example] of examples.entries()) {
      assert.equal(example.tokens, whole.examples[index]!.tokens);
      assert.equal(example.truncated, Math.max(0, example.tokens - 100));
    }
    assert.equal(examples[0]!.trained, whole.examples[0]!.trained);
    assert.ok(examples[1]!.trained > 0 && examples[1]!.trained < whole.examples[1]!.trained);
    assert.equal(examples[2]!.trained, 0);
  });

  it('names the place of what is cut, lost answers first', async () => {
    const { out, file } = await count(data, { 'max-seq-length': '100' });
    const places = out.split('\n').filter((each) => each.startsWith(file));
    assert.equal(places.length, 2);
    assert.match(places[0]!, /data\.jsonl:3 \d+ tokens, \d+ cut off: the answer is lost entirely/);
    assert.match(places[1]!, /data\.jsonl:2 \d+ tokens, \d+ cut off: \d+ tokens of the answer left/);
    assert.match(out, /truncated +2 {2}examples/);
  });

  it('says which default template is used', async () => {
    assert.match((await count(data, {})).log, /no chat template: Llama 3 is used/);
  });

  it('refuses data with errors, and shows them', async () => {
    await assert.rejects(
      count(`${data}{"question": "Who?"}\n`, {}),
      (error) => error instanceof SftError && error.code === 'dataset-has-errors' && error.exitCode === 1,
    );
  });

  it('refuses a limit that is no number and a model that is missing', async () => {
    await assert.rejects(
      count(data, { 'max-seq-length': 'long' }),
      (error) => error instanceof SftError && error.exitCode === 2,
    );
    await assert.rejects(
      count(data, { model: path.join(folder, 'none') }),
      (error) => error instanceof SftError && error.code === 'model-folder-missing' && error.exitCode === 2,
    );
  });
});
