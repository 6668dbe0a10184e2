import { SftError } from '../../base/errors';
import type { ChatMessage } from '../../text/chat-template';

/** What Ollama answered. */
export interface OllamaAnswer {
  readonly text: string;
  /** Whether it ended by itself. */
  readonly ended: boolean;
  /** Tokens of the prompt that the model was given. */
  readonly promptTokens: number;
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
    const reply = await this.post<{ message: { content: string }; done_reason: string; prompt_eval_count: number }>(
      '/api/chat',
      { messages, options: { num_predict: maxNewTokens } },
    );
    return { text: reply.message.content, ended: reply.done_reason === 'stop', promptTokens: reply.prompt_eval_count };
  }

  /** The text that its template makes of messages. */
  async promptText(messages: readonly ChatMessage[]): Promise<string> {
    const reply = await this.post<{ _debug_info?: { rendered_template: string } }>('/api/chat', {
      messages,
      _debug_render_only: true,
    });
    if (reply._debug_info !== undefined) return reply._debug_info.rendered_template;
    throw this.failed('it is too old to say what it asks the model', 'update Ollama');
  }

  /** The tokens that it makes of a prompt's text. */
  async promptIds(text: string): Promise<readonly number[]> {
    // Of the whole context, what comes before the one token that is generated cannot be told for sure; without it nothing comes back.
    const ask = { prompt: text, template: '{{ .Prompt }}', options: { num_predict: 1 } };
    const { context, response } = await this.post<{ context: number[]; response: string }>('/api/generate', ask);
    return response === '' ? context : context.slice(0, -1);
  }

  private async post<Reply>(path: string, body: Readonly<Record<string, unknown>>): Promise<Reply> {
    let response: Response;
    try {
      response = await fetch(`${this.url}${path}`, {
        method: 'POST',
        body: JSON.stringify({ model: this.name, stream: false, ...body }),
        signal: this.signal ?? null,
      });
    } catch (cause) {
      this.signal?.throwIfAborted();
      throw new SftError('ollama-failed', `no Ollama answers at ${this.url}`, {
        remedy: 'start `ollama serve`',
        cause,
      });
    }
    const reply = (await response.json()) as Reply & { readonly error?: string };
    if (reply.error === undefined) return reply;
    throw this.failed(reply.error, 'make the model anew with `ollama create`');
  }

  private failed(reason: string, remedy: string): SftError {
    return new SftError('ollama-failed', `Ollama, model ${this.name}: ${reason}`, { remedy });
  }
}
