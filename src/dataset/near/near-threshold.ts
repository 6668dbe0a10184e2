/** Word bigrams in common (Jaccard) from which two examples are near-duplicates, where a person sets no other share. */
export const NEAR_DUPLICATE_THRESHOLD = 0.8;

/** The least share that can be set: below it MinHash misses too many pairs. */
export const LEAST_THRESHOLD = 0.5;
