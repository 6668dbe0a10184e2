import { randomBytes } from 'node:crypto';
import type { Answer, RatedToken } from './answer';
import { chatLogProbs, textLogProbs, type LogProbObjects, type TokenSpelling } from './log-prob-objects';

/** The two kinds of completion: with messages, and of plain text. */
export type CompletionKind = 'chat' | 'text';

/** OpenAI's objects for the answers to a request: whole, or as chunks. A choice is the answer to one prompt, with the prompt's number. */
export class CompletionObjects {
  private readonly id: string;
  private readonly created = Math.floor(Date.now() / 1000);
  private readonly rated = new Map<number, LogProbObjects>();

  /** @param spelling where log probabilities were asked for */
  constructor(
    private readonly kind: CompletionKind,
    private readonly model: string,
    private readonly spelling: TokenSpelling | undefined,
  ) {
    this.id = `${kind === 'chat' ? 'chatcmpl' : 'cmpl'}-${randomBytes(12).toString('hex')}`;
  }

  whole(choices: readonly object[], answers: readonly Answer[]): object {
    return { ...this.head(false), choices, usage: usageOf(answers) };
  }

  choice(index: number, text: string, tokens: readonly RatedToken[], answer: Answer, withTokenIds: boolean): object {
    const content = this.kind === 'chat' ? { message: { role: 'assistant', content: text, refusal: null } } : { text };
    const ids = withTokenIds ? { token_ids: answer.tokenIds } : {};
    return { index, ...content, ...ids, logprobs: this.logProbs(index, tokens), finish_reason: answer.finishReason };
  }

  /** Before any text; plain text has none. */
  first(): object[] {
    return this.kind === 'chat' ? [this.chunk(0, { delta: { role: 'assistant', content: '' } }, null, null)] : [];
  }

  piece(index: number, text: string, tokens: readonly RatedToken[]): object {
    const content = this.kind === 'chat' ? { delta: { content: text } } : { text };
    return this.chunk(index, content, this.logProbs(index, tokens), null);
  }

  /** After all text of a choice. */
  end(index: number, { finishReason }: Answer): object {
    return this.chunk(index, this.kind === 'chat' ? { delta: {} } : { text: '' }, null, finishReason);
  }

  /** After all choices. */
  usage(answers: readonly Answer[]): object {
    return { ...this.head(true), choices: [], usage: usageOf(answers) };
  }

  private logProbs(index: number, tokens: readonly RatedToken[]): object | null {
    if (this.spelling === undefined) return null;
    let rated = this.rated.get(index);
    if (rated === undefined) {
      rated = this.kind === 'chat' ? chatLogProbs(this.spelling) : textLogProbs(this.spelling);
      this.rated.set(index, rated);
    }
    return rated(tokens);
  }

  private chunk(index: number, content: object, logprobs: object | null, finishReason: string | null): object {
    return { ...this.head(true), choices: [{ index, ...content, logprobs, finish_reason: finishReason }] };
  }

  private head(chunk: boolean): object {
    const { id, created, model } = this;
    const object = this.kind === 'text' ? 'text_completion' : chunk ? 'chat.completion.chunk' : 'chat.completion';
    return { id, object, created, model };
  }
}

/** Of all prompts together. */
function usageOf(answers: readonly Answer[]): object {
  const sum = (of: (answer: Answer) => number): number => answers.reduce((total, answer) => total + of(answer), 0);
  const promptTokens = sum((answer) => answer.promptTokens);
  const completionTokens = sum((answer) => answer.tokenIds.length);
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    prompt_tokens_details: { cached_tokens: sum((answer) => answer.cachedTokens) },
  };
}
