import path from 'node:path';
import { SftError } from '../base/errors';
import type { ExampleMessage, ToolCall } from '../dataset/example';
import { defaultTemplate } from './default-template';
import { compileTemplate } from './jinja';
import { isObject, readModelJson, readModelText, TEMPLATE_FILE } from './model-files';
import { PythonJson } from './python-json';
import { readSpecialTokens } from './special-tokens';
import type { Outline } from './template-outline';
import type { TextTokenizer } from './tokenizer';
import { CALL_PROBE, GIVEN, PROBE_TOOLS } from './tool-probe';
import { untrainedIn } from './untrained-tokens';

/** Templates know the thoughts as reasoning_content, calls as tool_calls. */
export type ChatMessage = ExampleMessage;

export interface RenderOptions {
  /** Ends with the header of the assistant's turn, for the model to go on. */
  readonly addGenerationPrompt: boolean;
  /** What templates that can switch thinking on and off read as `enable_thinking`; false unless given. */
  readonly enableThinking?: boolean;
  /** The functions that the model is told of: a JSON list; none unless given. */
  readonly tools?: string | undefined;
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
  // Jinja2 ends every line of a template so (lexer.py, newline_re), however an editor of Windows has saved it.
  const source = found.source.replaceAll(/\r\n?/g, '\n');
  const compiled = compileTemplate(source, found.file, now, {
    ...special.all,
    tools: null,
    documents: null,
  });
  const notice = found.name === undefined ? {} : { notice: `the model has no chat template: ${found.name} is used` };
  const variables = ({
    addGenerationPrompt,
    enableThinking = false,
    tools,
  }: RenderOptions): Record<string, unknown> => ({
    add_generation_prompt: addGenerationPrompt,
    enable_thinking: enableThinking,
    ...(tools === undefined ? {} : { tools: new PythonJson(tools) }),
  });
  const render = (messages: readonly ChatMessage[], options: RenderOptions, asText: boolean): string =>
    compiled.render({ messages: messages.map((message) => asTemplatesRead(message, asText)), ...variables(options) });
  let asText: boolean | undefined;
  return {
    source,
    file: found.file,
    ...notice,
    renderChat: (messages, options) => {
      if (messages.some(({ calls }) => calls !== undefined)) asText ??= takesArgumentsAsText(render);
      return render(messages, options, asText === true);
    },
    outline: (roles, options) => compiled.outline(roles, variables(options)),
  };
}

/** Whether a template joins the arguments of a call with other text (DeepSeek), which an object cannot be. */
function takesArgumentsAsText(
  render: (messages: readonly ChatMessage[], options: RenderOptions, asText: boolean) => string,
): boolean {
  const writes = (asText: boolean): boolean => {
    try {
      return render(CALL_PROBE, { addGenerationPrompt: false, tools: PROBE_TOOLS }, asText).includes(GIVEN);
    } catch {
      return false;
    }
  };
  return !writes(false) && writes(true);
}

function asTemplatesRead(message: ChatMessage, asText: boolean): Readonly<Record<string, unknown>> {
  const { role, content, thoughts, calls, name, callId } = message;
  return {
    role,
    content,
    ...(thoughts === undefined ? {} : { reasoning_content: thoughts }),
    ...(calls === undefined ? {} : { tool_calls: calls.map((call) => asCall(call, asText)) }),
    ...(name === undefined ? {} : { name }),
    ...(callId === undefined ? {} : { tool_call_id: callId }),
  };
}

function asCall({ id, name, arguments: given }: ToolCall, asText: boolean): Readonly<Record<string, unknown>> {
  const called = { name, arguments: asText ? given : new PythonJson(given) };
  return { ...(id === undefined ? {} : { id }), type: 'function', function: called };
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
