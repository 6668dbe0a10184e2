import { SftError } from '../base/errors';
import type { ChatMessage, ChatTemplate } from './chat-template';
import { writtenText, type Outline } from './template-outline';
import type { TextTokenizer } from './tokenizer';

/** A conversation as text, and the characters [start, end) of it that are trained. */
export interface CharacterSpan {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Length of the end-of-turn token that the trained characters end in; 0 where there is none. */
  readonly endOfTurnLength: number;
}

/** Stands for an answer where only its place matters. Letters only: no template trims or splits it. */
const PROBE = 'ProbeAnswerForItsPlace';
/** As PROBE, for each message of a conversation. */
const probeOf = (message: number): string => `ProbeMessage${message}ForItsPlace`;
/** Longer conversations are rendered, twice. */
const MOST_MESSAGES = 16;

/**
 * Where a template puts the answer. Told by the template's outline where it writes messages without reading them. Else found by rendering,
 * not by searching for the answer's words: the whole conversation, and where it is not word for word what stands around other messages of
 * the same roles, the prompt alone and the conversation with another answer.
 * Trained is what lies from the answer's first character
 * to the end of the end-of-turn token; what the template writes after that token (ChatML's line feed) is not.
 */
export class TrainedSpan {
  readonly endOfTurnId: number | undefined;
  readonly notice: string | undefined;
  /** What the template writes between the prompt and the answer, and after the answer. */
  private readonly lead: string | undefined;
  private readonly closing: string;
  /** Characters of `closing` that are trained. */
  private readonly closingTrained: number;
  private readonly endOfTurnLength: number;
  /** By the roles of a conversation: what the template writes where it does not read the messages. */
  private readonly outlines = new Map<string, Outline | undefined>();
  /** By the roles: what it writes before, between and after messages that it leaves as they are; undefined where not so simple. */
  private readonly around = new Map<string, readonly string[] | undefined>();

  constructor(
    private readonly template: ChatTemplate,
    tokenizer: TextTokenizer,
  ) {
    const question: readonly ChatMessage[] = [{ role: 'user', content: 'question' }];
    const prompt = template.renderChat(question, { addGenerationPrompt: true });
    const { before, after } = this.probe(question);
    this.lead = before.startsWith(prompt) ? before.slice(prompt.length) : undefined;
    this.closing = after;
    this.endOfTurnId = tokenizer.encode(after).find((id) => tokenizer.isAdded(id));
    if (this.endOfTurnId === undefined) {
      this.closingTrained = 0;
      this.endOfTurnLength = 0;
      this.notice =
        'the chat template writes no end-of-turn token after an answer: the model will not learn where to stop';
    } else {
      const token = tokenizer.tokenText(this.endOfTurnId);
      this.endOfTurnLength = token.length;
      this.closingTrained = after.indexOf(token) + token.length;
    }
  }

  /** `question`: the messages before the answer. Error: chat-template-span where the answer's place cannot be told. */
  find(question: readonly ChatMessage[], answer: string): CharacterSpan {
    const messages: readonly ChatMessage[] = [...question, { role: 'assistant', content: answer }];
    const outline = this.outlineOf(messages);
    if (outline !== undefined) return this.fill(outline, messages);
    const text = this.template.renderChat(messages, { addGenerationPrompt: false });
    const start = this.startInPlainText(text, messages) ?? this.startOfAnswer(text, question);
    const contentEnd = text.length - this.closing.length;
    if (!text.endsWith(this.closing) || start === undefined || start > contentEnd) {
      throw new SftError('chat-template-span', 'it cannot be told which part of its text is the answer', {
        file: this.template.file,
        remedy: 'use a template that writes the question first, then the answer, unchanged',
      });
    }
    return this.span(text, start);
  }

  private span(text: string, start: number): CharacterSpan {
    const end = text.length - this.closing.length + this.closingTrained;
    return { text, start, end, endOfTurnLength: this.endOfTurnLength };
  }

