import * as vscode from 'vscode';
import {
  DEFAULT_SETTINGS,
  NEW_FILE,
  SIDES,
  type chatRequests,
  type ChatSettings,
  type ChatTurn,
  type FromChat,
  type Side,
  type ToChat,
} from '../../messages/chat';
import { done, given, type AskOf, type Handlers } from '../../messages/requests';
import { errorText } from '../error-text';
import { COMMANDS, VIEWS } from '../manifest/command-ids';
import { focusView, runCommand } from '../manifest/commands';
import { setContext } from '../manifest/context';
import { CONTEXT } from '../manifest/context-keys';
import type { Services } from '../services';
import { createPanel, outcomeOf, type Told } from '../webview-host';
import { ChatPage } from './chat-page';
import type { ChatModels } from './chat-models';
import { Conversation, promptFor, type Speaker } from './conversation';
import { bothSides, modelId, speakerName, validChoice, withModel, type Chosen } from './model-choices';
import { saveAnswer, saveTargets } from './save-answer';
import { shownChat } from './shown-chat';

/** Where the conversation is kept in the workspace's state. */
const STATE = 'sft.chat';
/** Tokens go to the view in batches: it draws no faster than this, in ms. */
const BATCH_MS = 40;
const RESTRICTED = 'This workspace is not trusted, so its models are not run';

interface Kept {
  readonly chosen: Chosen;
  readonly settings: ChatSettings;
  readonly turns: readonly ChatTurn[];
}

/** The side panel `sft.chat`, and the same as an editor tab. The conversation lives here; the pages show it, and may come and go. */
export class ChatView implements vscode.WebviewViewProvider {
  private side: ChatPage | undefined;
  private tab: { readonly page: ChatPage; readonly panel: vscode.WebviewPanel } | undefined;
  private readonly conversation: Conversation;
  private chosen: Chosen;
  private readonly batches = new Map<string, { turn: number; side: Side; text: string }>();
  private batchTimer: NodeJS.Timeout | undefined;
  private readonly subscription: vscode.Disposable;
  private focusWanted = false;
  private readonly changeEmitter = new vscode.EventEmitter<void>();
  private readonly handlers: Handlers<typeof chatRequests> = {
    send: ({ question }) => done(this.ask(question, (speakers) => this.conversation.ask(question.trim(), speakers))),
    resend: ({ turn, question }) =>
      done(this.ask(question, (speakers) => this.conversation.resend(turn, question.trim(), speakers))),
    retry: ({ side }) => done(this.retry(side)),
    copy: async ({ text }) => {
      await vscode.env.clipboard.writeText(text);
      return done();
    },
    targets: () => given(saveTargets(this.services, this.runFolder())),
    save: async (ask) => done(await this.save(ask)),
  };
  /** Something that is shown changed, the text of an answer apart. */
  readonly onDidChange = this.changeEmitter.event;

