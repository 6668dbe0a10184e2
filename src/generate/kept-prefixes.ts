import type { CachedSequence, KvCache } from '../model/cached-pass';
import type { LlamaModel } from '../model/llama';

/** Tokens that a model has read and whose keys and values are in the cache. */
export interface CachedPrefix {
  readonly model: LlamaModel;
  readonly sequence: CachedSequence;
  /** The tokens; of the sequence, the first `ids.length` are theirs. */
  readonly ids: readonly number[];
}

/** Prompts of ended answers, kept for prompts that begin as they did; those not used for longest make room first. */
export class KeptPrefixes {
  /** Used last at the end. */
  private kept: CachedPrefix[] = [];

  constructor(private readonly cache: KvCache) {}

  /** Takes a sequence over. One that another begins with is of no further use. */
  keep(prefix: CachedPrefix): void {
    const { model, ids } = prefix;
    const covered = this.kept.some((other) => other.model === model && sharedLength(other.ids, ids) === ids.length);
    if (covered) {
      this.cache.close(prefix.sequence);
      return;
    }
    for (const other of [...this.kept]) {
      if (other.model === model && sharedLength(other.ids, ids) === other.ids.length) this.drop(other);
    }
    this.kept.push(prefix);
  }

  /** The one that shares most with the beginning of `ids`, and how many tokens; it counts as used now. */
  longest(
    model: LlamaModel,
    ids: readonly number[],
  ): { readonly prefix: CachedPrefix; readonly shared: number } | undefined {
    let best: { prefix: CachedPrefix; shared: number } | undefined;
    for (const prefix of this.kept) {
      if (prefix.model !== model) continue;
      const shared = sharedLength(prefix.ids, ids);
      if (shared > (best?.shared ?? 0)) best = { prefix, shared };
    }
    if (best !== undefined) {
      const used = best.prefix;
      this.kept = [...this.kept.filter((prefix) => prefix !== used), used];
    }
    return best;
  }

  /** Gives up the one that was not used for longest, `spared` excepted; false where there is none. */
  dropOldest(spared?: CachedPrefix): boolean {
    const oldest = this.kept.find((prefix) => prefix !== spared);
    if (oldest !== undefined) this.drop(oldest);
    return oldest !== undefined;
  }

  /** Before a model is freed. */
  dropModel(model: LlamaModel): void {
    for (const prefix of this.kept.filter((kept) => kept.model === model)) this.drop(prefix);
  }

  private drop(prefix: CachedPrefix): void {
    this.kept = this.kept.filter((kept) => kept !== prefix);
    this.cache.close(prefix.sequence);
  }
}

/** How many tokens two lists have in common at their beginning. */
function sharedLength(a: readonly number[], b: readonly number[]): number {
  const most = Math.min(a.length, b.length);
  let shared = 0;
  while (shared < most && a[shared] === b[shared]) shared++;
  return shared;
}
