import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { countedText, hintText, partsText, summaryText, totalsExplained, totalsText } from './hint-text';

const ONE = { answers: 1, trainedAnswers: 1 };

describe('hintText', () => {
  it('gives tokens, trained tokens and the share of max_seq_length', () => {
    assert.equal(
      hintText({ tokens: 187, trained: 92, truncated: 0, ...ONE }, 1024, false),
      '187 tok · 92 trained · 18%',
    );
  });

  it('marks an estimate', () => {
    assert.equal(hintText({ tokens: 10, trained: 4, truncated: 0, ...ONE }, 100, true), '≈10 tok · ≈4 trained · 10%');
  });

  it('warns of what is cut, and of an answer that is lost', () => {
    const cut = hintText({ tokens: 1500, trained: 900, truncated: 476, ...ONE }, 1024, false);
    assert.equal(cut, '⚠ 1,500 tok · 900 trained · 146% · 476 cut');
    const lost = hintText({ tokens: 1500, trained: 0, truncated: 476, ...ONE }, 1024, false);
    assert.equal(lost, '⚠ 1,500 tok · 0 trained · 146% · answer lost');
  });
});

describe('partsText', () => {
  const parts = { tokens: 30, prompt: 10, answer: 12, template: 8 };

  it('lists where the tokens come from', () => {
    const text = partsText(parts, { tokens: 30, trained: 13, truncated: 0, ...ONE }, 1024);
    for (const row of [
      '| prompt | 10 |',
      '| answer | 12 |',
      '| chat template | 8 |',
      '| all | 30 |',
      '| trained | 13 |',
    ]) {
      assert.ok(text.includes(row), row);
    }
    assert.ok(
      text.endsWith(
        '\n\nThe example takes 3% of max_seq_length, 1,024 tokens. The model learns to write the 13 trained tokens; it only reads the others.',
      ),
      text,
    );
  });

  it('says how many are cut', () => {
    assert.match(
      partsText(parts, { tokens: 30, trained: 3, truncated: 10, ...ONE }, 20),
      /The example takes 150% of max_seq_length, 20 tokens\. 10 of its tokens lie beyond and are cut\./,
    );
  });
});

describe('what is not known', () => {
  it('is not summed up while examples are being counted', () => {
    const summary = { total: 0, p50: 0, p95: 0, max: 0 };
    const result = { complete: false, count: 1440, summary, estimated: false };
    assert.equal(totalsText(result), '1,440 ex · counting…');
    assert.equal(totalsText({ ...result, complete: true }), summaryText(1440, summary, false));
  });

  it('is said of an estimate: it leaves out the chat template', () => {
    const without = /leaves out the chat template/;
    const none = { modelName: undefined, modelProblem: undefined, maxSeqLength: 1024 };
    assert.match(countedText(none), without);
    assert.match(
      countedText({ ...none, modelProblem: 'it is cut off' }),
      /cannot be counted by the model: it is cut off\n[^]*chat template/,
    );
    assert.equal(countedText({ ...none, modelName: 'tiny' }), 'Tokens as tiny counts them, max_seq_length 1,024');
  });
});

describe('the totals of a file', () => {
  it('are explained in sentences', () => {
    const summary = { total: 81234, p50: 183, p95: 240, max: 512 };
    const of = { modelName: 'tiny', modelProblem: undefined, maxSeqLength: 1024 };
    assert.equal(
      totalsExplained({ ...of, complete: true, count: 440, summary, estimated: false }),
      '440 examples with 81,234 tokens in all. Half of them have at most 183 (p50), 95% at most 240 (p95), the longest has 512 (max).\n\nTokens as tiny counts them, max_seq_length 1,024',
    );
  });
});

describe('summaryText', () => {
  it('gives totals and percentiles', () => {
    const text = summaryText(440, { total: 81234, p50: 183, p95: 240, max: 512 }, false);
    assert.equal(text, '440 ex · 81,234 tok · p50 183 · p95 240 · max 512');
  });
});
