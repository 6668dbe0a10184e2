import { SftError } from '../base/errors';
import type { LlamaModel } from '../model/llama';
import type { ChatMessage } from '../text/chat-template';
import type { ChatTokenizer } from '../text/chat-tokenizer';

/** What was said to one model in the terminal. */
export class Conversation {
  private system: readonly ChatMessage[] = [];
  private turns: ChatMessage[] = [];

  /** @param name for people, where several models answer */
  constructor(
    readonly name: string,
    readonly model: LlamaModel,
  ) {}

  /** Forgets all but the system message. */
  clear(): void {
    this.turns = [];
  }

  /** Puts a system message before all that follows, in place of the one from the run or the command line; an empty one takes it back. */
  setSystem(text: string): void {
    this.system = text === '' ? [] : [{ role: 'system', content: text }];
    this.clear();
  }

  /** Takes back the last question and its answer. @returns whether there was one */
  undo(): boolean {
    return this.turns.splice(-2).length > 0;
  }

  answered(question: string, answer: string): void {
    this.turns.push({ role: 'user', content: question }, { role: 'assistant', content: answer });
  }

  /**
   * Ids to ask a question with; the oldest turns are forgotten until the answer has room in the model's context.
   * @throws SftError prompt-too-long where the question alone has not
   */
  prompt(chat: ChatTokenizer, question: string, maxNewTokens: number): readonly number[] {
    const limit = this.model.context - maxNewTokens;
    for (;;) {
      const ids = chat.encodePrompt([...this.system, ...this.turns, { role: 'user', content: question }]);
      if (ids.length <= limit) return ids;
      if (this.turns.length === 0) {
        throw new SftError(
          'prompt-too-long',
          `the question has ${ids.length} tokens, the model has room for ${Math.max(0, limit)}`,
          { remedy: 'ask a shorter question, or lower --max-new-tokens' },
        );
      }
      this.turns.splice(0, 2);
    }
  }
}
