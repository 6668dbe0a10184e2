import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, it } from 'node:test';
import { locateTensors } from '../../src/base/tensor-folder';
import { readGguf } from '../../src/base/gguf/read-gguf';
import { findLlamaCpp } from '../../src/verify/llama-cpp/ask-llama-cpp';
import type { Verification } from '../../src/verify/verification';
import { MODEL, sft, SFT, smallConfig, temporaryFolder, type Finished } from './sft';

const folder = temporaryFolder();
const MODULE = findLlamaCpp();
const NO_LLAMA_CPP =
  MODULE === undefined && 'node-llama-cpp is not installed (SFT_LLAMA_CPP names the folder it is in)';

function train(name: string, values: Readonly<Record<string, unknown>> = {}): string {
  const run = path.join(folder, name);
  mkdirSync(`${run}-config`);
  const config = smallConfig(`${run}-config`, { max_steps: 4, learning_rate: 5e-3, ...values });
  const trained = sft(['train', config, '--run', run]);
  assert.equal(trained.code, 0, trained.err);
  return run;
}

function exported(run: string, name: string, ...options: string[]): { out: string; finished: Finished } {
  const out = path.join(folder, name);
  const finished = sft(['export', run, '--out', out, '--threads', '1', ...options]);
  assert.equal(finished.code, 0, finished.err);
  return { out, finished };
}

function verified(place: string, ...options: string[]): { code: number | null; found: Verification[]; err: string } {
  const { code, out, err } = sft(['verify', place, '--threads', '1', '--json', ...options]);
  assert.notEqual(out, '', err);
  return { code, found: (JSON.parse(out) as { exports: Verification[] }).exports, err };
}

/** Puts other bytes into the middle of a file. */
function change(file: string, offset: number, bytes: number[]): void {
  const content = readFileSync(file);
  content.set(bytes, offset);
  writeFileSync(file, content);
}

