import { strict as assert } from 'node:assert';
import { existsSync } from 'node:fs';
import { link, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { recordedTerminal } from '../../test/recorded-terminal';
import { readDataset } from '../dataset/read';
import { SftError } from '../base/errors';
import { convertVerb } from './convert';
import { splitVerb } from './split';
import type { OptionValues, Verb } from './verb';
import { NO_LINKS } from '../../test/system-limits';

let folder = '';
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'sft-convert-'));
});
after(async () => {
  await rm(folder, { recursive: true });
});

async function call(verb: Verb, file: string, options: OptionValues, json = false) {
  const { terminal, out, log } = recordedTerminal();
  const run = verb.run({ positionals: [file], options, json, terminal });
  const error = await run.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error === undefined || error instanceof SftError, String(error));
  return { error, out: out.join('\n'), log };
}

async function write(name: string, text: string): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, text);
  return file;
}

const CHAT = {
  messages: [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'q?' },
    { role: 'assistant', content: 'a' },
  ],
};

describe('sft convert', () => {
  it('writes a table as JSON and JSONL to standard output', async () => {
    const file = await write('table.csv', 'question,answer,agency\n"a, b?",c,NIMC\n');
    const qa = {
      messages: [
        { role: 'user', content: 'a, b?' },
        { role: 'assistant', content: 'c' },
      ],
      agency: 'NIMC',
    };
    assert.deepEqual(JSON.parse((await call(convertVerb, file, { to: 'messages' }, true)).out), [qa]);
    assert.equal((await call(convertVerb, file, { to: 'messages', jsonl: true })).out, JSON.stringify(qa));
  });
  it('refuses what would lose something, names its line, and writes nothing without --force', async () => {
    const file = await write('chat.jsonl', `\n${JSON.stringify(CHAT)}\n`);
    const out = path.join(folder, 'lossy.json');
    const refused = await call(convertVerb, file, { to: 'qa', out });
    assert.deepEqual([refused.error?.code, refused.error?.exitCode], ['conversion-loses', 1]);
    assert.deepEqual(refused.log, [`${file}:2:1 warning Q&A has no place for the system message`]);
    assert.equal(existsSync(out), false);
    assert.equal((await call(convertVerb, file, { to: 'qa', out, force: true })).error, undefined);
    assert.deepEqual(JSON.parse(await readFile(out, 'utf8')), [{ question: 'q?', answer: 'a' }]);
  });
  it('goes by the name of the output, and never writes over a file or its input', async () => {
    const file = await write('in.jsonl', JSON.stringify(CHAT));
    const out = path.join(folder, 'out.json');
    const summary = JSON.parse((await call(convertVerb, file, { to: 'alpaca', out }, true)).out) as object;
    assert.deepEqual(summary, { file, from: 'messages', to: 'alpaca', out, format: 'json', examples: 1, lossy: 0 });
    const again = await call(convertVerb, file, { to: 'alpaca', out });
    assert.deepEqual([again.error?.code, again.error?.exitCode], ['output-exists', 2]);
    const same = await call(convertVerb, file, { to: 'alpaca', out: file, force: true });
    assert.equal(same.error?.code, 'output-is-input');
    assert.equal(await readFile(file, 'utf8'), JSON.stringify(CHAT));
  });
  it('keeps numbers as they are written, at every depth', async () => {
    const numbers = '"id":1161888007138312193,"score":1.0,"big":1e400,"neg":-0,"list":[{"x":0.10},7]';
    const turns = '{"role":"user","content":"q?","id":9007199254740993},{"role":"assistant","content":"a"}';
    const file = await write('numbers.jsonl', `{"messages":[${turns}],${numbers}}\n`);
    const lines = (await call(convertVerb, file, { to: 'sharegpt' })).out;
    const own = '{"from":"human","value":"q?","id":9007199254740993},{"from":"gpt","value":"a"}';
    assert.equal(lines, `{"conversations":[${own}],${numbers}}`);
    const array = (await call(convertVerb, file, { to: 'messages' }, true)).out;
    assert.match(array, /\n {4}"score": 1\.0,\n {4}"big": 1e400,\n {4}"neg": -0,\n/);
    const all = await write('all-numbers.jsonl', `{"prompt":"q?","completion":"a",${numbers}}\n`);
    const out = path.join(folder, 'numbered');
    const parts = await call(splitVerb, all, { out, train: '1', validation: '0', test: '0' });
    assert.equal(parts.error, undefined);
    const train = await readFile(path.join(out, 'train.jsonl'), 'utf8');
    assert.ok(train.includes(numbers), train);
  });
  it('never writes over its input under another name: that of any link', { skip: NO_LINKS }, async () => {
    const file = await write('named.json', '[{"question":"q?","answer":"a"}]');
    const before = await readFile(file, 'utf8');
    const [byLink, hard, folderLink] = ['by-link.json', 'hard.json', 'folder-link'].map((n) => path.join(folder, n));
    await symlink(file, byLink!);
    await link(file, hard!);
    await symlink(folder, folderLink!);
    for (const out of [byLink!, hard!, path.join(folderLink!, 'named.json')]) {
      const refused = await call(convertVerb, file, { to: 'alpaca', out, force: true });
      assert.deepEqual([refused.error?.code, refused.error?.exitCode], ['output-is-input', 2], out);
    }
    const train = await write('train.json', before);
    const split = await call(splitVerb, train, { out: folderLink!, force: true });
    assert.equal(split.error?.code, 'output-is-input');
    assert.deepEqual([await readFile(file, 'utf8'), await readFile(train, 'utf8')], [before, before]);
  });
  it('gives each example what a file says once for all, and names what it leaves out', async () => {
    const tools = [{ type: 'function', function: { name: 'w' } }];
    const turns = [
      { role: 'user', content: 'q?' },
      { role: 'assistant', content: 'a' },
    ];
    const keys = Object.fromEntries(Array.from({ length: 8 }, (_, at) => [`key${at}`, at]));
    const own = { messages: turns, tools: [] };
    const file = await write('once.json', JSON.stringify({ tools, ...keys, data: [{ messages: turns }, own] }));
    const { out, log } = await call(convertVerb, file, { to: 'messages', jsonl: true });
    assert.deepEqual(
      out.split('\n').map((line) => (JSON.parse(line) as { tools: unknown }).tools),
      [tools, []],
    );
    assert.deepEqual(log, [
      `${file}: the file contains an object with its examples under "data", each with the "tools" of the file; left out: what is under "key0", "key1", "key2", "key3", "key4", "key5", 2 more keys`,
    ]);
    const flat = await write('flat.json', JSON.stringify({ tools, data: [{ question: 'q?', answer: 'a' }] }));
    const told = (await call(convertVerb, flat, { to: 'qa' })).log.join();
    assert.match(told, /under "data"; left out: what is under "tools"$/);
  });
  it('refuses an unknown format and data with errors', async () => {
    const file = await write('bad.json', '[{"question": "a?", "answer": ""}]');
    assert.equal((await call(convertVerb, file, { to: 'xml' })).error?.exitCode, 2);
    assert.equal((await call(convertVerb, file, { to: 'alpaca' })).error?.code, 'dataset-has-errors');
  });
});

describe('sft split', () => {
  it('reads no file whole that is nested more deeply than any example', async () => {
    const deep = `[\n${'['.repeat(20_000)}${']'.repeat(20_000)},\n{"question": "q?", "answer": "a"}\n]\n`;
    for (const text of [deep, deep.replaceAll('\n', ' '), deep.slice(2).replace(/,\n/, '\n')]) {
      const { error } = await call(convertVerb, await write('deep.json', text), { to: 'qa' });
      assert.equal(error?.code, 'dataset-has-errors');
    }
  });
  it('gives each part of a table its header', async () => {
    const rows = Array.from({ length: 20 }, (_, i) => `"q${i}, really?",a${i}`);
    const file = await write('all.csv', `question,answer\n${rows.join('\n')}\n`);
    const out = path.join(folder, 'parts');
    assert.equal((await call(splitVerb, file, { out })).error, undefined);
    const sizes = ['train', 'validation', 'test'].map(async (part) => {
      const { examples, findings } = await readDataset(path.join(out, `${part}.csv`));
      assert.deepEqual(findings, []);
      return examples.length;
    });
    assert.deepEqual(await Promise.all(sizes), [16, 2, 2]);
  });
});
