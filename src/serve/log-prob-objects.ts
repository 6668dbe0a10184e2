import { createStreamingDecoder } from '../text/streaming-decoder';
import { spellToken } from '../text/spell-token';
import type { TextTokenizer } from '../text/tokenizer';
import type { RatedToken } from './answer';

/** What the objects need to know of a tokenizer. */
export interface TokenSpelling {
  readonly tokenizer: TextTokenizer;
  readonly stopTokenIds: readonly number[];
}

/** Tokens of a choice as OpenAI's `logprobs`; each call gives those that came since the last one. */
export type LogProbObjects = (tokens: readonly RatedToken[]) => object;

/** `logprobs` of a chat answer: a list of its tokens. What ends the turn is not part of it. */
export function chatLogProbs({ tokenizer, stopTokenIds }: TokenSpelling): LogProbObjects {
  const spelled = ({ id, logProb }: { readonly id: number; readonly logProb: number }): object => {
    const { text, bytes } = spellToken(tokenizer, id);
    return { token: text, logprob: logProb, bytes };
  };
  return (tokens) => {
    const content = tokens.flatMap(({ id, likely }) =>
      likely === undefined || stopTokenIds.includes(id)
        ? []
        : [{ ...spelled(likely), top_logprobs: likely.top.map(spelled) }],
    );
    return { content, refusal: null };
  };
}

/**
 * `logprobs` of a text completion: lists side by side, where what ends the answer has its place too. A map names the likeliest tokens
 * and the one that came; of two that are spelled alike, the likelier.
 */
export function textLogProbs({ tokenizer }: TokenSpelling): LogProbObjects {
  const spelled = (id: number): string => spellToken(tokenizer, id).text;
  const echoedText = createStreamingDecoder(tokenizer);
  const answeredText = createStreamingDecoder(tokenizer, { skipSpecialTokens: true });
  let offset = 0;
  const offsetOf = ({ id, echoed }: RatedToken): number => {
    const at = offset;
    offset += (echoed ? echoedText : answeredText).push(id).length;
    return at;
  };
  return (tokens) => ({
    tokens: tokens.map(({ id }) => spelled(id)),
    token_logprobs: tokens.map(({ likely }) => likely?.logProb ?? null),
    top_logprobs: tokens.map(({ likely }) => {
      if (likely === undefined) return null;
      const ascending = [likely, ...likely.top.toReversed()];
      return Object.fromEntries(ascending.map(({ id, logProb }) => [spelled(id), logProb]));
    }),
    text_offset: tokens.map(offsetOf),
  });
}
