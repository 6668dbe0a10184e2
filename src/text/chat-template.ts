import path from 'node:path';
import { SftError } from '../base/errors';
import { defaultTemplate } from './default-template';
import { compileTemplate } from './jinja';
import { isObject, readModelJson, readModelText, TEMPLATE_FILE } from './model-files';
import { readSpecialTokens } from './special-tokens';
import type { Outline } from './template-outline';
import type { TextTokenizer } from './tokenizer';
import { untrainedIn } from './untrained-tokens';

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
  /** Of the assistant: what it thought first, where that is not in the content. Templates know it as reasoning_content. */
  readonly thoughts?: string;
  /** False for a turn of the assistant that is context only. */
  readonly train?: false;
}

export interface RenderOptions {
  /** Ends with the header of the assistant's turn, for the model to go on. */
  readonly addGenerationPrompt: boolean;
  /** What templates that can switch thinking on and off read as `enable_thinking`; false unless given. */
  readonly enableThinking?: boolean;
}

export interface ChatTemplate {
  /** The Jinja source. */
  readonly source: string;
  /** Where it was read; the model folder where it is a default. */
  readonly file: string;
  /** Set where the model brings no template: one line that says which default is used. */
  readonly notice?: string;
  /** The conversation as text, special tokens written out (BOS too: add no second one). */
  renderChat(messages: readonly ChatMessage[], options: RenderOptions): string;
  /** What it writes for a conversation of these roles, whatever the messages say; undefined where that depends on them. */
  outline(roles: readonly ChatMessage['role'][], options: RenderOptions): Outline | undefined;
}

/**
 * The chat template of a model folder: chat_template.jinja, else chat_template of tokenizer_config.json (one text, or a
 * list of which "default" is taken), else a documented default. `now` is the one date that strftime_now gives in this
 * run.
 */
export async function loadChatTemplate(
  modelDir: string,
  tokenizer: TextTokenizer,
  now = new Date(),
): Promise<ChatTemplate> {
  const special = await readSpecialTokens(modelDir, (id) => tokenizer.tokenText(id));
  const found: FoundTemplate = (await readTemplate(modelDir)) ?? {
    ...(await defaultTemplate(tokenizer, (ids) => untrainedIn(modelDir, tokenizer, ids))),
    file: modelDir,
  };
  const compiled = compileTemplate(found.source, found.file, now, {
    ...special.all,
    tools: null,
    documents: null,
  });
  const notice = found.name === undefined ? {} : { notice: `the model brings no chat template: ${found.name} is used` };
  const variables = ({ addGenerationPrompt, enableThinking = false }: RenderOptions): Record<string, unknown> => ({
    add_generation_prompt: addGenerationPrompt,
    enable_thinking: enableThinking,
  });
  return {
    source: found.source,
    file: found.file,
    ...notice,
    renderChat: (messages, options) =>
      compiled.render({ messages: messages.map(asTemplatesRead), ...variables(options) }),
    outline: (roles, options) => compiled.outline(roles, variables(options)),
  };
}

function asTemplatesRead({ role, content, thoughts }: ChatMessage): Readonly<Record<string, string>> {
  return thoughts === undefined ? { role, content } : { role, content, reasoning_content: thoughts };
}

interface FoundTemplate {
  readonly source: string;
  readonly file: string;
  /** Of a default template only. */
  readonly name?: string;
}

async function readTemplate(modelDir: string): Promise<FoundTemplate | undefined> {
  const text = await readModelText(modelDir, TEMPLATE_FILE);
  if (text !== undefined) return { source: text, file: path.join(modelDir, TEMPLATE_FILE) };
  const config = await readModelJson(modelDir, 'tokenizer_config.json');
  const value = config?.['chat_template'];
  const file = path.join(modelDir, 'tokenizer_config.json');
  if (typeof value === 'string') return { source: value, file };
  if (!Array.isArray(value)) return undefined;
  for (const entry of value as readonly unknown[]) {
    if (isObject(entry) && entry['name'] === 'default' && typeof entry['template'] === 'string') {
      return { source: entry['template'], file };
    }
  }
  throw new SftError('chat-template-missing', 'it lists chat templates, but none is named "default"', {
    file,
    remedy: 'write the one to use to chat_template.jinja in the model folder',
  });
}
