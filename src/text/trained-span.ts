import { SftError } from '../errors';
import type { ChatMessage, ChatTemplate } from './chat-template';
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

/**
 * Where a template puts the answer. Found by rendering, not by searching for the answer's words: the prompt alone, the
 * whole conversation, and the conversation with another answer. Trained is what lies from the answer's first character
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
    const text = this.template.renderChat([...question, { role: 'assistant', content: answer }], {
      addGenerationPrompt: false,
    });
    const start = this.startOfAnswer(text, question);
    const contentEnd = text.length - this.closing.length;
    if (!text.endsWith(this.closing) || start === undefined || start > contentEnd) {
      throw new SftError('chat-template-span', 'it cannot be told which part of its text is the answer', {
        file: this.template.file,
        remedy: 'use a template that writes the question first, then the answer, unchanged',
      });
    }
    return {
      text,
      start,
      end: contentEnd + this.closingTrained,
      endOfTurnLength: this.endOfTurnLength,
    };
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
