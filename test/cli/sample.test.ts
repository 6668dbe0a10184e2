import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import type { QaExample } from '../../src/dataset/example';
import type { Finding } from '../../src/dataset/finding';
import { sft, temporaryFolder } from './sft';

const EXAMPLES = path.resolve('examples');
const CONFIG = JSON.parse(readFileSync(path.join(EXAMPLES, 'sft.config.json'), 'utf8')) as {
  readonly model_name: string;
  readonly dataset: string;
};

function findings(file: string): Finding[] {
  return JSON.parse(sft(['validate', file, '--json']).out) as Finding[];
}

describe('the sample', () => {
  it('has no finding, not even a pair that is nearly another: nothing leaks from part to part', () => {
    const data = path.join(EXAMPLES, CONFIG.dataset);
    assert.deepEqual(findings(data), []);
    const examples = JSON.parse(readFileSync(data, 'utf8')) as QaExample[];
    assert.equal(new Set(examples.map(({ question }) => question.toLowerCase())).size, examples.length);
  });

  it('has five mistakes in its other file, each found', () => {
    assert.deepEqual(
      findings(path.join(EXAMPLES, 'service-desk-mistakes.json')).map(({ rule }) => rule),
      ['mojibake', 'misspelt-key', 'placeholder-answer', 'exact-duplicate', 'contradictory-answers', 'dataset-size'],
    );
  });

  it('is answered far better after a few steps than before, where the questions were held out', () => {
    const folder = temporaryFolder();
    const file = path.join(folder, 'sft.config.json');
    const short = { max_steps: 60, eval_steps: null, eval_examples: 10, max_new_tokens: 40, retention: false };
    const { model_name, dataset } = CONFIG;
    const places = { model_name: path.join(EXAMPLES, model_name), dataset: path.join(EXAMPLES, dataset) };
    writeFileSync(file, JSON.stringify({ ...CONFIG, ...short, ...places }));
    const run = path.join(folder, 'run');
    const { code, err } = sft(['train', file, '--run', run]);
    assert.equal(code, 0, err);
    const { base, tuned } = JSON.parse(readFileSync(path.join(run, 'evaluation.json'), 'utf8')) as Record<
      'base' | 'tuned',
      { readonly rougeL: { readonly f1: number } }
    >;
    assert.ok(tuned.rougeL.f1 - base.rougeL.f1 > 0.15, `${base.rougeL.f1} to ${tuned.rougeL.f1}`);
  });
});
