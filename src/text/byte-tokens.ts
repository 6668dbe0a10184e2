const encoder = new TextEncoder();

/** The tokens <0x00>..<0xFF> of a vocabulary, which spell in UTF-8 what has no token of its own (byte_fallback). */
export class ByteTokens {
  private readonly ids: readonly (number | undefined)[];

  constructor(vocab: ReadonlyMap<string, number>) {
    this.ids = Array.from({ length: 256 }, (_, byte) =>
      vocab.get(`<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`),
    );
  }

  /** Undefined where a byte has no token. */
  spell(text: string): number[] | undefined {
    const ids: number[] = [];
    for (const byte of encoder.encode(text)) {
      const id = this.ids[byte];
      if (id === undefined) return undefined;
      ids.push(id);
    }
    return ids;
  }
}
