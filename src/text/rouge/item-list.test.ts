import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { SftError } from '../../base/errors';
import { readItems } from './item-list';

describe('lists of texts', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'sft-items-'));
  after(() => {
    rmSync(folder, { recursive: true });
  });

  function written(name: string, content: string | Uint8Array): string {
    const file = path.join(folder, name);
    writeFileSync(file, content);
    return file;
  }

  async function failure(file: string): Promise<SftError> {
    const error: unknown = await readItems(file).then(
      () => assert.fail(`${file} was taken`),
      (caught: unknown) => caught,
    );
    assert.ok(error instanceof SftError, String(error));
    assert.equal(error.file, file);
    return error;
  }

  it('reads JSON arrays, with a byte-order mark or not', async () => {
    const items = await readItems(written('a.json', '\uFEFF["one",\n "two\\nlines \\u20a6",\n ""]\n'));
    assert.deepEqual(items, [
      { text: 'one', line: 1 },
      { text: 'two\nlines ₦', line: 2 },
      { text: '', line: 3 },
    ]);
  });

  it('reads text files a line at a time and keeps empty lines in their place', async () => {
    const items = await readItems(written('a.txt', 'one\r\n\r\n[music] three\n'));
    assert.deepEqual(
      items.map((item) => item.text),
      ['one', '', '[music] three'],
    );
  });

  it('takes a JSON array for what it is under any name', async () => {
    const items = await readItems(written('answers.out', '["one", "two"]'));
    assert.equal(items.length, 2);
  });

  const broken: readonly (readonly [content: string, line: number, column: number, reason: RegExp])[] = [
    ['["a",\n 3]', 2, 2, /item 2 is not a string/],
    ['["a",\n {"text": "b"}]', 2, 2, /item 2 is not a string/],
    ['["a", null]', 1, 7, /item 2 is not a string/],
    ['["a",\n]', 2, 1, /comma before \]/],
    ['["a" "b"]', 1, 6, /expected , or \] after item 1/],
    ['["say "no" to"]', 1, 8, /expected , or \]/],
    ['["a",\n "b', 2, 2, /no closing quote/],
    ['["a"', 1, 5, /cut off/],
    ['["a",', 1, 6, /cut off/],
    ['["\\q"]', 1, 2, /not a valid JSON string/],
    ['{"a": 1}', 1, 1, /does not start with \[/],
    ['not json', 1, 1, /does not start with \[/],
    ['["a"] x', 1, 7, /after the closing/],
    ['', 1, 1, /is empty/],
  ];
  for (const [content, line, column, reason] of broken) {
    it(`refuses ${JSON.stringify(content)} at ${line}:${column}`, async () => {
      const error = await failure(written('broken.json', content));
      assert.match(error.message, reason);
      assert.deepEqual([error.line, error.column, error.exitCode], [line, column, 1]);
    });
  }

  it('survives a million nested brackets', async () => {
    const error = await failure(written('deep.json', '['.repeat(1_000_000)));
    assert.deepEqual([error.line, error.column], [1, 2]);
  });

  it('refuses lists without a text', async () => {
    assert.match((await failure(written('none.json', '[]'))).message, /holds no text/);
    assert.match((await failure(written('none.txt', ''))).message, /holds no text/);
  });

  it('refuses what it cannot read with exit code 2', async () => {
    assert.equal((await failure(path.join(folder, 'missing.json'))).exitCode, 2);
    assert.equal((await failure(folder)).exitCode, 2);
    const latin = await failure(written('latin.txt', Uint8Array.of(0x63, 0x61, 0x66, 0xe9, 0x0a)));
    assert.deepEqual([latin.code, latin.exitCode], ['file-encoding', 2]);
  });
});
