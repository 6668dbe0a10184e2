import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PendingRequests } from './pending';
import { toPreview } from './preview';
import { fromReport } from './report';
import { accept } from './shape';

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
    assert.equal(refusal('ready'), 'message has no type');
    assert.equal(refusal({ type: 'toString' }), 'message has the unknown type toString');
    assert.equal(refusal({ type: 'reveal', id: 1 }), 'message.rule is no text');
    assert.equal(refusal({ type: 'reveal', id: -1, rule: '' }), 'message.id is no whole number from 0');
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
      tokens: [token, { ...token, cut: 0 }],
    };
    assert.equal(refusal({ type: 'preview', preview }, toPreview), 'message.preview.tokens[1].cut is no truth value');
  });

  it('answers a request once', async () => {
    const pending = new PendingRequests(60_000);
    let sent = 0;
    const asked = pending.ask((id) => (sent = id));
    assert.equal(pending.answer(sent, 'no such rule'), true);
    assert.equal(await asked, 'no such rule');
    assert.equal(pending.answer(sent, undefined), false);
  });

  it('gives up on a request that is not answered', async () => {
    const pending = new PendingRequests(1);
    assert.match((await pending.ask(() => undefined)) ?? '', /did not answer in time/);
  });
});
