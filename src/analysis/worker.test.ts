import assert from 'node:assert/strict';
import { cp, readFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { atLeastOne } from '../../test/at-least-one';
import { checkText } from '../dataset/read';
import { loadChatTokenizer } from '../text/chat-tokenizer';
import { tokenLength } from '../text/token-lengths';
import { AnalysisClient } from './client';
import { exampleRow } from './example-table';
import type { AnalysisResult, AnalysisSettings } from './protocol';

const MODEL = 'examples/tiny-llama';
const FILE = 'examples/nigeria-services.json';
const settings: AnalysisSettings = { modelFolder: MODEL, maxSeqLength: 1024, rules: {}, nearDuplicateThreshold: 0.8 };

/** The worker as the extension runs it. */
describe('the analysis worker', () => {
  const results: AnalysisResult[] = [];
  let wake: () => void = () => undefined;
  const client = new AnalysisClient(path.resolve('dist/analysis-worker.js'), {
    onMessage(message) {
      if (message.type === 'failed') throw new Error(message.problem.message);
      results.push(message.result);
      wake();
    },
    onRestart: () => undefined,
    log: (line) => {
      console.error(line);
    },
  });
  const complete = async (version: number): Promise<AnalysisResult> => {
    for (;;) {
      const found = results.findLast((result) => result.version === version && result.complete);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  let folder = '';

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'sft-analysis-'));
  });
  after(async () => {
    await client.dispose();
    await rm(folder, { recursive: true });
  });

  it('counts as the tokenizer does, and finds what the checker finds', async () => {
    const text = await readFile(FILE, 'utf8');
    client.post({ type: 'open', uri: 'a', file: FILE, version: 1, text, settings });
    const result = await complete(1);
    const items = checkText(FILE, text);
    const examples = items.flatMap((item) => (item.type === 'example' ? [item.example] : []));
    const chat = await loadChatTokenizer(MODEL);
    assert.equal(result.count, examples.length);
    assert.equal(result.modelName, 'tiny-llama');
    for (const [index, { value, offset, endOffset }] of atLeastOne(examples.entries())) {
      const length = tokenLength(chat, value, 1024);
      assert.deepEqual(exampleRow(result.examples, index), { index, offset, endOffset, ...length });
    }
    assert.equal(
      Object.entries(result.findingsByRule).reduce(
        (sum, [rule, count]) => (rule === 'over-length' || rule === 'answer-lost' ? sum : sum + count),
        0,
      ),
      items.length - examples.length,
    );
  });

  it('follows changes, and never goes back to an older version', async () => {
    const before = results.length;
    client.post({ type: 'change', uri: 'a', version: 2, changes: [{ offset: 0, length: 0, text: ' ' }] });
    client.post({ type: 'change', uri: 'a', version: 3, changes: [{ offset: 0, length: 0, text: ' ' }] });
    client.post({ type: 'change', uri: 'a', version: 4, changes: [{ offset: 0, length: 1, text: '' }] });
    const result = await complete(4);
    const versions = results.slice(before).map(({ version }) => version);
    assert.deepEqual(versions, [...versions].sort());
    assert.equal(exampleRow(result.examples, 0).offset, exampleRow(results[0]!.examples, 0).offset + 1);
  });

  it('tells where the tokens of an example come from, and which token is trained', async () => {
    const row = exampleRow((await complete(4)).examples, 3);
    const parts = await client.ask('tokenParts', { uri: 'a', version: 4, index: 3 });
    assert.ok(parts !== undefined && parts.prompt > 0 && parts.answer > 0);
    assert.equal(parts.prompt + parts.answer + parts.template, row.tokens);
    const sequence = await client.ask('sequence', { uri: 'a', version: 4, index: 3 });
    assert.equal(sequence?.tokens.length, row.tokens);
    assert.equal(sequence.tokens.filter((token) => token.trained).length, row.trained);
    assert.equal(await client.ask('tokenParts', { uri: 'a', version: 3, index: 3 }), undefined);
  });

  it('says what is cut by a short max_seq_length, and hears a rule switched off', async () => {
    const text = await readFile(FILE, 'utf8');
    const short = { ...settings, maxSeqLength: 20 };
    client.post({ type: 'open', uri: 'b', file: FILE, version: 10, text, settings: short });
    const result = await complete(10);
    const cut = (result.findingsByRule['over-length'] ?? 0) + (result.findingsByRule['answer-lost'] ?? 0);
    let rows = 0;
    for (let index = 0; index < result.count; index++) if (exampleRow(result.examples, index).truncated > 0) rows++;
    assert.ok(rows > 0);
    assert.equal(cut, rows);
    const off = { ...short, rules: { 'over-length': 'off', 'answer-lost': 'info' } } as const;
    client.post({ type: 'open', uri: 'b', file: FILE, version: 11, text, settings: off });
    const quiet = await complete(11);
    assert.equal(quiet.findingsByRule['over-length'], undefined);
    assert.equal(quiet.findings.find(({ rule }) => rule === 'answer-lost')?.severity, 'info');
  });

  it('estimates without a model, and says why a model cannot count', async () => {
    const text = '[{"question": "12345678", "answer": "1234"}]';
    const none = { ...settings, modelFolder: path.join(folder, 'nothing') };
    client.post({ type: 'open', uri: 'c', file: 'c.json', version: 20, text, settings: none });
    const result = await complete(20);
    assert.equal(result.estimated, true);
    assert.match(result.modelProblem ?? '', /there is no such model folder/);
    assert.deepEqual(exampleRow(result.examples, 0), {
      index: 0,
      offset: 1,
      endOffset: 43,
      tokens: 3,
      trained: 1,
      truncated: 0,
      answers: 1,
      trainedAnswers: 1,
    });
  });

  it('says what a template adds where there is no system message', async () => {
    const modelFolder = path.join(folder, 'adding');
    await cp('examples/tiny-llama', modelFolder, { recursive: true });
    assert.equal(await client.ask('addedSystem', { modelFolder }), undefined);
    const template =
      "{% if messages[0].role != 'system' %}{{ 'system: Be brief.\n' }}{% endif %}" +
      "{% for m in messages %}{{ m.role + ': ' + m.content + '\n' }}{% endfor %}";
    await writeFile(path.join(modelFolder, 'chat_template.jinja'), template);
    assert.equal(await client.ask('addedSystem', { modelFolder }), 'Be brief.');
  });

  it('checks a file from disk, and stops when it is told to', async () => {
    const file = path.join(folder, 'many.jsonl');
    const line = (i: number): string =>
      `${JSON.stringify({ question: `What is number ${i}?`, answer: `It is ${i}.` })}\n`;
    await writeFile(file, Array.from({ length: 20_000 }, (_, i) => line(i)).join(''));
    const noModel = { ...settings, modelFolder: undefined };
    let last = 0;
    const checked = await client.ask(
      'checkFile',
      { file, settings: noModel },
      {
        onProgress: (read, size) => {
          last = read / size;
        },
      },
    );
    assert.equal(checked.count, 20_000);
    assert.equal(last, 1);
    const abort = new AbortController();
    const asked = client.ask(
      'checkFile',
      { file, settings: noModel },
      {
        signal: abort.signal,
        onProgress: () => {
          abort.abort();
        },
      },
    );
    await assert.rejects(asked, { name: 'AbortError' });
    await assert.rejects(client.ask('checkFile', { file: path.join(folder, 'none'), settings }), /none/);
  });
});
