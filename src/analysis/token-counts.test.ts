import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it } from 'node:test';
import { loadChatTokenizer } from '../text/chat-tokenizer';
import { ModelCounts } from './model-counts';
import { openTokenCounts } from './token-counts';

const MODEL = path.resolve('examples/tiny-llama');

describe('the tokens of an example', () => {
  it('read as the text they stand for, a character at the last of its tokens', async () => {
    const value = { question: 'Pay ₦5?\nOk', answer: 'Yes 🎉, now.' };
    const sequence = (await openTokenCounts(MODEL)).sequenceOf({ value }, 1024);
    const texts = sequence?.tokens.map(({ text }) => text) ?? [];
    const chat = await loadChatTokenizer(MODEL);
    const { ids } = chat.encodeExample(value, 1024);
    assert.deepEqual(
      sequence?.tokens.map(({ id }) => id),
      [...ids],
    );
    assert.equal(texts.join(''), chat.tokenizer.decode([...ids]));
    assert.ok(texts.includes('🎉'));
  });

  it('count a system prompt among what is asked', async () => {
    const example = { value: { question: 'Who?', answer: 'Me.' } };
    const counts = await openTokenCounts(MODEL);
    const [without, under] = [counts.partsOf(example)!, counts.under({ systemPrompt: 'Be brief.' }).partsOf(example)!];
    assert.equal(under.answer, without.answer);
    assert.ok(under.prompt > without.prompt);
    assert.equal(under.prompt + under.answer + under.template, under.tokens);
  });
});

describe('the counts of models', () => {
  const example = { value: { question: 'Who?', answer: 'Me.' } };

  it('are kept for the settings in use, and share a model', async () => {
    const counts = new ModelCounts();
    const brief = { modelFolder: MODEL, systemPrompt: 'Be brief.' };
    const plain = { modelFolder: MODEL, systemPrompt: undefined };
    const [first, second] = [await counts.of(brief), await counts.of(plain)];
    assert.ok(first.lengthOf(example, 1024).tokens > second.lengthOf(example, 1024).tokens);
    assert.equal(await counts.of({ ...brief }), first);
    counts.keepOnly([plain]);
    assert.equal(await counts.of(plain), second);
    assert.notEqual(await counts.of(brief), first);
  });
});