  /** The outline of a conversation that has its answer once, and after it what the template always writes. */
  private outlineOf(messages: readonly ChatMessage[]): Outline | undefined {
    if (messages.length > MOST_MESSAGES) return undefined;
    const roles = messages.map(({ role }) => role);
    const key = roles.join(' ');
    if (!this.outlines.has(key)) {
      const outline = this.template.outline(roles, { addGenerationPrompt: false });
      const isAnswer = (part: Outline[number]): boolean =>
        typeof part === 'object' && part.message === messages.length - 1;
      const at = outline?.findIndex(isAnswer) ?? -1;
      const after = outline?.slice(at + 1).map((part) => (typeof part === 'string' ? part : undefined)) ?? [];
      const usual = at !== -1 && !after.includes(undefined) && after.join('') === this.closing;
      this.outlines.set(key, usual ? outline : undefined);
    }
    return this.outlines.get(key);
  }

  private fill(outline: Outline, messages: readonly ChatMessage[]): CharacterSpan {
    let text = '';
    let start = 0;
    for (const part of outline) {
      if (typeof part === 'string') {
        text += part;
        continue;
      }
      // The answer is the last of the messages.
      start = text.length;
      text += writtenText(part, messages[part.message]!.content);
    }
    return this.span(text, start);
  }

  /** Where the last message starts in a text that holds all of them as they are, around them what the template always writes. */
  private startInPlainText(text: string, messages: readonly ChatMessage[]): number | undefined {
    if (messages.length > MOST_MESSAGES) return undefined;
    const roles = messages.map(({ role }) => role).join(' ');
    if (!this.around.has(roles)) this.around.set(roles, this.partsAround(messages));
    const parts = this.around.get(roles);
    if (parts === undefined) return undefined;
    let at = 0;
    let start = 0;
    for (const [number, { content }] of messages.entries()) {
      const part = parts[number]!;
      if (!text.startsWith(part, at) || !text.startsWith(content, at + part.length)) return undefined;
      start = at + part.length;
      at = start + content.length;
    }
    return text.length === at + this.closing.length && text.endsWith(this.closing) ? start : undefined;
  }

  /** @returns what stands before each message, where what stands after the last is `closing` */
  private partsAround(messages: readonly ChatMessage[]): readonly string[] | undefined {
    const probes = messages.map(({ role }, number): ChatMessage => ({ role, content: probeOf(number) }));
    let text: string;
    try {
      text = this.template.renderChat(probes, { addGenerationPrompt: false });
    } catch (error) {
      // It refuses these contents and has taken the real ones.
      if (error instanceof SftError) return undefined;
      throw error;
    }
    const parts: string[] = [];
    let from = 0;
    for (const { content } of probes) {
      const at = text.indexOf(content, from);
      if (at === -1) return undefined;
      parts.push(text.slice(from, at));
      from = at + content.length;
    }
    const once = probes.every(({ content }) => text.indexOf(content) === text.lastIndexOf(content));
    return once && text.slice(from) === this.closing ? parts : undefined;
  }

  private startOfAnswer(text: string, question: readonly ChatMessage[]): number | undefined {
    const prompt = this.template.renderChat(question, { addGenerationPrompt: true });
    if (this.lead !== undefined && text.startsWith(prompt + this.lead)) return prompt.length + this.lead.length;
    // The template writes other things around this answer (thoughts, say): the answer starts where the text departs
    // from that with another answer, which must be after the question.
    const asked = this.template.renderChat(question, { addGenerationPrompt: false });
    if (!text.startsWith(asked)) return undefined;
    const { before } = this.probe(question);
    let same = 0;
    while (same < before.length && before[same] === text[same]) same++;
    return same < asked.length ? undefined : same;
  }

  private probe(question: readonly ChatMessage[]): { before: string; after: string } {
    const text = this.template.renderChat([...question, { role: 'assistant', content: PROBE }], {
      addGenerationPrompt: false,
    });
    const at = text.lastIndexOf(PROBE);
    if (at === -1) {
      throw new SftError('chat-template-span', 'it does not write the answer', {
        file: this.template.file,
        remedy: 'use a template that writes the messages of user and assistant',
      });
    }
    return { before: text.slice(0, at), after: text.slice(at + PROBE.length) };
  }
}
