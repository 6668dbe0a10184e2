import assert from 'node:assert/strict';
import { appendFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { readDataset, type Dataset } from '../../dataset/read';
import { temporaryFolder } from '../../../test/cli/sft';
import { loadChatTokenizer, type ChatTokenizer } from '../chat-tokenizer';
import { streamedTokens, type StreamedTokens, type StreamOptions } from './streamed-tokens';
import { BLOCK, tokenWork, type TokenJob } from './token-work';

const MODEL = 'examples/tiny-llama';
const script = path.resolve('dist/token-worker.js');
const folder = temporaryFolder();
const settings = { maxSeqLength: 64, digestsFor: 0.8 };

/** Rows of many lengths; one has an earlier answer, one in 300 has thoughts. */
function rows(count: number): string {
  return Array.from({ length: count }, (_, i) =>
    i === 700
      ? {
          messages: [
            { role: 'user', content: 'First?' },
            { role: 'assistant', content: 'One.' },
            { role: 'user', content: 'Then?' },
            { role: 'assistant', content: 'Two.' },
          ],
        }
      : {
          messages: [
            { role: 'user', content: `Where is office ${i}?` },
            {
              role: 'assistant',
              content: 'In the north. '.repeat(1 + (i % 40)),
              reasoning_content: i % 300 === 1 ? 'Hm.' : undefined,
            },
          ],
        },
  )
    .map((row) => JSON.stringify(row))
    .join('\n');
}

async function dataset(name: string, count: number): Promise<Dataset> {
  const file = path.join(folder, name);
  writeFileSync(file, rows(count));
  return readDataset(file);
}

/** What one thread makes, one block after the other. */
function alone(job: TokenJob, data: Dataset, chat: ChatTokenizer): unknown[] {
  const make = tokenWork(job, chat, settings);
  const starts = Array.from({ length: Math.ceil(data.examples.length / BLOCK) }, (_, block) => block * BLOCK);
  return starts.map((at) => make(data.examples.slice(at, at + BLOCK)));
}

function streamed(
  job: TokenJob,
  data: Dataset,
  chat: ChatTokenizer,
  options: StreamOptions,
): Promise<StreamedTokens<unknown>> {
  return streamedTokens(job, data, chat, settings, (made): unknown => made, options);
}

describe('tokens of a dataset, by several threads', () => {
  for (const job of ['encode', 'count'] as const) {
    it(`${job}: makes what one thread makes, and tells lines, findings and the file's hash`, async () => {
      const data = await dataset(`${job}.jsonl`, 4 * BLOCK + 7);
      const chat = await loadChatTokenizer(MODEL, { systemPrompt: 'Be brief.', enableThinking: true });
      for (const how of [{ script, from: 1 }, { from: Infinity }]) {
        const { blocks, lines, findings, end } = await streamed(job, data, chat, how);
        assert.deepEqual(blocks, alone(job, data, chat));
        assert.deepEqual(
          lines,
          data.examples.map(({ line }) => line),
        );
        assert.deepEqual(findings, data.findings);
        assert.equal(end.sha256, data.sha256);
      }
    });
  }

  it('does without a thread that ends early', async () => {
    const data = await dataset('early.jsonl', 3 * BLOCK);
    const chat = await loadChatTokenizer(MODEL);
    const broken = path.join(folder, 'takes-all-worker.js');
    for (const end of ['', "throw new Error('no memory');"]) {
      writeFileSync(broken, `require('node:worker_threads').workerData.claims.fill(1); ${end}`);
      const { blocks } = await streamed('encode', data, chat, { script: broken, from: 1 });
      assert.deepEqual(blocks, alone('encode', data, chat));
    }
  });

  it('makes the tokens of one file where it becomes another while it is read', async () => {
    const data = await dataset('changed.jsonl', 3 * BLOCK);
    const chat = await loadChatTokenizer(MODEL);
    // The other thread reads what was put before the examples that this one read.
    const other = path.join(folder, 'reads-another-worker.js');
    const another = path.join(folder, 'another.jsonl');
    writeFileSync(another, `${JSON.stringify({ question: 'Another?', answer: 'One.' })}\n`);
    appendFileSync(another, rows(3 * BLOCK));
    writeFileSync(
      other,
      `require('node:worker_threads').workerData.file = ${JSON.stringify(another)}; require(${JSON.stringify(script)});`,
    );
    const { blocks } = await streamed('encode', data, chat, { script: other, from: 1 });
    assert.deepEqual(blocks, alone('encode', data, chat));
  });

  it('makes nothing more where the data have an error and that ends it', async () => {
    const data = await dataset('wrong.jsonl', 3 * BLOCK);
    appendFileSync(data.file, '\n{"question": "", "answer": "None."}');
    const chat = await loadChatTokenizer(MODEL);
    for (const stopsAtErrors of [true, false]) {
      const { blocks, findings } = await streamed('encode', data, chat, { script, from: 1, stopsAtErrors });
      assert.equal(blocks.length, stopsAtErrors ? 0 : 3);
      assert.equal(findings.filter(({ severity }) => severity === 'error').length, 1);
    }
  });

  it('ends when it is asked to', async () => {
    const data = await dataset('asked.jsonl', 3 * BLOCK);
    const chat = await loadChatTokenizer(MODEL);
    const reason = new Error('asked');
    await assert.rejects(
      streamed('encode', data, chat, { script, from: 1, signal: AbortSignal.abort(reason) }),
      reason,
    );
  });
});
