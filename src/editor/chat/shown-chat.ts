import * as vscode from 'vscode';
import type { ChatView, ToChat } from '../../messages/chat';
import type { ChatModels } from './chat-models';
import type { Conversation } from './conversation';
import { modelChoices, sourceChoices, validChoice, type Chosen } from './model-choices';

/** What every page shows of a chat, the number of its own last change apart. */
export type ShownChat = Omit<ChatView, 'edit'>;

/** Why there is nothing to talk to, and what a person can do. */
export type NoChat = Omit<Extract<ToChat, { type: 'unavailable' }>, 'type'>;

/** @returns undefined while the models are being looked for */
export function shownChat(
  models: ChatModels,
  wanted: Chosen,
  conversation: Conversation,
): ShownChat | NoChat | undefined {
  if (!vscode.workspace.isTrusted) {
    return {
      title: 'This workspace is not trusted',
      reason:
        'Chatting runs a model from this folder. Trust the workspace to chat; everything else works without trust.',
      action: 'trust',
    };
  }
  // A question asked of a view without models would be refused, and a chosen model that is not found yet is not gone.
  if (!models.looked) return undefined;
  const { turns, settings, busy } = conversation;
  const { source, left, right } = validChoice(models.all, wanted);
  if (source === undefined && turns.length === 0) {
    return {
      title: 'No model to talk to yet',
      reason: 'Train a model on your questions and answers, then chat with it here, side by side with the base model.',
      action: 'train',
    };
  }
  return {
    sources: sourceChoices(models.all),
    source,
    models: modelChoices(models.all, source),
    left,
    right,
    settings,
    unasked: models.systemOf(left),
    turns,
    busy,
  };
}
