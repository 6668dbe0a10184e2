import { SftError } from '../base/errors';
import { isToolMessage } from '../dataset/formats/tool-calls';
import { splitThoughts } from '../dataset/thoughts';
import { differenceOf, type PromptDifference } from './prompt-difference';
import type { ChatMessage, ChatTemplate } from './chat-template';
import { writtenText, type Outline } from './template-outline';
import type { TextTokenizer } from './tokenizer';

/** Where an answer stands in a text: its trained characters [start, end), after the prompt that the model is asked with. */
export interface AnswerPlace {
  /** Characters of the prompt. */
  readonly asked: number;
  readonly start: number;
  readonly end: number;
}

/** A conversation as text, and the answers in it that are trained. */
export interface TrainedText {
  readonly text: string;
  /** In order; the last is that of the last message. */
  readonly answers: readonly AnswerPlace[];
  /** Length of the end-of-turn token that the answers end in; 0 where there is none. */
  readonly endOfTurnLength: number;
}

/** The outline of a conversation; the prompt for its answer is what comes before that, without the last `lead` characters. */
interface AnsweredOutline {
  readonly outline: Outline;
  readonly lead: string;
}

/** What a template writes before, between and after messages that it leaves as they are. */
interface PlainParts {
  readonly before: readonly string[];
  readonly lead: string;
}

/** Stands for an answer where only its place matters. Letters only: no template trims or splits it. */
const PROBE = 'ProbeAnswerForItsPlace';
/** As PROBE, for each message of a conversation. */
const probeOf = (message: number): string => `ProbeMessage${message}ForItsPlace`;
/** Longer conversations are rendered, twice. */
const MOST_MESSAGES = 16;
/** A prompt that leaves the model in the middle of its thoughts. */
const OPENS_THOUGHTS = /<think>\s*$/;

/**
 * Where a template puts the answer. Told by the template's outline where it writes messages without reading them. Else found by rendering,
 * not by searching for the answer's words: the whole conversation, and where it is not word for word what stands around other messages of
 * the same roles, the prompt alone and the conversation with another answer.
 * Trained is what lies from the answer's first character
 * to the end of the end-of-turn token; what the template writes after that token (ChatML's line feed) is not.
 *
 * The text always begins with the prompt that the model will be asked with. Where a template ends its prompts with what it leaves out of
 * whole conversations (the opened thoughts of DeepSeek-R1-Distill), the prompt is put before the answer all the same.
 */
export class TrainedSpan {
  readonly endOfTurnId: number | undefined;
  readonly notice: string | undefined;
  /** How the template's prompts differ from the conversations it writes, where they do. */
  readonly difference: PromptDifference | undefined;
  /** The template's prompts leave the model in the middle of its thoughts. */
  readonly opensThoughts: boolean;
  /** What the template writes between the prompt and the answer, and after the answer. */
  private readonly lead: string | undefined;
  private readonly closing: string;
  /** Characters of `closing` that are trained. */
  private readonly closingTrained: number;
  private readonly endOfTurnLength: number;
  /** By the roles of a conversation: what the template writes where it does not read the messages. */
  private readonly outlines = new Map<string, AnsweredOutline | undefined>();
  /** By the roles; undefined where it is not so simple. */
  private readonly around = new Map<string, PlainParts | undefined>();

