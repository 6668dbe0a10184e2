import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PendingRequests } from './pending';
import { toPreview } from './preview';
import { fromReport } from './report';
import { answerMessage, given } from './requests';
import { count, text } from '../base/shapes';
import { accept } from './messages';

describe('messages between editor and webviews', () => {
  const refusal = (value: unknown, shape: Parameters<typeof accept>[0] = fromReport): string | undefined => {
    let reason: string | undefined;
    const taken = accept(shape, value, (said) => (reason = said));
    assert.equal(taken === undefined, reason !== undefined);
    return reason;
  };

  it('takes what fits', () => {
    assert.equal(refusal({ type: 'ready' }), undefined);
    assert.equal(refusal({ type: 'reveal', id: 1, rule: 'blank-text' }), undefined);
  });

  it('refuses what is unknown or malformed, and says where', () => {
    assert.equal(refusal('ready'), 'message is not a known message');
    assert.equal(refusal({ type: 'toString' }), 'message.type is not a known message');
    assert.equal(refusal({ type: 'reveal', id: 1 }), 'message.rule is missing');
    assert.equal(refusal({ type: 'reveal', id: -1, rule: '' }), 'message.id is not a whole number from 0');
    assert.equal(refusal({ type: 'ready', more: 1 }), 'message.more is unknown');
  });

  it('names the place in a list', () => {
    const token = { id: 1, text: 'a', trained: true, special: false, cut: false };
    const preview = {
      file: 'a',
      example: 1,
      examples: 1,
      model: 'm',
      maxSeqLength: 8,
      note: '',
      tokens: [token, { ...token, cut: 0 }],
    };
    assert.equal(
      refusal({ type: 'preview', preview }, toPreview),
      'message.preview.tokens[1].cut is not true or false',
    );
  });

  const requests = { name: { ask: { of: count }, answer: text } };
  const pendingWith = (
    limit: number,
    send: (message: unknown) => void = () => undefined,
  ): PendingRequests<typeof requests> => new PendingRequests(requests, { send, who: 'The view', limit });

  it('answers a request once, with what belongs to it', async () => {
    const sent: unknown[] = [];
    const pending = pendingWith(60_000, (message) => sent.push(message));
    const asked = pending.ask('name', { of: 3 });
    assert.deepEqual(sent, [{ type: 'name', id: 1, of: 3 }]);
    assert.equal(pending.answer(answerMessage(1, given('three'))), true);
    assert.deepEqual(await asked, given('three'));
    assert.equal(pending.answer(answerMessage(1, given('four'))), false);
  });

  it('tells why a request was refused, and refuses an answer that is not of its kind', async () => {
    const pending = pendingWith(60_000);
    const asked = [pending.ask('name', { of: 1 }), pending.ask('name', { of: 2 })];
    pending.answer(answerMessage(2, given(2)));
    pending.answer(answerMessage(1, { problem: 'no such number' }));
    assert.deepEqual(
      (await Promise.all(asked)).map(({ problem }) => problem),
      ['no such number', 'the answer to name is not text'],
    );
  });

  it('gives up on a request that is not answered', async () => {
    assert.deepEqual(await pendingWith(1).ask('name', { of: 1 }), {
      problem: 'The view did not answer in time - try again',
    });
  });
});