describe('sft export verifies what it wrote', () => {
  let run: string;

  before(() => {
    run = train('lora');
  });

  it('every form, loaded again from its own files: the loss of the run as exactly as its type allows', () => {
    const forms: [name: string, options: string[], form: string, type: string][] = [
      ['peft', ['--to', 'peft'], 'peft', 'f32'],
      ['merged', ['--to', 'merged'], 'merged', 'bf16'],
      ['nf4', ['--to', 'merged', '--type', 'nf4'], 'merged', 'nf4'],
      ['f32.gguf', ['--to', 'gguf', '--type', 'f32'], 'gguf', 'f32'],
      ['q8_0.gguf', ['--to', 'gguf', '--type', 'q8_0'], 'gguf', 'q8_0'],
      ['q4_0', ['--to', 'gguf', '--type', 'q4_0'], 'gguf', 'q4_0'],
      ['lora.gguf', ['--to', 'gguf-lora'], 'gguf-lora', 'f32'],
      ['base.gguf', ['--to', 'gguf', '--weights', 'base', '--type', 'f32'], 'gguf', 'f32'],
      ['ollama', ['--to', 'ollama', '--type', 'f32'], 'gguf', 'f32'],
      ['ollama-adapter', ['--to', 'ollama', '--as', 'adapter', '--type', 'f32'], 'gguf-pair', 'f32'],
    ];
    for (const [name, options, form, type] of forms) {
      const { finished, out } = exported(run, name, ...options, '--json');
      const { verified: found } = JSON.parse(finished.out) as { verified: Verification };
      assert.deepEqual([found.place, found.form, found.type, found.part], [out, form, type, 'test']);
      assert.ok(Math.abs(found.nll.export! - found.nll.run!) <= found.mayDiffer);
      assert.equal(found.questions.length, 3);
      assert.deepEqual(
        readdirSync(folder).filter((entry) => entry.startsWith('.sft-verify')),
        [],
      );
    }
  });

  it('sft verify RUN asks all of them again, beside the base model', () => {
    const { code, found, err } = verified(run, '--questions', '2', '--max-new-tokens', '6');
    assert.equal(code, 0, err);
    assert.equal(found.length, 10);
    for (const { nll, questions, type } of found) {
      assert.ok(
        Math.abs(nll.base! - nll.run!) > 0.05 || nll.run === nll.base,
        'the run changed nothing: this measures nothing',
      );
      assert.equal(questions.length, 2);
      if (type !== 'f32') continue;
      for (const { answers } of questions) assert.equal(answers.export!.text, answers.run!.text);
    }
    const text = sft(['verify', path.join(folder, 'q8_0.gguf'), '--run', run, '--threads', '1']);
    assert.equal(text.code, 0, text.err);
    assert.match(
      text.out,
      /q8_0\.gguf: answers as the run does\ngguf, q8_0: 3 questions of the test part\nloss per token: base \d/,
    );
    const rough = sft(['verify', path.join(folder, 'nf4'), '--run', run, '--threads', '1']);
    assert.match(rough.out, /nf4: answers as the run does, as far as 4 bits allow\nmerged, nf4: /);
    assert.match(
      text.out,
      /data\.json:\d+ .+\n  base: {6}.+\n(?:.*\n)*?  run: .*\n(?:.*\n)*?  export: {4}the same, \d+ tokens/,
    );
  });

  it(
    'in a real llama.cpp: the tokens of the prompt, the answer, and that it ends by itself',
    { skip: NO_LLAMA_CPP },
    () => {
      for (const name of ['f32.gguf', 'q8_0.gguf', 'ollama-adapter']) {
        const { code, found, err } = verified(path.join(folder, name), '--run', run);
        assert.equal(code, 0, err);
        assert.deepEqual(found[0]!.notes, []);
        for (const { answers } of found[0]!.questions) {
          assert.ok(answers['llama.cpp']!.tokens > 0);
          if (name !== 'q8_0.gguf') assert.equal(answers['llama.cpp']!.text, answers.export!.text);
        }
      }
    },
  );

  it('says which program was not asked, and asks none that is left out', () => {
    const left = verified(path.join(folder, 'f32.gguf'), '--run', run, '--without', 'llama.cpp');
    assert.equal(left.found[0]!.questions[0]!.answers['llama.cpp'], undefined);
    assert.deepEqual(left.found[0]!.notes, []);
    const lora = verified(path.join(folder, 'lora.gguf'), '--run', run);
    assert.match(lora.found[0]!.notes[0]!, /llama\.cpp was not asked: the adapter needs a GGUF of its base model/);
    const unknown = sft(['verify', run, '--without', 'vllm']);
    assert.equal(unknown.code, 2);
    assert.match(
      unknown.err,
      /--without "vllm" is not a program that exports are checked with - use llama\.cpp or ollama/,
    );
  });

  it('an export that was damaged is found out, with what is wrong', () => {
    const merged = exported(run, 'damaged', '--to', 'merged', '--no-verify').out;
    const down = [...locateTensors(merged)].find(([name]) => name.includes('down_proj'))![1];
    change(down.file, down.byteOffset, new Array<number>(down.byteLength).fill(0));
    const loss = verified(merged, '--run', run);
    assert.equal(loss.code, 1);
    assert.match(
      loss.found[0]!.differences[0]!,
      /^the loss of the right answers is .* per token, .* in the run: in bf16/,
    );

    const template = path.join(merged, 'chat_template.jinja');
    writeFileSync(template, `Answer: ${readFileSync(template, 'utf8')}`);
    const [asked] = verified(merged, '--run', run).found;
    assert.match(asked!.differences[0]!, /the export's tokens for the prompt differ from those in training/);

    const gguf = exported(run, 'stops.gguf', '--to', 'gguf', '--no-verify').out;
    const key = 'tokenizer.ggml.eos_token_id';
    const eos = readGguf(gguf).metadata.get(key) as number;
    const at = readFileSync(gguf).indexOf(key) + key.length + 4;
    assert.equal(readFileSync(gguf).readUInt32LE(at), eos);
    change(gguf, at, [(eos - 1) & 255, (eos - 1) >> 8]);
    const stops = verified(gguf, '--run', run, '--without', 'llama.cpp');
    assert.equal(stops.code, 1);
    assert.ok(stops.found[0]!.differences.some((line) => /^an answer does not end at /.test(line)));
  });

  it('an export that another run made is found out', () => {
    const other = train('other', { seed: 7, learning_rate: 1e-2 });
    const wrong = verified(path.join(folder, 'f32.gguf'), '--run', other);
    assert.equal(wrong.code, 1);
    assert.match(wrong.found[0]!.differences[0]!, /the loss of the right answers is/);
  });

  it('is not verified where nobody wants it, or the data are gone, which is said', () => {
    const quiet = exported(run, 'unasked', '--to', 'peft', '--no-verify').finished;
    assert.doesNotMatch(quiet.err, /verified/);
    const data = path.join(`${run}-config`, 'data.json');
    renameSync(data, `${data}.away`);
    const { finished } = exported(run, 'no-data', '--to', 'peft');
    renameSync(`${data}.away`, data);
    assert.match(finished.err, /note: not verified: .*data\.json/);
  });

  it('a person who ends the asking keeps the export, and is told', { skip: process.platform === 'win32' }, async () => {
    const out = path.join(folder, 'interrupted');
    const args = [SFT, 'export', run, '--to', 'peft', '--out', out, '--questions', '1000', '--max-new-tokens', '4096'];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let err = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text;
      if (text.includes('asking the run')) child.kill('SIGINT');
    });
    const code = await new Promise((resolve) => child.once('close', resolve));
    assert.equal(code, 1, err);
    assert.match(err, /interrupted stopped: the export is complete, but not verified - `sft verify` does that later/);
    assert.ok(existsSync(path.join(out, 'adapter_model.safetensors')));
    assert.deepEqual(
      readdirSync(out).filter((name) => name.startsWith('.sft')),
      [],
    );
  });

  it('wants to know the run, and finds it by itself where it was exported from this folder', () => {
    const lost = sft(['verify', path.join(folder, 'peft')]);
    assert.equal(lost.code, 2);
    assert.match(lost.err, /no run in this folder records this export - give the run that was exported: --run RUN/);
    const gone = sft(['verify', path.join(folder, 'gone')]);
    assert.match(gone.err, /gone does not exist - give what `sft export` wrote/);
    const nothing = sft(['verify', MODEL, '--run', path.join(folder, 'nothing')]);
    assert.equal(nothing.code, 2);
    rmSync(path.join(run, 'exports.json'));
    const none = sft(['verify', run]);
    assert.equal(none.code, 2);
    assert.match(none.err, /no export of this run exists - export it/);
    const noExport = sft(['verify', `${run}-config`, '--run', run]);
    assert.match(
      noExport.err,
      /has no adapter, no model folder and no single GGUF file - give what `sft export` wrote/,
    );
  });
});
