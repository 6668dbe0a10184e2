import { SftError } from '../base/errors';
import { isToolMessage } from '../dataset/formats/tool-calls';
import type { ChatMessage, ChatTemplate } from './chat-template';
import { CALL_PROBE, CALLED, GIVEN, LISTED, PLAIN_PROBE, PROBE_TOOLS, RESULT } from './tool-probe';

/** What a chat template writes of tools. */
interface ToolSupport {
  /** The functions that there are. */
  readonly lists: boolean;
  /** The assistant's calls. */
  readonly calls: boolean;
  /** What a called function gave. */
  readonly results: boolean;
}

const known = new WeakMap<ChatTemplate, ToolSupport>();

function supportOf(template: ChatTemplate): ToolSupport {
  let support = known.get(template);
  if (support === undefined) {
    const writes = (messages: readonly ChatMessage[], ...words: readonly string[]): boolean => {
      try {
        const text = template.renderChat(messages, { addGenerationPrompt: false, tools: PROBE_TOOLS });
        return words.every((word) => text.includes(word));
      } catch {
        return false;
      }
    };
    support = {
      lists: writes(PLAIN_PROBE, LISTED),
      calls: writes(CALL_PROBE, CALLED, GIVEN),
      results: writes(CALL_PROBE, RESULT),
    };
    known.set(template, support);
  }
  return support;
}

/**
 * What a template does not write of a conversation with tools, as a person reads it; undefined where it writes everything.
 * @param texts what it wrote
 */
export function unwritten(
  template: ChatTemplate,
  messages: readonly ChatMessage[],
  tools: string | undefined,
  texts: readonly string[],
): string | undefined {
  if (tools !== undefined && !supportOf(template).lists) return 'the list of tools';
  const said = messages.flatMap(({ content, calls }) =>
    calls === undefined || content.trim() === '' ? [] : [content.trim()],
  );
  const isWritten = (words: string): boolean => texts.some((text) => text.includes(words));
  return said.every(isWritten) ? undefined : 'what the assistant says next to a call';
}

/** @throws SftError chat-template-tools where a conversation has calls or results that the template does not write */
export function refuseUnwrittenTools(template: ChatTemplate, messages: readonly ChatMessage[]): void {
  if (!messages.some(isToolMessage)) return;
  const { calls, results } = supportOf(template);
  const missing = !calls
    ? 'calls of tools'
    : results || messages.every(({ role }) => role !== 'tool')
      ? undefined
      : 'what tools give';
  if (missing === undefined) return;
  throw new SftError(
    'chat-template-tools',
    `the model's chat template does not write ${missing}, which this conversation has`,
    {
      file: template.file,
      remedy: 'use a model whose chat template does (Qwen, Llama 3.1), or write calls and results as texts',
    },
  );
}
