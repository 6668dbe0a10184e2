import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { SftError } from '../../base/errors';
import { convertFile } from '../convert-file';
import { readDataset } from '../read';
import { divideFile, writeDivision } from '../split/split-file';
import { countRows } from './count-rows';

const FILES = path.resolve('test/reference/parquet');
const QA = Array.from({ length: 40 }, (_, i) => ({
  question: `What is form ${i} for?`,
  answer: `Form ${i} asks for a licence of kind ${i * i}.`,
  ...(i % 3 === 0 ? { subject: 'land' } : {}),
}));

/** A damaged copy of a file. */
async function damaged(
  name: string,
  change: (bytes: Buffer) => Buffer,
  use: (file: string) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'sft-parquet-'));
  try {
    const file = path.join(folder, name);
    await writeFile(file, change(await readFile(path.join(FILES, name))));
    await use(file);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** With another name for the first column of the row group; the schema names it before. */
function renamed(bytes: Buffer, name: string): Buffer {
  const end = bytes.length - 8;
  const start = end - bytes.readUInt32LE(end);
  const at = bytes.lastIndexOf('question', end);
  assert.ok(at > bytes.indexOf('question', start));
  const written = Buffer.concat([Buffer.from([name.length]), Buffer.from(name)]);
  const metadata = Buffer.concat([bytes.subarray(start, at - 1), written, bytes.subarray(at + 'question'.length, end)]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(metadata.length);
  return Buffer.concat([bytes.subarray(0, start), metadata, length, bytes.subarray(-4)]);
}

describe('Parquet files', () => {
  for (const [name, reason] of [
    ['questions', /a row group has the column \["questions"\], which is not in its schema/],
    ['answer', /a row group has the column \["answer"\] twice/],
  ] as const) {
    it(`whose row group has the column ${name} in another's place are refused`, async () => {
      await damaged(
        'qa-none.parquet',
        (bytes) => renamed(bytes, name),
        async (file) => {
          await assert.rejects(readDataset(file), (error) => error instanceof SftError && reason.test(error.message));
        },
      );
    });
  }

  for (const name of ['qa-none', 'qa-snappy', 'qa-gzip', 'qa-zstd', 'qa-brotli', 'groups']) {
    it(`${name}: each row is an example, its line the row's number`, async () => {
      const file = path.join(FILES, `${name}.parquet`);
      const { examples, findings, format, sha256 } = await readDataset(file, { columns: { category: 'subject' } });
      assert.deepEqual(
        findings.filter(({ severity }) => severity === 'error'),
        [],
      );
      assert.equal(format, 'parquet');
      assert.equal(
        sha256,
        createHash('sha256')
          .update(await readFile(file))
          .digest('hex'),
      );
      assert.deepEqual(
        examples.map(({ line, value: { question, answer, agency } }) => ({
          line,
          question,
          answer,
          ...(agency === undefined ? {} : { subject: agency }),
        })),
        QA.map((example, i) => ({ line: i + 1, ...example })),
      );
      assert.equal(await countRows(file), 40);
    });
  }

  it('lists of structs are conversations, and what is null is not there', async () => {
    const { examples, findings } = await readDataset(path.join(FILES, 'messages.parquet'));
    assert.deepEqual(findings, []);
    assert.deepEqual(
      examples.map(({ value, history }) => [value, history]),
      [
        [
          { question: 'Ẹ kú àárọ̀, what is a receipt?', answer: 'A written proof.' },
          [{ role: 'system', content: 'Be brief.' }],
        ],
        [{ question: 'What is an invoice?', answer: 'A request for payment.' }, undefined],
      ],
    );
  });

  it('convert keeps all digits of whole numbers, and split writes lines', async () => {
    const file = path.join(FILES, 'qa-zstd.parquet');
    const { text } = await convertFile(file, 'qa', { layout: 'jsonl' });
    assert.match(text, /"id":\s*1152921504606846981\b/);
    const folder = await mkdtemp(path.join(tmpdir(), 'sft-parquet-'));
    try {
      const parts = { train: 0.8, validation: 0.1, test: 0.1, seed: 42 };
      const files = await writeDivision(await divideFile(file, parts), folder, false);
      assert.deepEqual(
        files.map(({ file: one }) => path.basename(one)),
        ['train.jsonl', 'validation.jsonl', 'test.jsonl'],
      );
      const sizes = await Promise.all(files.map(async ({ file: one }) => (await readDataset(one)).examples.length));
      assert.deepEqual(sizes, [32, 4, 4]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('a compression that is not read is named, with what to write', async () => {
    const file = path.join(FILES, 'qa-lz4.parquet');
    await assert.rejects(readDataset(file), (error) => {
      assert.ok(error instanceof SftError && error.exitCode === 2 && error.file === file);
      assert.match(`${error.message} ${error.remedy}`, /compressed with LZ4_RAW write it with snappy, zstd/);
      return true;
    });
  });

  const damages: readonly (readonly [string, (bytes: Buffer) => Buffer])[] = [
    ['cut off', (bytes) => bytes.subarray(0, bytes.length / 2)],
    ['empty', () => Buffer.alloc(0)],
    ['a text', () => Buffer.from('{"question": "a?", "answer": "b"}\n')],
    [
      'pages of other bytes',
      (bytes) => Buffer.concat([bytes.subarray(0, 4), Buffer.alloc(400, 0xff), bytes.subarray(404)]),
    ],
    [
      'a footer of other bytes',
      (bytes) => Buffer.concat([bytes.subarray(0, -300), Buffer.alloc(292, 0x5a), bytes.subarray(-8)]),
    ],
  ];
  for (const [name, change] of damages) {
    it(`damaged, ${name}: refused with its name`, async () => {
      await damaged('qa-zstd.parquet', change, async (file) => {
        await assert.rejects(readDataset(file), (error) => error instanceof SftError && error.file === file);
      });
    });
  }
});
