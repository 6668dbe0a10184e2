/** What tells a SentencePiece vocabulary from another BPE: see `scoresOf`. */
export type Scores = { readonly scores: ReadonlyMap<string, number> } | { readonly reason: string };

/**
 * The scores with which llama.cpp's SentencePiece tokenizer joins what a list of merges joins. That one joins whatever makes a token, the
 * token of the highest score first; so every way to make a token must be among the merges, and those that make the same token must
 * follow one another.
 * @param merges in their order
 * @param isPlain whether a token is neither added nor a byte's
 * @returns scores of the tokens that merges make, or why there are none that do the same
 */
export function scoresOf(
  vocab: ReadonlyMap<string, number>,
  merges: readonly (readonly [left: string, right: string])[],
  isPlain: (token: string) => boolean,
): Scores {
  const pairs = new Set(merges.map(([left, right]) => `${left} ${right}`));
  const scores = new Map<string, number>();
  let before: string | undefined;
  for (const [rank, [left, right]] of merges.entries()) {
    const token = left + right;
    if (token === before) continue;
    if (scores.has(token)) return { reason: `the merges that make ${JSON.stringify(token)} are not ranked together` };
    scores.set(token, -rank);
    before = token;
  }
  for (const token of vocab.keys()) {
    if (!isPlain(token)) continue;
    for (const [left, right] of splitsOf(token)) {
      if (vocab.has(left) && vocab.has(right) && !pairs.has(`${left} ${right}`)) {
        return { reason: `${JSON.stringify(left)} and ${JSON.stringify(right)} make a token, but no merge joins them` };
      }
    }
  }
  return { scores };
}

/** The merges behind scores: every way to make a token, the token of the highest score first. */
export function mergesOf(
  vocab: ReadonlyMap<string, number>,
  scores: ReadonlyMap<string, number>,
): readonly (readonly [left: string, right: string])[] {
  return [...scores]
    .sort(([, a], [, b]) => b - a)
    .flatMap(([token]) => splitsOf(token).filter(([left, right]) => vocab.has(left) && vocab.has(right)));
}

function splitsOf(token: string): (readonly [left: string, right: string])[] {
  const characters = Array.from(token);
  return characters
    .slice(1)
    .map((_, i) => [characters.slice(0, i + 1).join(''), characters.slice(i + 1).join('')] as const);
}
