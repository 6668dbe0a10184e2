import { strict as assert } from 'node:assert';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { streamDataset } from './read';

const MEGABYTES = 90;
/** Heap of the worker that reads the file: far below the file's size. Beyond it the worker dies. */
const HEAP_LIMIT_MB = 48;

interface Counted {
  readonly examples: number;
  readonly findings: number;
  readonly bytes: number;
}

async function count(file: string): Promise<Counted> {
  let examples = 0;
  let findings = 0;
  let bytes = 0;
  for await (const item of streamDataset(file)) {
    if (item.type === 'example') examples++;
    else if (item.type === 'finding') findings++;
    else ({ bytes } = item);
  }
  return { examples, findings, bytes };
}

async function writeLarge(file: string, array: boolean): Promise<number> {
  const stream = createWriteStream(file);
  const filler = 'All work and no play makes the day long. '.repeat(14);
  let examples = 0;
  stream.write(array ? '[' : '');
  for (let written = 0; written < MEGABYTES * 1e6;) {
    let piece = '';
    for (let i = 0; i < 1000; i++) {
      const example = JSON.stringify({ question: `What is number ${examples}?`, answer: filler });
      piece += (examples === 0 ? '' : array ? ',\n' : '\n') + example;
      examples++;
    }
    written += piece.length;
    if (!stream.write(piece)) await once(stream, 'drain');
  }
  stream.end(array ? ']' : '\n');
  await once(stream, 'finish');
  return examples;
}

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'sft-stream-'));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function main(): Promise<void> {
  await describe('streamDataset', () => {
    for (const array of [false, true]) {
      it(`reads ${MEGABYTES} MB of ${array ? 'one JSON array' : 'JSONL'} in ${HEAP_LIMIT_MB} MB of heap`, () =>
        inFolder(async (folder) => {
          const file = path.join(folder, 'large');
          const examples = await writeLarge(file, array);
          const worker = new Worker(__filename, {
            workerData: file,
            resourceLimits: { maxOldGenerationSizeMb: HEAP_LIMIT_MB, maxYoungGenerationSizeMb: 8 },
          });
          const [counted] = (await once(worker, 'message')) as [Counted];
          assert.equal(counted.examples, examples);
          assert.equal(counted.findings, 0);
          assert.ok(counted.bytes > MEGABYTES * 1e6);
        }));
    }
    it('stops when its signal is aborted', () =>
      inFolder(async (folder) => {
        const file = path.join(folder, 'small.jsonl');
        await writeFile(file, '{"question": "a?", "answer": "b"}\n'.repeat(100_000));
        const controller = new AbortController();
        let read = 0;
        await assert.rejects(
          async () => {
            for await (const item of streamDataset(file, { signal: controller.signal })) {
              if (item.type === 'end') break;
              read++;
              controller.abort();
            }
          },
          { name: 'AbortError' },
        );
        assert.ok(read > 0 && read < 100_000);
      }));
    it('can be left at any time', () =>
      inFolder(async (folder) => {
        const file = path.join(folder, 'small.jsonl');
        await writeFile(file, '{"question": "a?", "answer": "b"}\n'.repeat(10));
        const seen: string[] = [];
        for await (const item of streamDataset(file)) {
          seen.push(item.type);
          break;
        }
        assert.deepEqual(seen, ['example']);
      }));
  });
}

if (isMainThread) void main();
else {
  void count(String(workerData)).then((counted) => {
    parentPort!.postMessage(counted);
  });
}
