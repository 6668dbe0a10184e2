import assert from 'node:assert/strict';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { analyseOnce } from '../../src/analysis/analyse-once';
import { TokenCounts } from '../../src/analysis/token-counts';
import { loadChatTokenizer } from '../../src/text/chat-tokenizer';
import { follow, MODEL, sft, smallConfig, temporaryFolder } from './sft';

const turns = (role: string, generation: string): string =>
  `{{- bos_token }}{%- for turn in messages %}{{- ${role} + turn.content + '<|eot_id|>' }}{%- endfor %}{%- if add_generation_prompt %}{{- '${generation}' }}{% endif %}`;
const HEADER = "'<|start_header_id|>' + turn.role + '<|end_header_id|>\\n\\n'";
/** Its prompts end with words that no conversation has. */
const OTHERWISE = turns(HEADER, '<|start_header_id|>assistant<|end_header_id|>\\n\\nLook:\\n');
/** The blank at the end of its prompts is one token with the word behind it. */
const JOINING = turns("turn.role + ' '", 'assistant ');

interface Set {
  readonly config: string;
  readonly data: string;
  readonly model: string;
  readonly folder: string;
}

/** A dozen examples and the example model with another template. */
function dataWith(template: string, answer: string, values: Readonly<Record<string, unknown>> = {}): Set {
  const folder = temporaryFolder();
  const model = path.join(folder, 'model');
  cpSync(MODEL, model, { recursive: true });
  writeFileSync(path.join(model, 'chat_template.jinja'), template);
  const data = path.join(folder, 'data.jsonl');
  const examples = Array.from({ length: 12 }, (_, at) => ({ question: `What is ${at}?`, answer: `${answer} ${at}.` }));
  writeFileSync(data, examples.map((example) => `${JSON.stringify(example)}\n`).join(''));
  const quick = {
    max_steps: 1,
    warmup_steps: 0,
    save_steps: null,
    eval_steps: null,
    retention: false,
    eval_examples: 1,
  };
  const config = smallConfig(folder, {
    model_name: model,
    dataset: data,
    ...quick,
    loss_examples: 0,
    max_new_tokens: 1,
    ...values,
  });
  return { config, data, model, folder };
}

const preflightOf = ({ config }: Set): string => sft(['preflight', config, '--no-time']).out;
const countOf = ({ config }: Set): string => sft(['count', '--config', config]).err;

async function trainingOf({ config, folder }: Set): Promise<{ code: number | null; said: string }> {
  const { code, err, lines } = await follow(['train', config, '--run', path.join(folder, 'run')], () => undefined);
  return {
    code,
    said: [...lines.map(({ message, remedy }) => `${String(message)} - ${String(remedy)}`), err].join('\n'),
  };
}

async function editorOf({ data, model }: Set): Promise<string> {
  const counts = new TokenCounts(await loadChatTokenizer(model), 'model', undefined);
  const settings = { modelFolder: model, maxSeqLength: 1024, rules: {}, nearDuplicateThreshold: 0.8 };
  const { findings } = analyseOnce(data, readFileSync(data, 'utf8'), { ...settings, enableThinking: false }, counts);
  return findings.map(({ message }) => message).join('\n');
}

describe('a model that is asked otherwise than it is trained', () => {
  it('by its template: count, preflight, training and the editor say both texts', async () => {
    const set = dataWith(OTHERWISE, 'It is');
    const both = /asks with ".*Look:\\n" and writes conversations as ".*\(answer\)"/;
    assert.match(countOf(set), both);
    assert.match(preflightOf(set), both);
    assert.match((await trainingOf(set)).said, both);
    assert.match(await editorOf(set), both);
  });

  it('where the prompt joins with the answer: an error of all four, with both texts, before training', async () => {
    const set = dataWith(JOINING, 'the');
    const both = /assistant ".*assistant the/;
    assert.match(countOf(set), both);
    assert.match(preflightOf(set), both);
    assert.match(preflightOf(set), /ERROR +Template/);
    const { code, said } = await trainingOf(set);
    assert.equal(code, 1);
    assert.match(said, both);
    assert.match(await editorOf(set), both);
  });

  it('says all of it at once: thoughts that are not trained, and prompts that differ', async () => {
    const set = dataWith(OTHERWISE, '<think>hm</think>It is', { enable_thinking: false });
    const dropped = /thoughts of 12( of 12)? examples are not trained/;
    const checks = preflightOf(set);
    assert.match(checks, dropped);
    assert.match(checks, /asks with ".*Look:/);
    assert.match(countOf(set), dropped);
    assert.match((await trainingOf(set)).said, dropped);
    assert.match(await editorOf(set), /thoughts of an answer are not trained/);
  });
});
