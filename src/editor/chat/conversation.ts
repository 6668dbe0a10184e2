import { formatError, SftError } from '../../base/errors';
import { DEFAULT_SETTINGS, SIDES, type ChatSettings, type ChatTurn, type Reply, type Side } from '../../messages/chat';
import type { ChatMessage } from '../../text/chat-template';
import { streamChat, type Endpoint } from './completions';

/** A model that answers now. */
export interface OpenModel {
  readonly endpoint: Endpoint;
  /** The server's name for it. */
  readonly model: string;
  /** Starts its server again after it went away. Absent for a server that is not ours. */
  readonly reopen?: () => Promise<OpenModel>;
  release(): void;
}

/** What each side of the conversation is. */
export interface Speaker {
  readonly side: Side;
  /** As a person reads it. */
  readonly name: string;
  /** @param onStart is told where a server must be started first @throws SftError */
  open(onStart: () => void): Promise<OpenModel>;
}

export interface ConversationEvents {
  /** Anything but the text of a reply changed. */
  onChange(): void;
  onText(turn: number, side: Side, text: string): void;
  onReply(turn: number, reply: Reply): void;
  /** An error that no person can act on: a bug. */
  onBug(error: unknown): void;
}

/** Longer conversations fit no model, and would be kept for ever. */
const MOST_TURNS = 200;

/** A conversation with one or two models, each of which sees its own answers. */
export class Conversation {
  private list: { question: string; replies: Reply[] }[] = [];
  private running: { readonly abort: AbortController; readonly done: Promise<void> } | undefined;
  settings: ChatSettings = DEFAULT_SETTINGS;

  constructor(private readonly events: ConversationEvents) {}

  get turns(): readonly ChatTurn[] {
    return this.list;
  }

  get busy(): boolean {
    return this.running !== undefined;
  }

  /** Takes over what was kept; answers that were on their way then are ended. */
  restore(turns: readonly ChatTurn[], settings: ChatSettings): void {
    const ended = ({ status, ...rest }: Reply): Reply => ({ ...rest, status: isEnd(status) ? status : 'stopped' });
    this.list = turns.map(({ question, replies }) => ({ question, replies: replies.map(ended) }));
    this.settings = settings;
  }

  /** Asks all speakers. Resolves when all have ended, whatever the end. */
  async ask(question: string, speakers: readonly Speaker[]): Promise<void> {
    // Where nothing is to be ended it is busy at once, so that whoever asks can stop it at once.
    if (this.busy) await this.stop();
    this.list.push({ question, replies: [] });
    if (this.list.length > MOST_TURNS) this.list.shift();
    await this.answer(speakers);
  }

  /** Asks an earlier question in other words; what came after it is gone. */
  async resend(turn: number, question: string, speakers: readonly Speaker[]): Promise<void> {
    if (this.busy) await this.stop();
    this.list.length = Math.min(turn, this.list.length);
    await this.ask(question, speakers);
  }

  /** Asks one speaker again for the last question. */
  async retry(speaker: Speaker): Promise<void> {
    if (this.busy) await this.stop();
    if (this.list.length > 0) await this.answer([speaker]);
  }

  async clear(): Promise<void> {
    await this.stop();
    this.list = [];
    this.events.onChange();
  }

  /** Ends what is being answered; what is there of it stays. */
  async stop(): Promise<void> {
    this.running?.abort.abort();
    await this.running?.done;
  }

  private async answer(speakers: readonly Speaker[]): Promise<void> {
    const abort = new AbortController();
    const turn = this.list.length - 1;
    const all = speakers.map((speaker) => this.reply(turn, speaker, abort.signal));
    const done = Promise.all(all).then(() => {
      this.running = undefined;
      this.events.onChange();
    });
    this.running = { abort, done };
    this.events.onChange();
    await done;
  }

