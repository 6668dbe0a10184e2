import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { modelTitle } from '../../base/hub-cache';
import { DEFAULT_SETTINGS } from '../../messages/chat';
import type { ChatMessage } from '../../text/chat-template';
import { errorText } from '../error-text';
import type { Services } from '../services';
import type { ChatModels } from './chat-models';
import { streamChat } from './completions';
import { modelId, speakerName } from './model-choices';

const VENDOR = 'sft';
/** As elsewhere where no tokenizer counts. */
const CHARACTERS_PER_TOKEN = 4;
const DEFAULT_CONTEXT = 2048;
const MOST_NEW_TOKENS = 1024;

/** VS Code's model of a chat model, since 1.104. The types of our oldest VS Code do not have it yet. */
interface ModelInformation {
  readonly id: string;
  readonly name: string;
  readonly family: string;
  readonly version: string;
  readonly detail?: string;
  readonly tooltip?: string;
  readonly maxInputTokens: number;
  readonly maxOutputTokens: number;
  readonly capabilities: Readonly<Record<string, never>>;
}

interface RequestMessage {
  readonly role: vscode.LanguageModelChatMessageRole;
  readonly content: readonly unknown[];
}

interface ChatProvider {
  readonly onDidChangeLanguageModelChatInformation: vscode.Event<void>;
  provideLanguageModelChatInformation(options: unknown, token: vscode.CancellationToken): Promise<ModelInformation[]>;
  provideLanguageModelChatResponse(
    model: ModelInformation,
    messages: readonly RequestMessage[],
    options: { readonly modelOptions?: Readonly<Record<string, unknown>> },
    progress: vscode.Progress<vscode.LanguageModelTextPart>,
    token: vscode.CancellationToken,
  ): Promise<void>;
  provideTokenCount(model: ModelInformation, text: string | RequestMessage): Promise<number>;
}

type Register = (vendor: string, provider: ChatProvider) => vscode.Disposable;

/** Makes the tuned models of finished runs chat models of VS Code, where it takes any. */
export function registerChatModelProvider(services: Services, models: ChatModels): vscode.Disposable {
  const { registerLanguageModelChatProvider: register } = vscode.lm as { registerLanguageModelChatProvider?: Register };
  if (typeof register !== 'function') return new vscode.Disposable(() => undefined);
  try {
    return register.call(vscode.lm, VENDOR, provider(services, models));
  } catch (error) {
    services.log(`the tuned models cannot be offered as chat models of VS Code: ${errorText(error)}`);
    return new vscode.Disposable(() => undefined);
  }
}

function provider(services: Services, models: ChatModels): ChatProvider {
  return {
    onDidChangeLanguageModelChatInformation: models.onDidChange,
    async provideLanguageModelChatInformation() {
      if (!vscode.workspace.isTrusted) return [];
      await services.runs.refresh();
      await models.look();
      const done = models.all.runs.filter(({ variants }) => variants.includes('tuned'));
      return Promise.all(
        done.map(async ({ folder, label, created }) => {
          const id = modelId({ kind: 'run', variant: 'tuned', folder });
          const base = services.runs.get(folder)?.run.base_model.path;
          const context = base === undefined ? DEFAULT_CONTEXT : await contextOf(base);
          const maxOutputTokens = Math.min(MOST_NEW_TOKENS, Math.floor(context / 2));
          return {
            id,
            name: label,
            family: base === undefined ? 'llama' : modelTitle(base),
            version: created,
            detail: 'tuned here',
            tooltip: speakerName(models.all, id),
            maxInputTokens: context - maxOutputTokens,
            maxOutputTokens,
            capabilities: {},
          };
        }),
      );
    },
    async provideLanguageModelChatResponse(model, messages, { modelOptions = {} }, progress, token) {
      const abort = new AbortController();
      const subscription = token.onCancellationRequested(() => {
        abort.abort();
      });
      const number = (key: string, fallback: number): number => {
        const value = modelOptions[key];
        return typeof value === 'number' && Number.isFinite(value) ? value : fallback;
      };
      const settings = {
        ...DEFAULT_SETTINGS,
        maxNewTokens: Math.min(model.maxOutputTokens, number('max_tokens', model.maxOutputTokens)),
        temperature: number('temperature', DEFAULT_SETTINGS.temperature),
        topP: number('top_p', DEFAULT_SETTINGS.topP),
      };
      const open = await models.open(model.id, () => undefined);
      try {
        const request = { model: open.model, messages: messages.map(chatMessage), settings };
        for await (const piece of streamChat(open.endpoint, request, abort.signal)) {
          if (piece.type === 'text') progress.report(new vscode.LanguageModelTextPart(piece.text));
        }
      } catch (error) {
        if (abort.signal.aborted) throw new vscode.CancellationError();
        throw new Error(errorText(error), { cause: error });
      } finally {
        open.release();
        subscription.dispose();
      }
    },
    provideTokenCount: (_model, text) => {
      const { length } = typeof text === 'string' ? text : chatMessage(text).content;
      return Promise.resolve(Math.ceil(length / CHARACTERS_PER_TOKEN));
    },
  };
}

/** Our models read text; whatever else a message holds is left out. */
function chatMessage({ role, content }: RequestMessage): ChatMessage {
  const texts = content.map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : ''));
  const roles: Readonly<Record<number, ChatMessage['role']>> = {
    [vscode.LanguageModelChatMessageRole.User]: 'user',
    [vscode.LanguageModelChatMessageRole.Assistant]: 'assistant',
  };
  // System messages have the number 3 where they exist; the stable types do not name it.
  return { role: roles[role] ?? 'system', content: texts.join('') };
}

async function contextOf(modelFolder: string): Promise<number> {
  try {
    const config: unknown = JSON.parse(await readFile(path.join(modelFolder, 'config.json'), 'utf8'));
    const positions = (config as { readonly max_position_embeddings?: unknown }).max_position_embeddings;
    return typeof positions === 'number' && positions > 0 ? positions : DEFAULT_CONTEXT;
  } catch {
    return DEFAULT_CONTEXT;
  }
}
