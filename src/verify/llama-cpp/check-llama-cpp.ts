import type { ChatTokenizer } from '../../text/chat-tokenizer';
import type { GivenTokens } from '../measure';
import type { TestQuestion } from '../test-questions';
import { askLlamaCpp } from './ask-llama-cpp';

/** A model of 8 billion parameters answers a few questions in minutes on a slow processor. */
const LIMIT_MS = 30 * 60_000;

export interface LlamaCppCall {
  /** URL of node-llama-cpp's module. */
  readonly module: string;
  /** The bundle of llama-cpp-worker.ts. */
  readonly worker: string;
  readonly model: string;
  readonly lora?: string | undefined;
  readonly maxNewTokens: number;
  readonly threads?: number | undefined;
  readonly signal: AbortSignal;
}

/** An answer of llama.cpp, and whether it was asked with the very tokens. */
export interface LlamaCppResult extends GivenTokens {
  readonly samePrompt: boolean;
}

/**
 * Asks llama.cpp the questions, with the text of the prompt as its own programs give it: special tokens written out.
 * @throws SftError llama-cpp-failed; the signal's reason where it is aborted
 */
export async function checkLlamaCpp(
  chat: ChatTokenizer,
  questions: readonly TestQuestion[],
  { worker, maxNewTokens, signal, ...call }: LlamaCppCall,
): Promise<LlamaCppResult[]> {
  const longest = Math.max(...questions.map(({ prompt }) => prompt.length));
  const request = {
    ...call,
    prompts: questions.map(({ messages }) => chat.promptText(messages)),
    maxNewTokens,
    // Where its tokens are more than ours, that is found out all the same.
    contextSize: 2 * longest + maxNewTokens,
  };
  const answers = await askLlamaCpp(worker, request, LIMIT_MS, signal);
  return answers.map(({ prompt, tokens, ended }, i) => ({
    ids: tokens,
    ended,
    samePrompt: sameIds(prompt, questions[i]!.prompt),
  }));
}

function sameIds(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((id, i) => id === b[i]);
}
