import type { TextTokenizer } from './tokenizer';

export interface StreamingDecoder {
  /** Takes the next id and gives the text that is final now; what may still change (half a character) is held back. */
  push(id: number): string;
  /** What was held back. */
  end(): string;
}

/** Decodes while ids arrive. All that it gives, joined, equals `tokenizer.decode` of all ids with the same options. */
export function createStreamingDecoder(
  tokenizer: TextTokenizer,
  options: { readonly skipSpecialTokens?: boolean } = {},
): StreamingDecoder {
  const stream = tokenizer.decodeStream();
  return {
    push(id) {
      const token = tokenizer.tokenText(id);
      if (token === '' || (options.skipSpecialTokens === true && tokenizer.isSpecial(id))) return '';
      return stream.push(token);
    },
    end: () => stream.end(),
  };
}
