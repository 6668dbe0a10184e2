/**
 * llama.cpp lets the special tokens of a model take in the blanks after them where its name holds one of these, but for three tokens; it
 * looks those and `</s>` up, and does not load a file that has not all of them.
 */
const NAME = /phi-?3/i;

/** Whether a model of this name is one. */
export function namedPhi3(name: string): boolean {
  return NAME.test(name);
}

/** The name of a model as llama.cpp must read it. @param takes whether its special tokens take in the blanks after them */
export function nameForBlanks(name: string, takes: boolean): string {
  if (takes) return namedPhi3(name) ? name : `${name} (Phi-3)`;
  return name.replace(/(phi)-?(3)/gi, '$1 $2');
}

/** Tokens that take in none. */
export const KEEP_BLANKS: ReadonlySet<string> = new Set(['<unk>', '<s>', '<|endoftext|>']);
/** Tokens that must be there. */
export const LOOKED_UP: readonly string[] = ['</s>', ...KEEP_BLANKS];
