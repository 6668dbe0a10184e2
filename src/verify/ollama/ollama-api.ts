import { SftError } from '../../base/errors';
import type { ChatMessage } from '../../text/chat-template';

/** What Ollama answered. */
export interface OllamaAnswer {
  readonly text: string;
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
    private readonly signal?: AbortSignal,
  ) {}

  /** Answers as its Modelfile says: greedy. @throws SftError ollama-failed */
  async ask(messages: readonly ChatMessage[], maxNewTokens: number): Promise<OllamaAnswer> {
    interface Piece {
      readonly message?: { readonly content: string };
      readonly done_reason?: string;
      readonly prompt_eval_count?: number;
    }
    // In pieces: an answer as a whole may take longer than a reply is waited for.
    const asked = { messages, stream: true, options: { num_predict: maxNewTokens } };
    const pieces = await this.post<Piece>('/api/chat', asked);
    return {
      text: pieces.map(({ message }) => message?.content ?? '').join(''),
      ended: pieces.at(-1)?.done_reason === 'stop',
      promptTokens: pieces.at(-1)?.prompt_eval_count,
    };
  }

  /** The text that its template makes of messages. */
  async promptText(messages: readonly ChatMessage[]): Promise<string> {
    const [reply] = await this.post<{ _debug_info?: { rendered_template: string } }>('/api/chat', {
      messages,
      _debug_render_only: true,
    });
    if (reply?._debug_info !== undefined) return reply._debug_info.rendered_template;
    throw this.failed('it is too old to say what it asks the model', 'update Ollama');
  }

  /** The tokens that it makes of a prompt's text. */
  async promptIds(text: string): Promise<readonly number[]> {
    // Of the whole context, what comes before the one token that is generated cannot be told for sure; without it nothing comes back.
    const ask = { prompt: text, template: '{{ .Prompt }}', options: { num_predict: 1 } };
    const [reply] = await this.post<{ context: number[]; response: string }>('/api/generate', ask);
    const { context, response } = reply!;
    return response === '' ? context : context.slice(0, -1);
  }

  /** @returns the pieces of the reply, one unless it was asked to stream */
  private async post<Piece>(path: string, body: Readonly<Record<string, unknown>>): Promise<readonly Piece[]> {
    let text: string;
    try {
      const response = await fetch(`${this.url}${path}`, {
        method: 'POST',
        body: JSON.stringify({ model: this.name, stream: false, ...body }),
        signal: this.signal ?? null,
      });
      text = await response.text();
    } catch (cause) {
      this.signal?.throwIfAborted();
      throw new SftError('ollama-failed', `no Ollama answers at ${this.url}`, {
        remedy: 'start `ollama serve`',
        cause,
      });
    }
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    const pieces = lines.map((line) => JSON.parse(line) as Piece & { readonly error?: string });
    const failure = pieces.find(({ error }) => error !== undefined)?.error;
    if (failure === undefined) return pieces;
    throw this.failed(failure, 'make the model anew with `ollama create`');
  }

  private failed(reason: string, remedy: string): SftError {
    return new SftError('ollama-failed', `Ollama, model ${this.name}: ${reason}`, { remedy });
  }
}
