import type { ResolvedConfig } from '../../config/config-schema';
import type { SampleQuestion } from '../../engines/engine';
import type { AskedQuestion } from '../../text/chat-tokenizer';

/** Of the validation part, unless the configuration names questions. */
export const SAMPLES = 3;

interface Example extends AskedQuestion {
  readonly reference: string;
}

/** What is asked while a run trains. @param validation its validation part */
export function sampleQuestions(
  { sample_prompts: prompts }: Pick<ResolvedConfig, 'sample_prompts'>,
  validation: readonly Example[],
): SampleQuestion[] {
  if (prompts !== null) return prompts.map((question) => ({ question }));
  return validation.slice(0, SAMPLES).map(({ question, history = [], tools, turns, reference }) => ({
    question,
    history,
    tools,
    turns,
    reference,
  }));
}
