import type { Config } from '../config-schema';
import type { ForeignEntry } from './read-yaml';

type Key = Exclude<keyof Config, '$schema'>;

/** A key that was not taken, or not as it is. */
export interface LostKey {
  readonly key: string;
  readonly value: unknown;
  /** 1-based; undefined where the tool's own default is meant. */
  readonly line: number | undefined;
  readonly reason: string;
}

/** Keys of another tool's configuration, and what of them has become of ours: none is left out without a word. */
export class ForeignKeys {
  readonly config: Partial<Record<Key, unknown>> = {};
  /** Of ours, where each came from. */
  readonly origins = new Map<Key, ForeignEntry>();
  readonly lost: LostKey[] = [];
  readonly notes: string[] = [];
  private readonly entries: ReadonlyMap<string, ForeignEntry>;
  private readonly seen = new Set<string>();

  constructor(entries: readonly ForeignEntry[]) {
    this.entries = new Map(entries.map((entry) => [entry.key, entry]));
  }

  /** The value of a key that is dealt with now; undefined and null where it is not there. */
  read(key: string): unknown {
    this.seen.add(key);
    return this.entries.get(key)?.value ?? undefined;
  }

  /** The value of a key that is dealt with elsewhere. */
  peek(key: string): unknown {
    return this.entries.get(key)?.value ?? undefined;
  }

  /** Takes a key as it is under a name of ours. */
  take(key: string, as: Key): void {
    const value = this.read(key);
    if (value !== undefined) this.set(as, value, key);
  }

  /** Sets a key of ours to what a key of theirs means. */
  set(as: Key, value: unknown, key: string): void {
    this.config[as] = value;
    const entry = this.entries.get(key);
    if (entry !== undefined) this.origins.set(as, entry);
  }

  /** Says that a key cannot be taken; nothing where it is not there. */
  lose(key: string, reason: string): void {
    this.seen.add(key);
    const entry = this.entries.get(key);
    if (entry !== undefined && entry.value !== null) this.lost.push({ ...entry, reason });
  }

  /** Says that a key cannot be taken unless its value is one of those that mean what is done here anyway. */
  loseUnless(key: string, values: readonly unknown[], reason: string): void {
    const value = this.read(key);
    if (value !== undefined && !values.includes(value)) this.lose(key, reason);
  }

  /** What of the tool's own holds where its configuration says nothing. */
  assume(tool: string, values: Partial<Record<Key, unknown>>): void {
    for (const [key, value] of Object.entries(values) as [Key, unknown][]) {
      // A number of updates goes before one of epochs.
      const decided = key in this.config || (key === 'num_train_epochs' && 'max_steps' in this.config);
      if (decided) continue;
      this.config[key] = value;
      this.notes.push(`${key} ${JSON.stringify(value)} is the default of ${tool}`);
    }
  }

  /** Names the keys that nobody has dealt with. @param known what can be said of some of them */
  finish(known: readonly (readonly [key: RegExp, reason: string])[]): void {
    for (const key of this.entries.keys()) {
      if (this.seen.has(key)) continue;
      this.lose(key, known.find(([test]) => test.test(key))?.[1] ?? 'there is no equivalent here');
    }
  }
}
