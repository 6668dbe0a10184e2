/** Gives tokenizer.json the merges that a SentencePiece vocabulary has: every way to make a token of two. */
export function completeMerges(json: Record<string, unknown>): void {
  const model = json['model'] as { vocab: Record<string, number>; merges: [string, string][] };
  const added = json['added_tokens'] as { content: string; special: boolean }[];
  const special = new Set(added.filter((token) => token.special).map(({ content }) => content));
  const known = (token: string): boolean => Object.hasOwn(model.vocab, token) && !special.has(token);
  const tokens = Object.keys(model.vocab).filter((token) => known(token) && !/^<0x..>$/.test(token));
  model.merges = tokens.flatMap((token) => {
    const characters = Array.from(token);
    return characters
      .slice(1)
      .map((_, i): [string, string] => [characters.slice(0, i + 1).join(''), characters.slice(i + 1).join('')])
      .filter(([left, right]) => known(left) && known(right));
  });
}
