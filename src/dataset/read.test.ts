import { strict as assert } from 'node:assert';
import { mkdtemp, rm, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { SftError } from '../base/errors';
import type { Finding } from './finding';
import { readDataset, type Dataset } from './read';

let folder = '';
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'sft-read-'));
});
after(async () => {
  await rm(folder, { recursive: true });
});

async function read(name: string, content: string | Uint8Array): Promise<Dataset> {
  const file = path.join(folder, name);
  await writeFile(file, content);
  return readDataset(file);
}

function places(findings: readonly Finding[]): string[] {
  return findings.map((f) => `${f.line}:${f.column}-${f.endLine}:${f.endColumn} ${f.rule}`);
}

const A = '{"question": "a?", "answer": "b"}';
const C = '{"question": "c?", "answer": "d", "agency": "NIMC"}';

describe('what is read', () => {
  it('reads a JSON array with the place of each example', async () => {
    const set = await read('a.json', `[\n  ${A},\n  ${C}\n]\n`);
    assert.equal(set.format, 'json');
    assert.deepEqual(set.findings, []);
    assert.deepEqual(set.examples, [
      { index: 0, line: 2, column: 3, offset: 4, endOffset: 37, value: { question: 'a?', answer: 'b' } },
      {
        index: 1,
        line: 3,
        column: 3,
        offset: 41,
        endOffset: 92,
        value: { question: 'c?', answer: 'd', agency: 'NIMC' },
      },
    ]);
    assert.match(set.sha256, /^[0-9a-f]{64}$/);
  });
  it('reads JSONL with blank lines, CRLF and no line end at the end', async () => {
    const set = await read('a.jsonl', `${A}\r\n\r\n${C}`);
    assert.equal(set.format, 'jsonl');
    assert.deepEqual(set.findings, []);
    assert.deepEqual(
      set.examples.map((e) => [e.line, e.column]),
      [
        [1, 1],
        [3, 1],
      ],
    );
  });
  it('says of a configuration given as data what it is, and what to do', async () => {
    const config = '{\n  "model_name": "models/a",\n  "dataset": "train.json",\n  "max_steps": 4\n}\n';
    for (const name of ['sft.config.json', 'x.jsonl']) {
      const { findings, examples } = await read(name, config);
      assert.deepEqual(places(findings), ['1:1-1:1 not-data']);
      assert.match(findings[0]!.message, /is a configuration, not data - check it with sft preflight.*train\.json/);
      assert.deepEqual(examples, []);
    }
    const row = '{"question": "a?", "answer": "b", "model_name": "m", "dataset": "d"}\n';
    assert.equal((await read('rows.jsonl', row)).examples.length, 1, 'an example may have keys of these names');
  });
  it('goes by what the file holds, not by its name', async () => {
    assert.equal((await read('b.jsonl', `[${A},${C}]`)).format, 'json');
    const lines = await read('b.json', `${A}\n${C}\n`);
    assert.equal(lines.format, 'jsonl');
    assert.equal(lines.examples.length, 2);
    assert.deepEqual(lines.findings, []);
  });
  it('takes a lone object in a .jsonl as one line', async () => {
    const set = await read('one.jsonl', A);
    assert.equal(set.examples.length, 1);
    assert.deepEqual(set.findings, []);
  });
  it('accepts a UTF-8 byte order mark and counts columns in UTF-16', async () => {
    const set = await read('bom.json', `\ufeff[{"question": "₦😀?", "answer": 5}]`);
    assert.deepEqual(places(set.findings), ['1:33-1:34 wrong-type']);
  });
});