  private async reply(turn: number, speaker: Speaker, signal: AbortSignal): Promise<void> {
    const { side, name } = speaker;
    let reply: Reply = { side, model: name, text: '', status: 'waiting', cut: false, ...NO_FIGURES };
    const change = (changes: Partial<Reply>): void => {
      reply = { ...reply, ...changes };
      this.put(turn, reply);
      this.events.onReply(turn, reply);
    };
    // Before anything is awaited, so that the view shows it with the question.
    this.put(turn, reply);
    const messages = promptFor(this.list, turn, side, this.settings.system);
    let open: OpenModel | undefined;
    try {
      open = await raced(
        speaker.open(() => {
          change({ status: 'starting' });
        }),
        signal,
      );
      if (reply.status === 'starting') change({ status: 'waiting' });
      for (let attempt = 1; ; attempt++) {
        try {
          await this.stream(open, messages, signal, change, (text) => {
            reply = { ...reply, text: reply.text + text };
            this.put(turn, reply);
            this.events.onText(turn, side, text);
          });
          return;
        } catch (error) {
          // A server that went away between two questions is started again, once, and nobody is bothered.
          const gone = error instanceof SftError && (error.code === 'unreachable' || error.code === 'bad-answer');
          if (!gone || attempt > 1 || reply.text !== '' || open.reopen === undefined) throw error;
          change({ status: 'starting' });
          const { reopen } = open;
          open.release();
          open = undefined;
          open = await raced(reopen(), signal);
          change({ status: 'waiting' });
        }
      }
    } catch (error) {
      if (signal.aborted) change({ status: 'stopped' });
      else change({ status: 'failed', problem: this.problemOf(error) });
    } finally {
      open?.release();
    }
  }

  private async stream(
    { endpoint, model }: OpenModel,
    messages: readonly ChatMessage[],
    signal: AbortSignal,
    change: (changes: Partial<Reply>) => void,
    onText: (text: string) => void,
  ): Promise<void> {
    const asked = performance.now();
    let first: number | undefined;
    for await (const piece of streamChat(endpoint, { model, messages, settings: this.settings }, signal)) {
      if (piece.type === 'text') {
        if (first === undefined) change({ status: 'streaming' });
        first ??= performance.now();
        onText(piece.text);
        continue;
      }
      const { usage, reason } = piece;
      const end = performance.now();
      change({
        status: 'done',
        cut: reason === 'length',
        promptTokens: usage?.promptTokens,
        newTokens: usage?.newTokens,
        tokensPerSecond: usage === undefined ? undefined : speed(usage.newTokens, asked, first, end),
      });
    }
  }

  private put(turn: number, reply: Reply): void {
    const { replies } = this.list[turn]!;
    const at = replies.findIndex(({ side }) => side === reply.side);
    if (at >= 0) replies[at] = reply;
    else replies.push(reply);
    replies.sort((a, b) => SIDES.indexOf(a.side) - SIDES.indexOf(b.side));
  }

  private problemOf(error: unknown): string {
    if (error instanceof SftError) return formatError(error);
    this.events.onBug(error);
    return error instanceof Error ? error.message : String(error);
  }
}

const NO_FIGURES = { problem: undefined, promptTokens: undefined, newTokens: undefined, tokensPerSecond: undefined };

/** Reading the prompt is not writing: where more than one token came, only the time between them counts. */
function speed(tokens: number, asked: number, first: number | undefined, end: number): number | undefined {
  const writing = first !== undefined && tokens > 1 && end > first;
  const seconds = (end - (writing ? first : asked)) / 1000;
  return seconds > 0 ? (writing ? tokens - 1 : tokens) / seconds : undefined;
}

function isEnd(status: Reply['status']): boolean {
  return status === 'done' || status === 'stopped' || status === 'failed';
}

/**
 * What one side sees: the system prompt, each earlier question that it answered with its answer, and the question. A turn in which it
 * was hidden, or failed, is left out.
 */
export function promptFor(turns: readonly ChatTurn[], turn: number, side: Side, system: string): ChatMessage[] {
  const messages: ChatMessage[] = system.trim() === '' ? [] : [{ role: 'system', content: system }];
  for (const { question, replies } of turns.slice(0, turn)) {
    const own = replies.find((reply) => reply.side === side);
    if (own === undefined || own.text === '') continue;
    messages.push({ role: 'user', content: question }, { role: 'assistant', content: own.text });
  }
  return [...messages, { role: 'user', content: turns[turn]!.question }];
}

/** @throws the signal's reason as soon as it is aborted; what was opened later is released */
async function raced(opening: Promise<OpenModel>, signal: AbortSignal): Promise<OpenModel> {
  let abandoned = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    abandoned = () => {
      reject(signal.reason as Error);
      void opening.then(
        (open) => {
          open.release();
        },
        () => undefined,
      );
    };
    if (signal.aborted) abandoned();
    else signal.addEventListener('abort', abandoned);
  });
  try {
    return await Promise.race([opening, aborted]);
  } finally {
    signal.removeEventListener('abort', abandoned);
  }
}
