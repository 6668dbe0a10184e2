import assert from 'node:assert/strict';
import { it } from 'node:test';
import { samplingChoice } from '../../src/cli/sampling-options';
import { DEFAULT_SETTINGS } from '../../src/messages/chat';

it('the chat view and the command line answer the same unless told otherwise: greedily, as long', () => {
  const { sampling, maxNewTokens } = samplingChoice({});
  assert.equal(DEFAULT_SETTINGS.doSample, sampling.do_sample);
  assert.equal(DEFAULT_SETTINGS.maxNewTokens, maxNewTokens);
});