describe('files as a whole', () => {
  const whole: readonly [string, string | Uint8Array, string][] = [
    ['an empty file', '', '1:1-1:1 empty-file'],
    ['only white space', ' \n\t\n', '1:1-1:1 empty-file'],
    ['an empty array', '[]', '1:3-1:3 empty-file'],
    ['prose', 'Dear all,\nplease find', '1:1-1:10 not-json'],
    ['a PDF', '%PDF-1.7\n%âãÏÓ', '1:1-1:1 not-text'],
    ['binary', Buffer.from([1, 2, 0, 0, 5, 0, 9]), '1:1-1:1 not-text'],
    ['UTF-16 with a mark', Buffer.from(`\ufeff[${A}]`, 'utf16le'), '1:1-1:1 wrong-encoding'],
    ['UTF-16 without a mark', Buffer.from(`[${A}]`, 'utf16le'), '1:1-1:1 wrong-encoding'],
    ['UTF-16 big endian', Buffer.from(`[${A}]`, 'utf16le').swap16(), '1:1-1:1 wrong-encoding'],
    ['Latin-1', Buffer.from(`[{"question": "caf\u00e9?", "answer": "b"}]`, 'latin1'), '1:19-1:20 wrong-encoding'],
    ['a Git LFS pointer', 'version https://git-lfs.github.com/spec/v1\noid sha256:4d\n', '1:1-1:1 not-data'],
    ['a web page', '\ufeff\n<!DOCTYPE html>\n<html>', '1:1-1:1 not-data'],
    ['a single object', `\n${A}`, '2:1-2:2 top-level'],
    ['another JSON file', `{"name": 1, "list": [2]}`, '1:1-1:2 top-level'],
    ['an object around the list', `{"data": [${A}]}`, '1:1-1:2 top-level'],
    ['a string', '"hello"', '1:1-1:8 top-level'],
  ];
  for (const [name, content, expected] of whole) {
    it(`says what is wrong with ${name}`, async () => {
      const set = await read('whole.json', content);
      assert.deepEqual(places(set.findings), [expected]);
      assert.equal(set.findings[0]!.severity, 'error');
    });
  }
  it('says that a table or a Parquet file is a Git LFS pointer or a page', async () => {
    const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:4d\nsize 9\n';
    const { findings } = await read('table.csv', pointer);
    assert.match(findings[0]!.message, /^this is a Git LFS pointer, not the file itself - run `git lfs pull`/);
    for (const [content, reason] of [
      [pointer, /is a Git LFS pointer/],
      ['<html></html>', /is an HTML page/],
      ['Entry not found', /holds only the text "Entry not found"/],
      ['', /is empty/],
    ] as const) {
      await assert.rejects(read('rows.parquet', content), (error) => {
        assert.ok(error instanceof SftError);
        assert.equal(error.exitCode, 2);
        assert.match(error.message, reason);
        return true;
      });
    }
  });
  it('names the letter a byte would be in Windows-1252', async () => {
    const set = await read('latin.json', Buffer.from(`[{"question": "caf\u00e9?", "answer": "b"}]`, 'latin1'));
    assert.match(set.findings[0]!.message, /0xE9.*é.*save it as UTF-8/);
  });
  it('refuses a missing file and a folder with exit code 2', async () => {
    const unreadable = (error: unknown) =>
      error instanceof SftError &&
      error.code === 'unreadable-file' &&
      error.exitCode === 2 &&
      error.remedy !== undefined;
    await assert.rejects(readDataset(path.join(folder, 'nowhere.json')), unreadable);
    await mkdir(path.join(folder, 'folder.json'));
    await assert.rejects(readDataset(path.join(folder, 'folder.json')), unreadable);
  });
});

