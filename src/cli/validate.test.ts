import { strict as assert } from 'node:assert';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { recordedTerminal } from '../../test/recorded-terminal';
import { SftError } from '../base/errors';
import { splitVerb } from './split';
import { validateVerb } from './validate';
import type { OptionValues, Verb } from './verb';

let folder = '';
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'sft-cli-data-'));
});
after(async () => {
  await rm(folder, { recursive: true });
});

async function file(name: string, content: string): Promise<string> {
  const full = path.join(folder, name);
  await writeFile(full, content);
  return full;
}

async function call(verb: Verb, positionals: string[], options: OptionValues = {}, json = false) {
  const { terminal, out, log } = recordedTerminal();
  const code = await verb.run({ positionals, options, json, terminal });
  return { code, out, log };
}

const GOOD = '{"question": "a?", "answer": "b"}';

describe('sft validate', () => {
  it('prints place, severity, message and rule, a summary, and exits 1 on errors', async () => {
    const bad = await file('bad.json', `[\n  ${GOOD},\n  {"question": "c?", "answer": ""}\n]`);
    const { code, out } = await call(validateVerb, [bad]);
    assert.equal(code, 1);
    assert.equal(out[0], `${bad}:3:32 error "answer" is blank - write an answer or delete the example [blank-text]`);
    assert.match(out[1]!, / info 1 example is too few .* \[dataset-size\]$/);
    assert.equal(out[2], `${bad}: JSON array, 1 valid example, 1 error, 1 note`);
  });
  it('exits 0 where there are only warnings, and takes several files', async () => {
    const twice = await file('twice.jsonl', `${GOOD}\n${GOOD}\n`);
    const good = await file('good.json', '[{"question": "Who renews it?", "answer": "The office."}]');
    const { code, out } = await call(validateVerb, [twice, good]);
    assert.equal(code, 0);
    assert.match(out[0]!, /:2:1 warning .*; see .*twice\.jsonl:1:1 \[exact-duplicate\]$/);
    assert.deepEqual(out.slice(-2), [
      `${twice}: JSONL, 2 valid examples, 1 warning, 1 note`,
      `${good}: JSON array, 1 valid example, 1 note`,
    ]);
  });
  it('finds what two parts of a split share, and lets parts of one kind share it', async () => {
    const shared = '{"question": "Where is the main office?", "answer": "In Abuja."}';
    const [train, more, test] = [
      await file('train-1.jsonl', `${GOOD}\n${shared}\n`),
      await file('train-2.jsonl', `${shared}\n`),
      await file('test.jsonl', `{"question": "Who pays?", "answer": "You."}\n${shared}\n`),
    ];
    const { out } = await call(validateVerb, [train, more, test]);
    const leaks = out.filter((line) => line.includes('[split-leak]'));
    assert.equal(leaks.length, 1);
    assert.match(
      leaks[0]!,
      /test\.jsonl:2:1 warning the same question is in train-1\.jsonl, line 2 .*; see .*train-1\.jsonl:2:1/,
    );
  });
  it('takes the threshold of near-duplicates, and refuses one that is none', async () => {
    const row = (end: string): string =>
      JSON.stringify({ question: 'Where do I renew it now?', answer: `Bring the old one and two photographs ${end}` });
    const near = await file('near.jsonl', `${row('to the counter today')}\n${row('and the fee in cash')}\n`);
    const found = async (options: OptionValues): Promise<number> =>
      (await call(validateVerb, [near], options)).out.filter((line) => line.includes('[near-duplicate]')).length;
    assert.equal(await found({}), 0);
    assert.equal(await found({ 'near-duplicate-threshold': '0.5' }), 1);
    await assert.rejects(found({ 'near-duplicate-threshold': '0.2' }), SftError);
  });
  it('gives --json the fields of the contract and nothing else', async () => {
    const twice = await file('twice.jsonl', `${GOOD}\n${GOOD}\n`);
    const { code, out, log } = await call(validateVerb, [twice], {}, true);
    assert.equal(code, 0);
    assert.deepEqual(log, []);
    const [finding] = JSON.parse(out.join('\n')) as [Record<string, unknown>];
    assert.deepEqual(finding, {
      file: twice,
      line: 2,
      column: 1,
      endLine: 2,
      endColumn: 2,
      severity: 'warning',
      rule: 'exact-duplicate',
      message: finding['message'],
      related: [{ file: twice, line: 1, column: 1 }],
    });
  });
  it('prints the first 200 findings, all with --all', async () => {
    const many = await file('many.json', `[${Array.from({ length: 250 }, () => '{}').join(',')}]`);
    const some = await call(validateVerb, [many]);
    assert.equal(some.out.length, 202);
    assert.equal(some.out[200], 'and 50 more; --all prints them');
    assert.equal((await call(validateVerb, [many], { all: true })).out.length, 251);
  });
  it('exits 2 on an unreadable file, the others being checked all the same', async () => {
    const good = await file('good.json', `[${GOOD}]`);
    const { code, out, log } = await call(validateVerb, [path.join(folder, 'none.json'), good]);
    assert.equal(code, 2);
    assert.match(log[0]!, /none\.json there is no such file - check/);
    assert.deepEqual(out.slice(1), [`${good}: JSON array, 1 valid example, 1 note`]);
    await assert.rejects(call(validateVerb, []), (error) => error instanceof SftError && error.exitCode === 2);
  });
});

