import { SftError } from '../../base/errors';
import type { ChatMessage } from '../../text/chat-template';

const UPDATE = 'update Ollama';

/** What Ollama answered. */
export interface OllamaAnswer {
  readonly text: string;
  /** What its tokens spell, special ones written out. */
  readonly tokens: readonly string[];
  /** Whether it ended by itself. */
  readonly ended: boolean;
  /** Tokens of the prompt that the model was given; undefined where Ollama gave the answer up, as it does after a token that came 30 times. */
  readonly promptTokens: number | undefined;
}

/** A model in a running Ollama. */
export class OllamaModel {
  constructor(
    private readonly url: string,
    private readonly name: string,
    private readonly how: { readonly threads?: number | undefined; readonly signal?: AbortSignal } = {},
  ) {}

  /** Answers as its Modelfile says: greedy. @throws SftError ollama-failed */
  async ask(messages: readonly ChatMessage[], maxNewTokens: number): Promise<OllamaAnswer> {
    interface Piece {
      readonly message?: { readonly content: string };
      readonly logprobs?: readonly { readonly token: string }[];
      readonly done_reason?: string;
      readonly prompt_eval_count?: number;
    }
    // In pieces: an answer as a whole may take longer than a reply is waited for.
    const asked = { messages, stream: true, logprobs: true, options: this.options(maxNewTokens) };
    const pieces = await this.post<Piece>('/api/chat', asked);
    const text = pieces.map(({ message }) => message?.content ?? '').join('');
    const tokens = pieces.flatMap(({ logprobs }) => logprobs ?? []).map(({ token }) => token);
    if (text !== '' && tokens.length === 0)
      throw this.failed('it is too old to report the tokens it answers with', UPDATE);
    return {
      text,
      tokens,
      ended: pieces.at(-1)?.done_reason === 'stop',
      promptTokens: pieces.at(-1)?.prompt_eval_count,
    };
  }

  /** The text that its template makes of messages. */
  async promptText(messages: readonly ChatMessage[]): Promise<string> {
    const [reply] = await this.post<{ _debug_info?: { rendered_template: string } }>('/api/chat', {
      messages,
      _debug_render_only: true,
      // With other options than the next request has, Ollama would load the model anew for that.
      options: this.options(1),
    });
    if (reply?._debug_info !== undefined) return reply._debug_info.rendered_template;
    throw this.failed('it is too old to report its prompt', UPDATE);
  }

  /** The tokens that it makes of a prompt's text. */
  async promptIds(text: string): Promise<readonly number[]> {
    // The context is the tokens of prompt and answer as one text, and without an answer nothing comes back.
    const ask = { prompt: text, template: '{{ .Prompt }}', options: this.options(1) };
    const [reply] = await this.post<{ context: number[]; prompt_eval_count: number }>('/api/generate', ask);
    return reply!.context.slice(0, reply!.prompt_eval_count);
  }

  private options(most: number): Readonly<Record<string, number>> {
    const { threads } = this.how;
    return { num_predict: most, ...(threads === undefined ? {} : { num_thread: threads }) };
  }

  /** @returns the pieces of the reply, one unless it was asked to stream */
  private async post<Piece>(path: string, body: Readonly<Record<string, unknown>>): Promise<readonly Piece[]> {
    let text: string;
    try {
      const response = await fetch(`${this.url}${path}`, {
        method: 'POST',
        body: JSON.stringify({ model: this.name, stream: false, ...body }),
        signal: this.how.signal ?? null,
      });
      text = await response.text();
    } catch (cause) {
      this.how.signal?.throwIfAborted();
      throw new SftError('ollama-failed', `Ollama does not answer at ${this.url}`, {
        remedy: 'start `ollama serve`',
        cause,
      });
    }
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    const pieces = lines.map((line) => JSON.parse(line) as Piece & { readonly error?: string });
    const failure = pieces.find(({ error }) => error !== undefined)?.error;
    if (failure === undefined) return pieces;
    throw this.failed(failure, 'create the model again with `ollama create`');
  }

  private failed(reason: string, remedy: string): SftError {
    return new SftError('ollama-failed', `Ollama, model ${this.name}: ${reason}`, { remedy });
  }
}