  constructor(
    private readonly services: Services,
    private readonly models: ChatModels,
  ) {
    this.conversation = new Conversation({
      onChange: () => {
        this.changed();
      },
      onText: (turn, side, text) => {
        this.batch(turn, side, text);
      },
      onReply: (turn, reply) => {
        // What is shown as answered is there after a reload, though its connection may still be closing.
        this.keep();
        this.flush();
        this.post({ type: 'reply', turn, reply });
        this.changeEmitter.fire();
        const { replies } = this.conversation.turns[turn]!;
        if (replies.filter(({ status }) => status === 'done').length === SIDES.length)
          setContext(CONTEXT.learntChat, true);
      },
      onBug: (error) => {
        services.log(error instanceof Error ? (error.stack ?? error.message) : String(error));
      },
    });
    const kept = services.context.workspaceState.get<Kept>(STATE);
    this.chosen = kept?.chosen ?? { source: undefined, left: undefined, right: undefined };
    if (kept !== undefined) this.conversation.restore(kept.turns, { ...DEFAULT_SETTINGS, ...kept.settings });
    this.subscription = vscode.Disposable.from(
      models.onDidChange(() => {
        this.show();
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(() => void this.start()),
    );
  }

  dispose(): void {
    clearTimeout(this.batchTimer);
    this.subscription.dispose();
    this.changeEmitter.dispose();
    void this.conversation.stop();
  }

  resolveWebviewView(panel: vscode.WebviewView): void {
    const page = this.page(panel.webview);
    this.side = page;
    panel.onDidDispose(() => {
      if (this.side === page) this.side = undefined;
    });
    panel.onDidChangeVisibility(() => {
      if (panel.visible) void this.models.look(true);
    });
  }

  /** Shows the conversation in an editor tab, where two answers have room side by side. @param restored the tab of a window before */
  openTab(restored?: vscode.WebviewPanel): void {
    if (this.tab === undefined) {
      const panel =
        restored ?? createPanel('chat', { title: 'SFT Chat', column: vscode.ViewColumn.Active, preserveFocus: false });
      this.tab = { page: this.page(panel.webview), panel };
      panel.onDidDispose(() => {
        this.tab = undefined;
      });
      panel.onDidChangeViewState(() => {
        if (panel.visible) void this.models.look(true);
      });
    } else {
      restored?.dispose();
      this.tab.panel.reveal();
    }
    if (restored !== undefined) return;
    this.focusWanted = true;
    this.giveFocus();
  }

  private page(webview: vscode.Webview): ChatPage {
    const { services, handlers } = this;
    return new ChatPage(webview, { services, handlers, receive: (message) => void this.take(message) });
  }

  /** Brings the view to the front, with a run chosen where one is named, and a checkpoint of it on the right. */
  async open(runFolder: string | undefined, checkpoint: string | undefined): Promise<void> {
    if (runFolder !== undefined) {
      // It may have ended a moment ago, and its result is what the person wants to talk to.
      await this.services.runs.reload(runFolder);
      await this.models.look();
      const both = bothSides(this.models.all, `run:${runFolder}`);
      const right = checkpoint && modelId({ kind: 'run', variant: checkpoint, folder: runFolder });
      this.chosen = right === undefined ? both : { ...both, right };
      this.changed();
    }
    this.focusWanted = true;
    if (this.tab === undefined) await focusView(VIEWS.chat);
    else this.tab.panel.reveal();
    this.giveFocus();
  }

  /** Brings the view to the front with a model folder or a GGUF file chosen. */
  async openModel(model: string): Promise<void> {
    await this.models.add(model);
    this.chosen = bothSides(this.models.all, `folder:${model}`);
    this.changed();
    await this.open(undefined, undefined);
  }

  async newChat(): Promise<void> {
    await this.conversation.clear();
    this.focusWanted = true;
    this.giveFocus();
  }

  stop(): Promise<void> {
    return this.conversation.stop();
  }

  /** What was said so far. */
  get turns(): readonly ChatTurn[] {
    return this.conversation.turns;
  }

  get busy(): boolean {
    return this.conversation.busy;
  }

  /** As if the view had sent it. @returns why it was refused */
  async receive(message: FromChat): Promise<string | undefined> {
    if ('id' in message) return (await outcomeOf(this.handlers, message)).problem;
    return this.take(message);
  }

  /** @returns why it was refused, which the person is told too */
  private async take(message: Told<FromChat>): Promise<string | undefined> {
    try {
      await this.act(message);
      return undefined;
    } catch (error) {
      void this.services.dialogs.error(errorText(error));
      return errorText(error);
    }
  }

  private async act(message: Told<FromChat>): Promise<void> {
    const { conversation } = this;
    switch (message.type) {
      case 'ready':
        await this.start();
        break;
      case 'stop':
        await conversation.stop();
        break;
      case 'settings':
        conversation.settings = message.settings;
        this.changed();
        break;
      case 'chooseSource':
        this.chosen = bothSides(this.models.all, message.source);
        this.changed();
        break;
      case 'chooseModel':
        this.chooseModel(message.side, message.model);
        break;
      case 'act':
        await this.command(message.action);
    }
  }

  private retry(side: Side): string | undefined {
    if (!vscode.workspace.isTrusted) return RESTRICTED;
    const speaker = this.speakers().find((one) => one.side === side);
    if (speaker === undefined) return 'That side is hidden - choose a model for it first';
    void this.conversation.retry(speaker);
    return undefined;
  }

  private ask(question: string, go: (speakers: readonly Speaker[]) => Promise<void>): string | undefined {
    if (!vscode.workspace.isTrusted) return RESTRICTED;
    if (question.trim() === '') return 'Write a question first';
    const speakers = this.speakers();
    if (speakers.length === 0) return 'Choose a model first';
    // Not awaited: the request is answered when it has begun.
    void go(speakers);
    return undefined;
  }

  private speakers(): Speaker[] {
    const { left, right } = validChoice(this.models.all, this.chosen);
    const speaker = (side: Side, id: string | undefined): Speaker[] =>
      id === undefined
        ? []
        : [{ side, name: speakerName(this.models.all, id), open: (onStart) => this.models.open(id, onStart) }];
    return [...speaker('left', left), ...speaker('right', right)];
  }

  private async save({
    turn,
    side,
    answer,
    target,
  }: AskOf<(typeof chatRequests)['save']>): Promise<string | undefined> {
    if (answer.trim() === '') return 'The answer is empty - write one first';
    const { turns, settings } = this.conversation;
    const asked = turns[turn];
    if (asked === undefined) return 'This answer is gone - it was part of another chat';
    const history = promptFor(turns, turn, side, settings.system).slice(0, -1);
    const saving = saveAnswer(this.services, target, { history, question: asked.question, answer: answer.trim() });
    if (target !== NEW_FILE) await saving;
    // A person may take any time over a dialog.
    else saving.catch((error: unknown) => this.services.dialogs.error(errorText(error)));
    return undefined;
  }

  private async command(action: Extract<FromChat, { type: 'act' }>['action']): Promise<void> {
    switch (action) {
      case 'trust':
        await vscode.commands.executeCommand('workbench.trust.manage');
        break;
      case 'train':
        await runCommand(COMMANDS.startTraining);
        break;
      case 'endpoint':
        await runCommand(COMMANDS.addEndpoint);
        break;
      case 'new':
        await this.newChat();
    }
  }

  chooseModel(side: Side, model: string | undefined): void {
    this.chosen = withModel(this.models.all, this.chosen, side, model);
    this.changed();
  }

  private async start(): Promise<void> {
    this.show();
    await this.services.runs.refresh();
    await this.models.look();
    this.show();
    this.giveFocus();
  }

  private runFolder(): string | undefined {
    const { source } = validChoice(this.models.all, this.chosen);
    const left = source === undefined ? undefined : /^run:(.+)$/s.exec(source)?.[1];
    return left;
  }

  private changed(): void {
    this.keep();
    this.show();
  }

  private keep(): void {
    const { settings, turns } = this.conversation;
    const kept: Kept = { chosen: this.chosen, settings, turns };
    void this.services.context.workspaceState.update(STATE, kept);
  }

  private show(): void {
    setContext(CONTEXT.chatBusy, this.conversation.busy);
    setContext(CONTEXT.chatEmpty, this.conversation.turns.length === 0);
    this.changeEmitter.fire();
    // What is on its way is in the full state already.
    this.batches.clear();
    const shown = shownChat(this.models, this.chosen, this.conversation);
    if (shown === undefined) return;
    if ('title' in shown) this.post({ type: 'unavailable', ...shown });
    else for (const page of this.pages) page.show(shown);
  }

  private get pages(): readonly ChatPage[] {
    return [this.side, this.tab?.page].filter((page) => page !== undefined);
  }

  /** The tab, where there is one, else the side panel: what a person was led to. */
  private giveFocus(): void {
    const page = this.tab?.page ?? this.side;
    if (!this.focusWanted || page?.ready !== true) return;
    this.focusWanted = false;
    page.post({ type: 'focus' });
  }

  private post(message: ToChat): void {
    for (const page of this.pages) page.post(message);
  }

  private batch(turn: number, side: Side, text: string): void {
    const key = `${turn} ${side}`;
    const waiting = this.batches.get(key);
    if (waiting === undefined) this.batches.set(key, { turn, side, text });
    else waiting.text += text;
    this.batchTimer ??= setTimeout(() => {
      this.flush();
    }, BATCH_MS);
  }

  private flush(): void {
    clearTimeout(this.batchTimer);
    this.batchTimer = undefined;
    for (const { turn, side, text } of this.batches.values()) this.post({ type: 'text', turn, side, text });
    this.batches.clear();
  }
}
