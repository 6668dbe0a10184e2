import { strict as assert } from 'node:assert';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { convertFile } from '../../src/dataset/convert-file';
import type { DatasetExample, ExampleMessage } from '../../src/dataset/example';
import { checkText, readDataset, streamDataset } from '../../src/dataset/read';
import { ALL_CONTENT_RULES } from '../../src/dataset/rules';
import type { Input } from './input';
import { INPUTS } from './inputs';

let folder = '';
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'sft-shapes-'));
});
after(async () => {
  await rm(folder, { recursive: true });
});

/** Told of every small set, whatever its shape. */
const OF_SIZE = ['dataset-size', 'length-outlier'];

function texts({ value, history = [], turns, tools }: DatasetExample): string[] {
  const listed = tools === undefined ? [] : [`tools: ${tools}`];
  if (turns !== undefined) return [...turns.map(spoken), ...listed];
  return [...history.map(spoken), value.question, value.answer, ...listed];
}

function spoken({ role, content, calls = [], train }: ExampleMessage): string {
  const words = calls.map(({ name, arguments: given }) => `${name}(${given})`);
  return `${role}${train === false ? ' (not learned)' : ''}: ${[...(content === '' ? [] : [content]), ...words].join(' ')}`;
}

async function outcome({
  file,
  text,
}: Input): Promise<{ read: string; told: string[]; said: string; first: string[] | undefined }> {
  const written = path.join(folder, file);
  await writeFile(written, text);
  const { kind, examples, findings } = await readDataset(written, { rules: ALL_CONTENT_RULES });
  const told = findings.filter(({ rule }) => !OF_SIZE.includes(rule)).map(({ rule, line }) => `${rule}@${line}`);
  const said = findings.map(({ message }) => message).join('\n');
  if (examples.length > 0) return { read: `${kind} ${examples.length}`, told, said, first: texts(examples[0]!) };
  try {
    const converted = await convertFile(written, 'messages', { layout: 'jsonl' });
    const [item] = checkText('x.jsonl', converted.text, []);
    const first = item?.type === 'example' ? texts(item.example) : undefined;
    return { read: `convert ${converted.from} ${converted.examples}`, told, said, first };
  } catch {
    return { read: '-', told, said, first: undefined };
  }
}

describe('a hundred small inputs of other tools', () => {
  it('are a hundred', () => {
    assert.ok(INPUTS.length >= 100, `${INPUTS.length}`);
  });
  for (const input of INPUTS) {
    it(`${input.name}: ${input.read}`, async () => {
      const found = await outcome(input);
      assert.deepEqual({ read: found.read, told: found.told }, { read: input.read, told: input.told ?? [] });
      if (input.first !== undefined) assert.deepEqual(found.first, input.first);
      if (input.read.startsWith('convert')) assert.match(found.said, /`sft convert`/, 'what is told leads to it');
    });
  }
});

describe('what was read is read again', () => {
  for (const input of INPUTS.filter(({ read }) => read !== '-' && !read.startsWith('convert'))) {
    it(`${input.name}: converted to messages, it says the same`, async () => {
      const written = path.join(folder, input.file);
      await writeFile(written, input.text);
      const { examples } = await readDataset(written, { rules: [] });
      if ((await errorsOf(written)) > 0) return;
      const { text } = await convertFile(written, 'messages', { layout: 'jsonl' });
      const again = checkText('x.jsonl', text, []).flatMap((item) => (item.type === 'example' ? [item.example] : []));
      assert.deepEqual(again.map(texts), examples.map(texts));
    });
  }
});

async function errorsOf(file: string): Promise<number> {
  let errors = 0;
  for await (const item of streamDataset(file)) {
    if (item.type === 'finding' && item.finding.severity === 'error') errors++;
  }
  return errors;
}
