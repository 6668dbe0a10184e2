import { isDeepStrictEqual } from 'node:util';
import type { ResolvedConfig } from '../../config/config-schema';
import { withDefaults } from '../../config/defaults';

type Key = keyof ResolvedConfig;

/** Keys that name things of this machine or tool, or that the recipe's data follow already. */
const ELSEWHERE: ReadonlySet<Key> = new Set<Key>([
  'name',
  'model_name',
  'dataset',
  'validation_dataset',
  'test_dataset',
  'columns',
  'system_prompt',
  'train_on',
  'enable_thinking',
  'split',
  'output_dir',
  'engine',
  'device',
  'threads',
  'eval_examples',
  'max_new_tokens',
  'rouge_unicode',
]);

/**
 * A configuration that remembers which of its keys a recipe has written, so that none is left out without a word: a key that no recipe
 * knows yet is told as lost by all of them.
 */
export class TakenKeys {
  private readonly taken = new Set<Key>();
  private readonly reasons = new Map<Key, string>();

  constructor(private readonly config: ResolvedConfig) {}

  /** The value, for the recipe to write. */
  take<K extends Key>(key: K): ResolvedConfig[K] {
    this.taken.add(key);
    return this.config[key];
  }

  /** The value, for the recipe to decide by. */
  peek<K extends Key>(key: K): ResolvedConfig[K] {
    return this.config[key];
  }

  /** Says why the tool cannot have a key, should its value matter. */
  cannot(key: Key, reason: string): void {
    this.reasons.set(key, reason);
  }

  /** What the recipe lacks, a sentence each: values that are not the default and that nothing took. */
  lost(): string[] {
    const defaults: Readonly<Record<string, unknown>> = withDefaults({});
    return (Object.keys(this.config) as Key[])
      .filter((key) => !this.taken.has(key) && !ELSEWHERE.has(key))
      .filter((key) => !isDeepStrictEqual(this.config[key], defaults[key]))
      .map(
        (key) =>
          `${key} ${JSON.stringify(this.config[key])} is not in it: ${this.reasons.get(key) ?? 'the tool has no such key'}`,
      );
  }
}
