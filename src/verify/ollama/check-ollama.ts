import type { ChatTokenizer } from '../../text/chat-tokenizer';
import type { TestQuestion } from '../test-questions';
import { OllamaModel } from './ollama-api';

/** An answer of Ollama. */
export interface OllamaResult {
  readonly text: string;
  /** What its tokens spell, special ones written out. */
  readonly tokens: readonly string[];
  readonly ended: boolean;
  /** Whether Ollama gave it up before it was whole. */
  readonly givenUp: boolean;
  /** What is not as it was trained in what Ollama asked the model with; undefined where nothing is. */
  readonly promptProblem: string | undefined;
}

interface OllamaCall {
  readonly maxNewTokens: number;
  readonly threads: number | undefined;
  readonly signal: AbortSignal;
}

/** Where Ollama listens: OLLAMA_HOST as its own programs read it. */
export function ollamaUrl(host = process.env['OLLAMA_HOST']): string {
  const named = host === undefined || host.trim() === '' ? '127.0.0.1' : host.trim();
  const url = new URL(/^https?:\/\//.test(named) ? named : `http://${named}`);
  if (url.port === '' && !/^https?:\/\/[^/]*:\d+/.test(named) && url.protocol === 'http:') url.port = '11434';
  // It listens there; a program connects to this machine.
  if (url.hostname === '0.0.0.0') url.hostname = '127.0.0.1';
  return url.origin;
}

/**
 * Asks a model in Ollama the questions, as its Modelfile says.
 * @throws SftError ollama-failed; the signal's reason where it is aborted
 */
export async function checkOllama(
  name: string,
  chat: ChatTokenizer,
  questions: readonly TestQuestion[],
  { maxNewTokens, ...how }: OllamaCall,
): Promise<OllamaResult[]> {
  const model = new OllamaModel(ollamaUrl(), name, how);
  const results: OllamaResult[] = [];
  for (const { messages, prompt } of questions) {
    const text = await model.promptText(messages);
    const ids = await model.promptIds(text);
    const { text: answer, tokens, ended, promptTokens } = await model.ask(messages, maxNewTokens);
    results.push({
      text: answer,
      tokens,
      ended,
      givenUp: promptTokens === undefined,
      promptProblem: problemOf({ text, ids, promptTokens }, chat.promptText(messages), prompt),
    });
  }
  return results;
}

function problemOf(
  asked: { readonly text: string; readonly ids: readonly number[]; readonly promptTokens: number | undefined },
  text: string,
  ids: readonly number[],
): string | undefined {
  if (asked.text !== text)
    return `it prompts with ${JSON.stringify(asked.text)}; the model was trained with ${JSON.stringify(text)}`;
  if (asked.ids.length !== ids.length || asked.ids.some((id, i) => id !== ids[i]))
    return 'the tokens of its prompt differ from those in training';
  if (asked.promptTokens !== undefined && asked.promptTokens !== ids.length)
    return `it gives the model ${asked.promptTokens} tokens for the ${ids.length} of the prompt`;
  return undefined;
}