describe('mistakes in the JSON', () => {
  const mistakes: readonly [string, string, string[], number][] = [
    ['a trailing comma in an object', `[{"question": "a?", "answer": "b",}, ${C}]`, ['1:34-1:35 trailing-comma'], 1],
    ['a trailing comma in the array', `[${A}, ${C},\n]`, ['1:88-1:89 trailing-comma'], 2],
    ['two commas', `[${A},, ${C}]`, ['1:36-1:37 extra-comma'], 2],
    ['an unescaped quote', `[{"question": "say "hi" now", "answer": "b"}, ${C}]`, ['1:20-1:21 unescaped-quote'], 1],
    ['one stray quote', `[{"question": "5" tall?", "answer": "b"}, ${C}]`, ['1:17-1:18 unescaped-quote'], 1],
    ['quotes with commas', `[{"question": "the "A", "B" one", "answer": "b"}, ${C}]`, ['1:20-1:21 unescaped-quote'], 1],
    ['a quote before the end', `[{"question": "is "it"", "answer": "b"}, ${C}]`, ['1:19-1:20 unescaped-quote'], 1],
    ['single quotes', `[{'question': 'it's a?', 'answer': 'b'}, ${C}]`, ['1:3-1:13 single-quotes'], 1],
    ['typographic quotes', `[{“question”: “a?”, “answer”: “b”}, ${C}]`, ['1:3-1:13 curly-quotes'], 1],
    ['a missing comma', `[{"question": "a?"\n "answer": "b"}, ${C}]`, ['1:19-1:19 missing-comma'], 1],
    ['a missing comma between examples', `[${A}\n${C}]`, ['1:35-1:35 missing-comma'], 2],
    ['a missing colon', `[{"question" "a?", "answer": "b"}, ${C}]`, ['1:13-1:13 missing-colon'], 1],
    ['a missing value', `[{"question": , "answer": "b"}, ${C}]`, ['1:14-1:14 missing-value'], 1],
    ['a comment', `[${A}, // first\n${C}]`, ['1:37-1:45 comment'], 2],
    ['a comment inside', `[{"question": "a?", /* x */ "answer": "b"}, ${C}]`, ['1:21-1:28 comment'], 1],
    ['NaN', `[{"question": "a?", "answer": NaN}, ${C}]`, ['1:31-1:34 invalid-value'], 1],
    ['None', `[{"question": "a?", "answer": None}, ${C}]`, ['1:31-1:35 invalid-value'], 1],
    ['a number with a leading zero', `[{"question": "a?", "answer": 007}, ${C}]`, ['1:31-1:34 invalid-value'], 1],
    ['a tab in a text', `[{"question": "a\t?\t", "answer": "b"}, ${C}]`, ['1:17-1:18 control-character'], 1],
    ['a line break in a text', `[{"question": "a\nthen b?", "answer": "b"}, ${C}]`, ['1:17-2:1 control-character'], 1],
    ['an escape that is none', `[{"question": "a\\'s?", "answer": "b"}, ${C}]`, ['1:17-1:19 invalid-escape'], 1],
    ['a missing closing quote', `[{"question": "a?, "answer": "b"}, ${C}]`, ['1:15-1:18 unclosed-text'], 1],
    [
      'a missing closing quote at the line end',
      `[\n{\n"question": "a?,\n"answer": "b"\n},\n${C}]`,
      ['3:13-3:16 unclosed-text'],
      1,
    ],
    ['a missing closing quote at the end', `[{"question": "a?", "answer": "b}, ${C}]`, ['1:31-1:33 unclosed-text'], 1],
    ['a missing opening quote', `[{"question": a?", "answer": "b"}, ${C}]`, ['1:15-1:18 unquoted-text'], 1],
    ['a key without quotes', `[{question: "a?", "answer": "b"}, ${C}]`, ['1:3-1:11 unquoted-text'], 1],
    ['a missing closing brace', `[{"question": "a?", "answer": "b", ${C}]`, ['1:34-1:34 wrong-bracket'], 1],
    ['a missing closing brace at the end', `[${C}, {"question": "a?", "answer": "b"]`, ['1:87-1:87 wrong-bracket'], 1],
    ['a brace too many', `[${A}}, ${C}]`, ['1:35-1:36 wrong-bracket'], 2],
    ['a bracket that ends the array early', `[${A}], ${C}]`, ['1:35-1:36 wrong-bracket'], 2],
    ['two arrays', `[${A}]\n[${C}]`, ['1:35-1:36 wrong-bracket'], 2],
    ['a missing opening bracket', `${A}, ${C}]`, ['1:1-1:1 wrong-bracket'], 2],
    ['a missing closing bracket', `[${A}, ${C}\n`, ['1:88-1:88 cut-off'], 2],
    ['text after the array', `[${A}, ${C}];\nmore`, ['1:89-1:90 unexpected-text'], 2],
    ['code before the array', `const x = [${A}, ${C}]`, ['1:1-1:10 unexpected-text'], 2],
    ['a file cut off in a text', `[${C}, {"question": "a?", "ans`, ['1:78-1:78 cut-off'], 1],
    ['a file cut off in an example', `[${C}, {"question": "a?"`, ['1:72-1:72 cut-off'], 1],
    ['a line cut off', `{"question": "a?", "answer\n${C}\n${A}`, ['1:20-1:27 unclosed-text'], 2],
    ['a comma after a line', `${A}\n${C},\n${A.replace('a?', 'e?')}`, ['2:52-2:53 extra-comma'], 3],
  ];
  for (const [name, content, expected, examples] of mistakes) {
    it(`finds ${name} at its place, once, and reads the rest`, async () => {
      const set = await read('mistake.json', content);
      assert.deepEqual(places(set.findings), expected);
      assert.equal(set.examples.length, examples);
      assert.match(set.findings[0]!.message, / - /);
    });
  }
});