  constructor(
    private readonly template: ChatTemplate,
    tokenizer: TextTokenizer,
    private readonly enableThinking: boolean,
  ) {
    const question: readonly ChatMessage[] = [{ role: 'user', content: 'question' }];
    const prompt = this.render(question, true);
    const { before, after } = this.probe(question);
    this.lead = before.startsWith(prompt) ? before.slice(prompt.length) : undefined;
    this.opensThoughts = OPENS_THOUGHTS.test(prompt);
    this.difference = differenceOf(prompt, before, PROBE);
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

  /** The text that the model is asked to go on with. `tools`: the functions that it is told of. */
  prompt(messages: readonly ChatMessage[], tools?: string): string {
    const prompt = this.render(messages, true, tools);
    return this.lead !== undefined && kindOfLead(this.lead) === 'header' ? prompt + this.lead : prompt;
  }

  /** `question`: the messages before the answer. Error: chat-template-span where the answer's place cannot be told. */
  find(question: readonly ChatMessage[], answer: ChatMessage, tools?: string): TrainedText {
    const messages: readonly ChatMessage[] = [...question, answer];
    // What is written of tools depends on more than the roles.
    const isPlain = tools === undefined && !messages.some(isToolMessage);
    const outline = isPlain ? this.outlineOf(messages) : undefined;
    if (outline !== undefined) return this.fill(outline, messages);
    const text = this.render(messages, false, tools);
    const placed = isPlain ? this.placeInPlainText(text, messages) : undefined;
    return placed ?? this.placeByPrompt(text, question, answer, tools);
  }

  private render(messages: readonly ChatMessage[], addGenerationPrompt: boolean, tools?: string): string {
    return this.template.renderChat(messages, { addGenerationPrompt, enableThinking: this.enableThinking, tools });
  }

  private placed(text: string, asked: number, lead: string): TrainedText {
    const kind = kindOfLead(lead);
    const end = text.length - this.closing.length + this.closingTrained;
    const start = kind === 'thoughts' ? asked : asked + lead.length;
    const place = { asked: kind === 'header' ? start : asked, start, end };
    return { text, answers: [place], endOfTurnLength: this.endOfTurnLength };
  }

  /** The outline of a conversation that has its answer once, and after it what the template always writes. */
  private outlineOf(messages: readonly ChatMessage[]): AnsweredOutline | undefined {
    // An outline knows of no thoughts.
    if (messages.length > MOST_MESSAGES || messages.some(({ thoughts }) => thoughts !== undefined)) return undefined;
    const roles = messages.map(({ role }) => role);
    const key = roles.join(' ');
    if (!this.outlines.has(key)) this.outlines.set(key, this.answeredOutline(roles));
    return this.outlines.get(key);
  }

  private answeredOutline(roles: readonly ChatMessage['role'][]): AnsweredOutline | undefined {
    const { enableThinking } = this;
    const outline = this.template.outline(roles, { addGenerationPrompt: false, enableThinking });
    const prompt = this.template.outline(roles.slice(0, -1), { addGenerationPrompt: true, enableThinking });
    if (outline === undefined || prompt === undefined) return undefined;
    const at = outline.findIndex((part) => typeof part === 'object' && part.message === roles.length - 1);
    const after = outline.slice(at + 1).map((part) => (typeof part === 'string' ? part : undefined));
    if (at === -1 || after.includes(undefined) || after.join('') !== this.closing) return undefined;
    const lead = leadAfter(prompt, outline.slice(0, at));
    if (lead !== undefined) return { outline, lead };
    // What is asked is trained; thoughts that were opened would have to be closed, which is not told by an outline.
    const last = prompt.at(-1);
    if (typeof last === 'string' && OPENS_THOUGHTS.test(last)) return undefined;
    return { outline: [...prompt, outline[at]!, this.closing], lead: '' };
  }

  private fill({ outline, lead }: AnsweredOutline, messages: readonly ChatMessage[]): TrainedText {
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
    return this.placed(text, start - lead.length, lead);
  }

  /** The place of the last message in a text that holds all of them as they are, around them what the template always writes. */
  private placeInPlainText(text: string, messages: readonly ChatMessage[]): TrainedText | undefined {
    if (messages.length > MOST_MESSAGES) return undefined;
    const roles = messages.map(({ role }) => role).join(' ');
    if (!this.around.has(roles)) this.around.set(roles, this.partsAround(messages));
    const parts = this.around.get(roles);
    if (parts === undefined) return undefined;
    let at = 0;
    let start = 0;
    for (const [number, { content }] of messages.entries()) {
      const part = parts.before[number]!;
      if (!text.startsWith(part, at) || !text.startsWith(content, at + part.length)) return undefined;
      start = at + part.length;
      at = start + content.length;
    }
    if (text.length !== at + this.closing.length || !text.endsWith(this.closing)) return undefined;
    return this.placed(text, start - parts.lead.length, parts.lead);
  }

  /** Undefined where what stands after the last message is not `closing`, or the prompt is not what stands before it. */
  private partsAround(messages: readonly ChatMessage[]): PlainParts | undefined {
    const probes = messages.map(({ role }, number): ChatMessage => ({ role, content: probeOf(number) }));
    let text: string;
    let prompt: string;
    try {
      text = this.render(probes, false);
      prompt = this.render(probes.slice(0, -1), true);
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
    const answered = from - probes.at(-1)!.content.length;
    const once = probes.every(({ content }) => text.indexOf(content) === text.lastIndexOf(content));
    if (!once || text.slice(from) !== this.closing || !text.startsWith(prompt)) return undefined;
    return { before: parts, lead: text.slice(prompt.length, answered) };
  }

  /** The place of the answer by the prompt as it is rendered for this very question. */
  private placeByPrompt(
    text: string,
    question: readonly ChatMessage[],
    answer: ChatMessage,
    tools: string | undefined,
  ): TrainedText {
    const prompt = this.render(question, true, tools);
    const contentEnd = text.length - this.closing.length;
    if (!text.endsWith(this.closing)) throw this.unplaced();
    if (text.startsWith(prompt)) {
      const body = text.slice(prompt.length, contentEnd);
      if (/^\s*<think>/.test(body)) return this.placed(text, prompt.length, '');
      if (this.lead !== undefined && body.startsWith(this.lead)) return this.placed(text, prompt.length, this.lead);
    }
    const start = this.startOfAnswer(text, question, tools);
    if (start === undefined || start > contentEnd) throw this.unplaced();
    if (text.startsWith(prompt) && start >= prompt.length) {
      return this.placed(text, prompt.length, text.slice(prompt.length, start));
    }
    const written = text.slice(start, contentEnd);
    const opened = OPENS_THOUGHTS.exec(prompt)?.[0];
    const body = opened === undefined ? written : afterOpened(opened, answer, written);
    return this.placed(prompt + body + this.closing, prompt.length, '');
  }

  private unplaced(): SftError {
    return new SftError('chat-template-span', 'it cannot be told which part of its text is the answer', {
      file: this.template.file,
      remedy: 'use a template that writes the question first, then the answer, unchanged',
    });
  }

  /** Where the text departs from that with another answer, which must be after the question. */
  private startOfAnswer(text: string, question: readonly ChatMessage[], tools: string | undefined): number | undefined {
    const asked = this.render(question, false, tools);
    if (!text.startsWith(asked)) return undefined;
    const { before } = this.probe(question, tools);
    let same = 0;
    while (same < before.length && before[same] === text[same]) same++;
    return same < asked.length ? undefined : same;
  }

  private probe(question: readonly ChatMessage[], tools?: string): { before: string; after: string } {
    const text = this.render([...question, { role: 'assistant', content: PROBE }], false, tools);
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

/**
 * What a template writes between its prompt and an answer: blanks, which belong to the answer's first token; thoughts, which the model
 * writes itself and so are trained; or the header of a turn that the prompt should have ended with, which is asked with.
 */
function kindOfLead(lead: string): 'blank' | 'thoughts' | 'header' {
  if (lead.trim() === '') return 'blank';
  return lead.includes('think>') ? 'thoughts' : 'header';
}

/** What an outline goes on with after that of the prompt; undefined where it does not begin with it. */
function leadAfter(prompt: Outline, before: Outline): string | undefined {
  const [asked, written] = [joined(prompt), joined(before)];
  const rest = asked.length < written.length ? written[asked.length] : undefined;
  if (written.length - asked.length > 1 || asked.length > written.length) return undefined;
  for (const [number, part] of asked.entries()) {
    const other = written[number]!;
    if (typeof part === 'object') {
      if (JSON.stringify(part) !== JSON.stringify(other)) return undefined;
    } else if (number < asked.length - 1 || rest !== undefined) {
      if (part !== other) return undefined;
    } else return typeof other === 'string' && other.startsWith(part) ? other.slice(part.length) : undefined;
  }
  return rest === undefined ? '' : typeof rest === 'string' ? rest : undefined;
}

/** An outline without texts that stand one after the other. */
function joined(outline: Outline): Outline {
  const parts: Outline[number][] = [];
  for (const part of outline) {
    const last = parts.at(-1);
    if (typeof part === 'string' && typeof last === 'string') parts[parts.length - 1] = last + part;
    else parts.push(part);
  }
  return parts;
}

/** The answer as the model has to go on after thoughts that its prompt has opened: with the thoughts, or with none. */
function afterOpened(opened: string, { content, thoughts, calls }: ChatMessage, written: string): string {
  if (calls !== undefined) return `${thoughts?.trim() ?? ''}\n</think>\n\n${written}`;
  if (thoughts !== undefined) return `${thoughts.trim()}\n</think>\n\n${content}`;
  if (content.startsWith(opened)) return content.slice(opened.length);
  const parts = splitThoughts(content);
  if (parts === undefined) return `\n</think>\n\n${written}`;
  return `${parts.thoughts}\n</think>\n\n${parts.answer}`;
}
