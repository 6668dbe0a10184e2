import assert from 'node:assert/strict';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { loadConfig } from '../../src/config/parse-config';
import { preflight } from '../../src/runs/preflight/preflight';
import { TokenCounts } from '../../src/analysis/token-counts';
import { readDataset } from '../../src/dataset/read';
import type { Prediction } from '../../src/runs/folder/evaluation-schema';
import { loadChatTokenizer } from '../../src/text/chat-tokenizer';
import { TOOL_TEMPLATE } from '../tool-template';
import { follow, MODEL, sft, smallConfig, temporaryFolder } from './sft';

const TOOLS = [{ type: 'function', function: { name: 'fee', parameters: { type: 'object', properties: {} } } }];

/** Every other one ends with its call. */
function conversation(at: number): object {
  const call = { id: 'c1', type: 'function', function: { name: 'fee', arguments: { item: `paper ${at}` } } };
  const asked = [
    { role: 'user', content: `What is the fee of paper ${at}?` },
    { role: 'assistant', content: null, tool_calls: [call] },
  ];
  const answered = [
    { role: 'tool', tool_call_id: 'c1', content: `${at}00` },
    { role: 'assistant', content: `It is ${at}00.` },
  ];
  return { messages: at % 2 === 0 ? asked : [...asked, ...answered], tools: TOOLS };
}

/** The example model and thirty conversations; with a template that knows tools, or with its own, which does not. */
function toolData(knows: boolean): {
  readonly config: string;
  readonly data: string;
  readonly model: string;
  readonly folder: string;
} {
  const folder = temporaryFolder();
  const model = path.join(folder, 'model');
  cpSync(MODEL, model, { recursive: true });
  if (knows) writeFileSync(path.join(model, 'chat_template.jinja'), TOOL_TEMPLATE);
  const data = path.join(folder, 'calls.jsonl');
  writeFileSync(data, Array.from({ length: 30 }, (_, at) => `${JSON.stringify(conversation(at))}\n`).join(''));
  const config = smallConfig(folder, {
    model_name: model,
    dataset: 'calls.jsonl',
    max_steps: 2,
    warmup_steps: 0,
    eval_steps: 1,
    save_steps: null,
  });
  return { config, data, model, folder };
}

describe('conversations that call tools', () => {
  it('are counted, checked, trained and evaluated through a template that knows them', async () => {
    const { config, data, folder } = toolData(true);
    const counted = sft(['count', '--config', config, '--json']);
    assert.equal(counted.code, 0, counted.err);
    const { examples } = JSON.parse(counted.out) as { examples: { trained_answers: number; problem?: unknown }[] };
    assert.deepEqual(
      examples.map(({ trained_answers: trained, problem }) => [trained, problem]),
      Array.from({ length: 30 }, (_, at) => [at % 2 === 0 ? 1 : 2, undefined]),
    );
    const { checks } = await preflight(await loadConfig(config, []));
    assert.match(
      checks.find(({ id }) => id === 'template')!.message,
      /prompted as it is trained; every answer is trained/,
    );
    const run = path.join(folder, 'runs', 'one');
    const { code, err, lines } = await follow(['train', config, '--run', run], () => undefined);
    assert.equal(code, 0, err);
    assert.ok(!lines.some(({ code: warning }) => warning === 'tools-left-out'));
    const predictions = readFileSync(path.join(run, 'predictions.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Prediction);
    assert.ok(predictions.length > 0);
    for (const { line, reference } of predictions) {
      const at = line - 1;
      const call = `<call>{"name": "fee", "arguments": {"item": "paper ${at}"}}</call>`;
      assert.equal(reference, at % 2 === 0 ? call : `It is ${at}00.`);
    }
    assert.match(
      sft(['export', run, '--to', 'trl', '--out', path.join(folder, 'recipe')]).err,
      /recipes do not support conversations with tools/,
    );
    assert.equal(sft(['validate', data]).code, 0);
  });

  it('are counted and shown in the editor as they are in the command line', async () => {
    const { config, data, model } = toolData(true);
    const { examples } = JSON.parse(sft(['count', '--config', config, '--json']).out) as {
      examples: { tokens: number; trained: number }[];
    };
    const read = await readDataset(data);
    const counts = new TokenCounts(await loadChatTokenizer(model), 'model', undefined);
    for (const [at, example] of read.examples.entries()) {
      const { tokens, trained } = counts.lengthOf(example, 1024);
      assert.deepEqual({ tokens, trained }, { tokens: examples[at]!.tokens, trained: examples[at]!.trained });
      const shown = counts.sequenceOf(example, 1024)!;
      const learnt = shown.tokens.flatMap(({ text, trained: isTrained }) => (isTrained ? [text] : [])).join('');
      const call = `<call>{"name": "fee", "arguments": {"item": "paper ${at}"}}</call><|eot_id|>`;
      assert.equal(learnt, at % 2 === 0 ? call : `${call}It is ${at}00.<|eot_id|>`);
    }
  });

  it('are refused once, with the reason, by a template that does not know them', async () => {
    const { config } = toolData(false);
    const counted = sft(['count', '--config', config]);
    assert.equal(counted.code, 1);
    assert.equal(counted.err.match(/does not write calls of tools/g)?.length, 1, counted.err);
    const check = (await preflight(await loadConfig(config, []))).checks.find(({ id }) => id === 'template')!;
    assert.equal(check.status, 'error');
    assert.match(
      check.message,
      /calls\.jsonl:1 .*does not write calls of tools.*30 examples.*use a model whose chat template does/,
    );
    const trained = sft(['train', config]);
    assert.equal(trained.code, 1, trained.err);
    assert.match(trained.err, /calls\.jsonl:1 .*does not write calls of tools.*and 29 more, on lines 2, 3/);
  });
});
