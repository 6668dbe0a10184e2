// Where people keep their work: names with blanks and of other alphabets, paths that are longer than Windows once allowed, a share of another
// machine, a drive that is not the model's; files as Windows' editors write them.
import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { readRun } from '../../src/runs/read-runs';
import { MODEL, sft, smallConfig, temporaryFolder } from '../cli/sft';

const root = temporaryFolder();
/** Of 12 folders of 30 letters. */
const LONG = path.join(root, ...Array.from({ length: 12 }, (_, at) => `${at}`.padEnd(30, 'x')));
/** Where the tests' starter has put a share. */
const SHARE = process.env['SFT_TEST_SHARE'];

const PLACES: Readonly<Record<string, string | undefined>> = {
  'a name with blanks and signs': path.join(root, "Mary's work (new) & more, 100%"),
  'letters of other alphabets': path.join(root, 'ìbéèrè Übung 質問 вопросы'),
  'a path longer than 260': LONG,
  'a share of another machine': SHARE,
  'a drive with the model on another': root,
};

/** One step, started as from a terminal in the folder's parent. @returns the run folder */
function train(folder: string, values: Readonly<Record<string, unknown>> = {}): string {
  mkdirSync(folder, { recursive: true });
  const config = smallConfig(folder, { max_steps: 1, warmup_steps: 0, eval_steps: null, max_new_tokens: 2, ...values });
  const run = path.join(folder, 'runs', 'one');
  const { code, err } = sft(['train', config, '--run', run]);
  assert.equal(code, 0, err);
  return run;
}

describe('a run', () => {
  for (const [what, folder] of Object.entries(PLACES)) {
    it(`lies in ${what}`, { skip: folder === undefined && 'no share here' }, async () => {
      const model = what.includes('another') ? MODEL : path.join(folder!, 'the model');
      if (model !== MODEL) cpSync(MODEL, model, { recursive: true });
      const run = train(folder!, { model_name: model });
      assert.equal((await readRun(run)).state.status, 'done');
      const out = path.join(folder!, 'merged');
      const exported = sft(['export', run, '--to', 'merged', '--out', out]);
      assert.equal(exported.code, 0, exported.err);
      assert.ok(existsSync(path.join(out, 'model.safetensors')));
      const resumed = sft(['train', '--run', run, '--resume']);
      assert.match(resumed.err, /already complete/);
    });
  }

  it('and its data are moved to another place and still found', async () => {
    const before = path.join(root, 'before');
    train(before);
    const after = path.join(root, 'after');
    renameSync(before, after);
    const moved = path.join(after, 'runs', 'one');
    assert.equal((await readRun(moved)).run.dataset.path, path.join(after, 'data.json'));
    const { code, err } = sft(['evaluate', moved, '--json']);
    assert.equal(code, 0, err);
  });

  it('is of data, configuration and template whose lines end as in Windows, after a byte-order mark', async () => {
    const folder = path.join(root, 'crlf');
    const model = path.join(folder, 'model');
    cpSync(MODEL, model, { recursive: true });
    const plain = train(path.join(root, 'lf'), { lora_dropout: 0 });
    const windows = (file: string): void => {
      writeFileSync(file, `\uFEFF${readFileSync(file, 'utf8').replaceAll('\n', '\r\n')}`);
    };
    mkdirSync(folder, { recursive: true });
    const values = { max_steps: 1, warmup_steps: 0, eval_steps: null, max_new_tokens: 2, lora_dropout: 0 };
    const config = smallConfig(folder, { ...values, model_name: model });
    for (const file of [config, path.join(folder, 'data.json')]) windows(file);
    const { chat_template: template } = JSON.parse(readFileSync(path.join(model, 'tokenizer_config.json'), 'utf8')) as {
      chat_template: string;
    };
    writeFileSync(path.join(model, 'chat_template.jinja'), template.replaceAll('\n', '\r\n'));
    const run = path.join(folder, 'runs', 'one');
    const { code, err } = sft(['train', config, '--run', run]);
    assert.equal(code, 0, err);
    const bytes = (of: string): Buffer => readFileSync(path.join(of, 'adapter', 'adapter_model.safetensors'));
    assert.deepEqual(bytes(run), bytes(plain));
    assert.equal((await readRun(run)).state.status, 'done');
  });

  it('may have a name that no file can have', () => {
    const names = ['CON', 'a: b', 'ends.', 'nul.txt', 'what? "this" <that> | *'];
    for (const [at, name] of names.entries()) {
      const folder = path.join(root, `named-${at}`);
      mkdirSync(folder);
      const config = smallConfig(folder, { name, max_steps: 1, warmup_steps: 0, eval_steps: null, max_new_tokens: 2 });
      const { code, err } = sft(['train', config]);
      assert.equal(code, 0, `${name}: ${err}`);
      const listed = JSON.parse(sft(['runs', path.join(folder, 'runs'), '--json']).out) as unknown;
      assert.ok(JSON.stringify(listed).includes(JSON.stringify(name).slice(1, -1)), name);
    }
  });
});
