/** What a beginner is told about one key, in 60 to 120 words together. Each part is a few plain sentences of markdown. */
export interface Teaching {
  readonly what: string;
  /** Common values for a first run. */
  readonly first: string;
  /** Common values for a run whose result is used. */
  readonly production: string;
  /** What happens when it is too high; of a choice, what the bolder side brings. */
  readonly high: string;
  /** What happens when it is too low; of a choice, what the other side brings. */
  readonly low: string;
  /** Headings of `high` and `low` where a key has no amount: `['On', 'Off']`. */
  readonly sides?: readonly [string, string];
}
