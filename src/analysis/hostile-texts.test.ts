import assert from 'node:assert/strict';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { createRandom } from '../base/random';
import { AnalysisClient } from './client';
import type { AnalysisResult } from './protocol';

const settings = { modelFolder: 'examples/tiny-llama', maxSeqLength: 1024, rules: {}, nearDuplicateThreshold: 0.8 };

/** Texts that no person wrote, through the worker as the extension runs it. */
describe('the analysis worker and hostile texts', () => {
  let settle: (result: AnalysisResult) => void = () => undefined;
  let fail: (error: Error) => void = () => undefined;
  const client = new AnalysisClient(path.resolve('dist/analysis-worker.js'), {
    onMessage(message) {
      if (message.type === 'failed') fail(new Error(message.problem.message));
      else if (message.result.complete) settle(message.result);
    },
    onRestart: () => {
      fail(new Error('the worker died'));
    },
    log: () => undefined,
  });
  after(() => client.dispose());

  const analysed = (text: string): Promise<AnalysisResult> =>
    new Promise((resolve, reject) => {
      settle = resolve;
      fail = reject;
      client.post({ type: 'open', uri: 'h', file: 'h.json', version: 1, text, settings });
    });

  const random = createRandom(11);
  const bytes = Buffer.from(Array.from({ length: 500_000 }, () => random.below(256)));
  const cases: readonly [string, string, readonly string[]][] = [
    ['a text of 5 MB', JSON.stringify([{ question: 'What is it?', answer: 'word and more. '.repeat(350_000) }]), []],
    ['a word of 5 MB', JSON.stringify([{ question: 'What is it?', answer: 'ab'.repeat(2_500_000) }]), []],
    ['a text of 5 MB that never ends', `[{"question": "q?", "answer": "${'x'.repeat(5_000_000)}`, ['cut-off']],
    [
      'a million nested brackets',
      '['.repeat(1_000_000),
      ['not-json', 'top-level', 'too-deep', 'cut-off', 'wrong-bracket', 'empty-file'],
    ],
    ['a binary file read as UTF-8', bytes.toString('utf8'), ['not-json', 'unexpected-text']],
    ['random bytes read as Latin-1', bytes.toString('latin1'), ['not-json', 'unexpected-text']],
    [
      'random bytes inside an answer',
      `[{"question": "q?", "answer": "${bytes.toString('latin1')}"}]`,
      ['control-character'],
    ],
  ];
  for (const [name, text, rules] of cases) {
    // A hang is what fails here, by the limit of the runner.
    it(`gives a result for ${name}`, { timeout: 60_000 }, async () => {
      const result = await analysed(text);
      if (rules.length === 0) assert.equal(result.count, 1, JSON.stringify(result.findingsByRule));
      else {
        assert.ok(
          Object.keys(result.findingsByRule).some((rule) => rules.includes(rule)),
          JSON.stringify(result.findingsByRule),
        );
      }
      for (const { message } of result.findings) assert.ok(message.length < 400, message.slice(0, 80));
    });
  }

  it('still analyses an ordinary text after them', async () => {
    const result = await analysed('[{"question": "What is it?", "answer": "A test."}]');
    assert.equal(result.count, 1);
    assert.equal(result.estimated, false);
  });
});
