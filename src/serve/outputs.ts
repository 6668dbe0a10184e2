import type { ServerResponse } from 'node:http';
import type { Answer, AnswerOutput, Piece, RatedToken } from './answer';
import type { CompletionObjects } from './completion-objects';
import type { CompletionRequest } from './completion-request';

/** Where the answers to a request go. */
export interface CompletionOutput extends AnswerOutput {
  /** After all answers. */
  end(): void;
}

export function sendJson(response: ServerResponse, status: number, value: object, headers: object = {}): void {
  const text = JSON.stringify(value);
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers,
  });
  response.end(text);
}

/** A server-sent event. */
export function event(value: object): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}

/** The answers as one JSON document. */
export class WholeOutput implements CompletionOutput {
  private readonly texts: string[] = [];
  private readonly tokens: RatedToken[][] = [];
  private readonly answers: Answer[] = [];

  constructor(
    private readonly response: ServerResponse,
    private readonly objects: CompletionObjects,
    private readonly request: CompletionRequest,
  ) {}

  piece(prompt: number, { text, tokens }: Piece): void {
    this.texts[prompt] = (this.texts[prompt] ?? '') + text;
    (this.tokens[prompt] ??= []).push(...tokens);
  }

  done(prompt: number, answer: Answer): void {
    this.answers[prompt] = answer;
  }

  end(): void {
    const choices = this.answers.map((answer, i) =>
      this.objects.choice(i, this.texts[i] ?? '', this.tokens[i] ?? [], answer, this.request.returnTokenIds),
    );
    sendJson(this.response, 200, this.objects.whole(choices, this.answers));
  }
}

/** The answers as server-sent events, from the first text on. */
export class StreamedOutput implements CompletionOutput {
  private readonly answers: Answer[] = [];

  constructor(
    private readonly response: ServerResponse,
    private readonly objects: CompletionObjects,
    private readonly request: CompletionRequest,
  ) {}

  piece(prompt: number, { text, tokens }: Piece): void {
    this.begin();
    this.response.write(event(this.objects.piece(prompt, text, tokens)));
  }

  done(prompt: number, answer: Answer): void {
    this.begin();
    this.answers[prompt] = answer;
    this.response.write(event(this.objects.end(prompt, answer)));
  }

  end(): void {
    if (this.request.includeUsage) this.response.write(event(this.objects.usage(this.answers)));
    this.response.end('data: [DONE]\n\n');
  }

  private begin(): void {
    if (this.response.headersSent) return;
    this.response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    for (const chunk of this.objects.first()) this.response.write(event(chunk));
  }
}