describe('sft split', () => {
  const sources = Array.from(
    { length: 40 },
    (_, i) =>
      `{ "question":"Q${i} \\u20a6?",\n     "answer" : "₦${i}",  "agency": "${i % 4 === 0 ? 'FIRS' : 'NIMC'}" }`,
  );
  it('writes the parts in the format of the input, each example byte for byte', async () => {
    const text = `[\n  ${sources.join(',\n  ')}\n]\n`;
    const all = await file('all.json', text);
    const out = path.join(folder, 'parts');
    const { code, out: printed } = await call(splitVerb, [all], { out });
    assert.equal(code, 0);
    assert.deepEqual(printed.slice(0, 4), [
      'agency  train  validation  test',
      'FIRS        8           1     1',
      'NIMC       24           3     3',
      'all        32           4     4',
    ]);
    assert.deepEqual((await readdir(out)).sort(), ['test.json', 'train.json', 'validation.json']);
    const written = await Promise.all(
      ['train', 'validation', 'test'].map((part) => readFile(path.join(out, `${part}.json`), 'utf8')),
    );
    for (const source of sources) assert.equal(written.filter((part) => part.includes(source)).length, 1);
    assert.deepEqual(
      written.map((part) => (JSON.parse(part) as unknown[]).length),
      [32, 4, 4],
    );
    assert.equal(await readFile(all, 'utf8'), text);
    const again = await call(
      validateVerb,
      ['train', 'validation', 'test'].map((part) => path.join(out, `${part}.json`)),
    );
    assert.equal(again.code, 0);
  });
  it('keeps lines lines, and leaves out parts of share 0', async () => {
    const all = await file('all.jsonl', sources.map((source) => source.replace('\n', '')).join('\n'));
    const out = path.join(folder, 'lines');
    const { out: printed } = await call(splitVerb, [all], { out, train: '0.9', validation: '0' }, true);
    const { files } = JSON.parse(printed[0]!) as { files: { part: string; examples: number }[] };
    assert.deepEqual(
      files.map(({ part, examples }) => [part, examples]),
      [
        ['train', 36],
        ['test', 4],
      ],
    );
    const lines = (await readFile(path.join(out, 'test.jsonl'), 'utf8')).split('\n');
    assert.equal(lines.length, 5);
    for (const line of lines.slice(0, 4)) assert.ok(sources.map((source) => source.replace('\n', '')).includes(line));
  });
  it('does not overwrite without --force, nor its own input at all', async () => {
    const train = await file('train.json', `[${sources.join(',')}]`);
    const refused = (code: string) => (error: unknown) =>
      error instanceof SftError && error.code === code && error.exitCode === 2;
    await assert.rejects(call(splitVerb, [train], { out: folder, force: true }), refused('output-is-input'));
    const all = await file('all.json', `[${sources.join(',')}]`);
    const out = path.join(folder, 'twice');
    await call(splitVerb, [all], { out });
    await assert.rejects(call(splitVerb, [all], { out }), refused('output-exists'));
    assert.equal((await call(splitVerb, [all], { out, force: true })).code, 0);
  });
  it('refuses data with errors and shares that do not sum to 1', async () => {
    const bad = await file('bad.json', `[${GOOD}, {}]`);
    const out = path.join(folder, 'never');
    await assert.rejects(
      call(splitVerb, [bad], { out }),
      (error) => error instanceof SftError && error.code === 'dataset-has-errors',
    );
    await assert.rejects(
      call(splitVerb, [bad], { out, train: '0.5' }),
      (error) => error instanceof SftError && error.code === 'split-parts',
    );
    await assert.rejects(readdir(out), { code: 'ENOENT' });
  });
});
