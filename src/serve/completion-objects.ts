import { randomBytes } from 'node:crypto';
import type { Answer } from './answer';

/** The two kinds of completion: with messages, and of plain text. */
export type CompletionKind = 'chat' | 'text';

/** OpenAI's objects for one answer: whole, or as chunks. */
export class CompletionObjects {
  private readonly id: string;
  private readonly created = Math.floor(Date.now() / 1000);

  constructor(
    private readonly kind: CompletionKind,
    private readonly model: string,
  ) {
    this.id = `${kind === 'chat' ? 'chatcmpl' : 'cmpl'}-${randomBytes(12).toString('hex')}`;
  }

  whole(text: string, answer: Answer, withTokenIds: boolean): object {
    const content = this.kind === 'chat' ? { message: { role: 'assistant', content: text, refusal: null } } : { text };
    const ids = withTokenIds ? { token_ids: answer.tokenIds } : {};
    const choice = { index: 0, ...content, ...ids, logprobs: null, finish_reason: answer.finishReason };
    return { ...this.head(false), choices: [choice], usage: usageOf(answer) };
  }

  /** Before any text; plain text has none. */
  first(): object[] {
    return this.kind === 'chat' ? [this.chunk({ delta: { role: 'assistant', content: '' } }, null)] : [];
  }

  piece(text: string): object {
    return this.chunk(this.kind === 'chat' ? { delta: { content: text } } : { text }, null);
  }

  /** The chunks at the end of a stream. */
  last(answer: Answer, withUsage: boolean): object[] {
    const end = this.chunk(this.kind === 'chat' ? { delta: {} } : { text: '' }, answer.finishReason);
    return withUsage ? [end, { ...this.head(true), choices: [], usage: usageOf(answer) }] : [end];
  }

  private chunk(content: object, finishReason: string | null): object {
    const choice = { index: 0, ...content, logprobs: null, finish_reason: finishReason };
    return { ...this.head(true), choices: [choice] };
  }

  private head(chunk: boolean): object {
    const { id, created, model } = this;
    const object = this.kind === 'text' ? 'text_completion' : chunk ? 'chat.completion.chunk' : 'chat.completion';
    return { id, object, created, model };
  }
}

function usageOf({ promptTokens, cachedTokens, tokenIds }: Answer): object {
  const completionTokens = tokenIds.length;
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    prompt_tokens_details: { cached_tokens: cachedTokens },
  };
}
