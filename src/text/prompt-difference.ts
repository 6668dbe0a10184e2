/** The end of a prompt and the same place of a conversation that is written for training, where the two part. */
export interface PromptDifference {
  readonly asked: string;
  readonly written: string;
  /** What is done about it, and what other programs need. */
  readonly message: string;
}

/** So much is shown of what both have. */
const SHOWN = 40;

/**
 * How a template's prompt differs from what it writes before an answer; undefined where the answer follows the prompt at once, after blanks,
 * or after thoughts, which are the model's own.
 */
export function differenceOf(prompt: string, before: string, answer: string): PromptDifference | undefined {
  const lead = before.startsWith(prompt) ? before.slice(prompt.length) : undefined;
  if (lead !== undefined && (lead.trim() === '' || lead.includes('think>'))) return undefined;
  let same = 0;
  while (same < prompt.length && prompt[same] === before[same]) same++;
  const from = Math.max(0, same - SHOWN);
  const asked = JSON.stringify(prompt.slice(from));
  const written = JSON.stringify((before + answer).slice(from)).replace(answer, '(answer)');
  const both = `the chat template asks with ${asked} and writes conversations as ${written}`;
  const message =
    lead === undefined
      ? `${both}: training uses the prompt as it is, with the answer after ${asked}`
      : `${both}: the model is prompted with ${JSON.stringify(lead)} added, which other programs do not do - let the template write it where add_generation_prompt is true`;
  return { asked, written, message };
}
