import { textRule, type TextProblem } from './text-rule';

const URL_ONLY = /^\s*(?:(?:see|visit|go to|check|click)(?: here)?:?\s+)?<?(?:https?:\/\/|www\.)[^\s<>]+>?[\s.]*$/i;

/** The answer is an address and nothing else. */
export const urlOnly = textRule(
  'url-only',
  'warning',
  ({ source }) => /https?:|www\./i.test(source),
  function* ({ role, value }): Generator<TextProblem> {
    if (role !== 'answer' || value.length > 2000 || !URL_ONLY.test(value)) return;
    const message = 'the answer is only a web address, which the model cannot open - write what is on that page';
    yield { from: 0, to: value.length, message };
  },
);
