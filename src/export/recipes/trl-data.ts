import { answerRows, asksAboutThinking, dataFiles, templateMessage } from './answer-rows';
import type { RecipeSource } from './recipe';

/** The parts as TRL reads them, conversational prompts with their completions: a folder that `load_dataset` takes. */
export function trlData(source: RecipeSource): [path: string, text: string][] {
  const asked = asksAboutThinking(source) ? { chat_template_kwargs: { enable_thinking: source.thinking } } : {};
  return dataFiles(source.parts, (conversations) =>
    answerRows(conversations).map(({ prompt, answer }) => ({
      prompt: prompt.map(templateMessage),
      completion: [templateMessage(answer)],
      ...asked,
    })),
  );
}

/** TRL learns all that its template writes after the prompt. */
export const COMPLETION_NOTE =
  'what the chat template writes after the token that ends an answer (a line feed, mostly) is learned as well, and counts in its loss';
