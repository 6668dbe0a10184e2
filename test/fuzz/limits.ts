/** More time than any command may take on an input, ms: of the processor, and by the clock. */
export const MOST_MS = 5000;
/** A case that has given no answer by then hangs; it is ended. Long: on a busy machine those that do not hang take their time too. */
export const HANGS_AFTER_MS = 180_000;
/** Of the process that runs the cases, bytes. */
export const MOST_MEMORY_BYTES = 1e9;
/** Longer lines hold an input that nobody would read. */
export const LONGEST_LINE = 5000;
