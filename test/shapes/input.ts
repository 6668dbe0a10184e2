/** A small file as some tool writes it, and what is made of it. */
export interface Input {
  readonly name: string;
  readonly file: string;
  readonly text: string;
  /** `messages 2`: the kind it is read as and the number of examples; with `convert` before it: what sft convert reads; `-`: not read. */
  readonly read: string;
  /** What is told, beside the size of the set: `rule@line`. */
  readonly told?: readonly string[];
  /** The first example as question and answer, with what stands before them. */
  readonly first?: readonly string[];
}
