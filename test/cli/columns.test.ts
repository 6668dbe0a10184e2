import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { DATA, follow, MODEL, sft, smallConfig, temporaryFolder } from './sft';

const ROWS = (JSON.parse(readFileSync(DATA, 'utf8')) as readonly Readonly<Record<string, string>>[])
  .slice(0, 30)
  .map(({ question, answer }, i) => ({ Prompt: question, Reply: answer, subject: i % 2 === 0 ? 'even' : 'odd' }));

const COLUMNS = { question: 'Prompt', answer: 'Reply', category: 'subject' };

function foreignData(): { readonly folder: string; readonly data: string; readonly config: string } {
  const folder = temporaryFolder();
  const data = path.join(folder, 'qa.jsonl');
  writeFileSync(data, ROWS.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const config = smallConfig(folder, {
    dataset: 'qa.jsonl',
    columns: COLUMNS,
    max_steps: 2,
    warmup_steps: 0,
    eval_steps: null,
    save_steps: null,
  });
  return { folder, data, config };
}

describe('data with names of their own', () => {
  it('are checked, converted, split, counted and scored by the nearest configuration, which is named', () => {
    const { folder, data, config } = foreignData();
    const checked = sft(['validate', data]);
    assert.equal(checked.code, 0, checked.out);
    assert.match(checked.err, /as "columns" in .*sft\.config\.json says: question is "Prompt", answer is "Reply"/);
    const converted = sft(['convert', data, '--to', 'qa']);
    assert.equal(converted.code, 0, converted.err);
    assert.deepEqual(JSON.parse(converted.out.split('\n')[0]!), {
      question: ROWS[0]!.Prompt,
      answer: ROWS[0]!.Reply,
      subject: 'even',
    });
    const split = sft(['split', data, '--out', path.join(folder, 'parts')]);
    assert.equal(split.code, 0, split.err);
    assert.match(split.out, /subject +train +validation +test\n *even +12 .*\n *odd +12 /);
    const [first] = readFileSync(path.join(folder, 'parts', 'train.jsonl'), 'utf8').split('\n');
    assert.deepEqual(Object.keys(JSON.parse(first!) as object), ['Prompt', 'Reply', 'subject']);
    assert.equal(sft(['count', '--config', config]).code, 0);
    assert.equal(sft(['score', data, '--model', MODEL]).code, 0);
  });

  it('are named by --config from elsewhere, and are errors without it', () => {
    const { config, data } = foreignData();
    const elsewhere = path.join(temporaryFolder(), 'inner');
    mkdirSync(elsewhere);
    const copy = path.join(elsewhere, 'qa.jsonl');
    writeFileSync(copy, readFileSync(data));
    assert.equal(sft(['validate', copy]).code, 1);
    assert.equal(sft(['validate', copy, '--config', config]).code, 0);
  });

  it('train to the same losses as the same data by our names', async () => {
    const { config, folder, data } = foreignData();
    const losses = async (file: string): Promise<unknown[]> => {
      const { lines, code, err } = await follow(
        ['train', file, '--run', path.join(folder, path.basename(file, '.json'))],
        () => undefined,
      );
      assert.equal(code, 0, err);
      return lines.filter(({ type }) => type === 'step').map(({ loss }) => loss);
    };
    const ours = ROWS.map(({ Prompt: question, Reply: answer, subject: agency }) => ({ question, answer, agency }));
    const foreign = await losses(config);
    writeFileSync(data, ours.map((row) => `${JSON.stringify(row)}\n`).join(''));
    const values = JSON.parse(readFileSync(config, 'utf8')) as Record<string, unknown>;
    delete values['columns'];
    const plain = path.join(folder, 'plain.json');
    writeFileSync(plain, JSON.stringify(values));
    assert.deepEqual(foreign, await losses(plain));
  });

  it('a name that is not one of ours is refused at its place, with what was meant', () => {
    const { config } = foreignData();
    writeFileSync(config, readFileSync(config, 'utf8').replace('"answer": "Reply"', '"anwser": "Reply"'));
    const { code, err } = sft(['preflight', config]);
    assert.equal(code, 2);
    assert.match(err, /sft\.config\.json:\d+:5 unknown key "anwser" - did you mean "answer"\?/);
  });
});
