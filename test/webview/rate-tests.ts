// A test of learning rates for its pages, made by the product's own code from a recorded curve.
import { readFileSync } from 'node:fs';
import { RateTestState } from '../../src/editor/rates/rate-test';
import type { ToRates } from '../../src/messages/rates';
import { findSuggestion, type RateFinding } from '../../src/train/rates/suggest';

const TESTED = { name: 'nigeria-services', file: '/home/me/project/sft.config.json', now: 5e-5 };
const TOTAL = 60;

interface Recorded {
  readonly points: readonly (readonly [rate: number, loss: number, start: number])[];
}

/**
 * What the editor sends of a test.
 * @param steps it has done; all of them where it is over
 * @param failed why it failed
 */
export function rateTestMessages(steps?: number, failed?: string): ToRates[] {
  const state = new RateTestState(TESTED);
  const { points } = JSON.parse(readFileSync('src/train/rates/testdata/lora.json', 'utf8')) as Recorded;
  const taken = points.slice(0, steps).map(([rate, loss, start]) => ({ rate, loss, start }));
  for (const [at, point] of taken.entries()) state.take({ type: 'point', step: at + 1, total: TOTAL, ...point });
  if (taken.length === 0) state.take({ type: 'progress', message: 'the unchanged model has read 12 of 34 examples' });
  if (failed !== undefined) state.fail(failed);
  else if (steps === undefined) state.take(resultOf(findSuggestion(taken)));
  return [{ type: 'test', test: state.shown() }];
}

function resultOf({ lowest, suggested, text }: RateFinding): Parameters<RateTestState['take']>[0] {
  return {
    type: 'result',
    suggested: suggested ?? null,
    lowest: lowest ?? null,
    learning_rate: TESTED.now,
    message: text,
  };
}
