import '@vscode-elements/elements/dist/vscode-button/index.js';
import {
  chatDraft,
  chatRequests,
  toChat,
  type ChatDraft,
  type ChatView,
  type FromChat,
  type Reply,
  type ToChat,
} from '../../src/messages/chat';
import { Edits } from '../../src/messages/edits';
import { element, emptyState } from '../shared/dom';
import { connect } from '../shared/host';
import { textButton } from './buttons';
import { Composer } from './composer';
import { Pickers } from './pickers';
import { SettingsForm } from './settings-form';
import { Transcript } from './transcript';
import '../shared/shared.css';
import './chat.css';

/** Of a long answer a screen reader reads no more without being asked. */
const MOST_SPOKEN = 600;

const root = document.getElementById('root')!;
const spoken = element('p', { class: 'unseen', role: 'status', 'aria-live': 'polite' });
let view: ChatView | undefined;
/** Of the pickers and the settings: one counter, because what is chosen in one changes what the others show. */
const edits = new Edits();

const host = connect<ToChat, FromChat, typeof chatRequests, ChatDraft>({
  to: toChat,
  requests: chatRequests,
  receive,
  state: chatDraft,
});
const keep = (change: Partial<ChatDraft>): void => {
  host.keep({ draft: '', settingsOpen: false, ...host.kept, ...change });
};

const pickers = new Pickers({
  onSource: (source) => {
    host.post({ type: 'chooseSource', edit: edits.next(), source });
  },
  onModel: (side, model) => {
    host.post({ type: 'chooseModel', edit: edits.next(), side, model });
  },
});
const settings = new SettingsForm((changed) => {
  host.post({ type: 'settings', edit: edits.next(), settings: changed });
});
settings.node.open = host.kept?.settingsOpen ?? false;
settings.node.addEventListener('toggle', () => {
  keep({ settingsOpen: settings.node.open });
});
const transcript = new Transcript((turn) => ({
  onResend: (question) => host.ask('resend', { turn, question }),
  onCopy: (text) => host.ask('copy', { text }),
  onRetry: (side) => host.ask('retry', { side }),
  onEdit: () => host.ask('targets', {}),
  onSave: (side, answer, target) => host.ask('save', { turn, side, answer, target }),
}));
transcript.setHint(
  element('h2', {}, 'Ask both the same question'),
  element('p', {}, 'The untuned and the tuned model answer side by side, so you see what training changed.'),
  element('p', {}, 'A good answer, or one you corrected, can be saved to your dataset for the next run.'),
);
const composer = new Composer(host.kept?.draft ?? '', {
  onSend: (question) => host.ask('send', { question }),
  onStop: stop,
  onDraft: (draft) => {
    keep({ draft });
  },
});

function stop(): void {
  host.post({ type: 'stop' });
}

function receive(message: Exclude<ToChat, { readonly type: 'answer' }>): void {
  root.setAttribute('aria-busy', 'false');
  switch (message.type) {
    case 'chat':
      show(message.chat);
      break;
    case 'text':
      transcript.addText(message.turn, message.side, message.text);
      break;
    case 'reply':
      transcript.setReply(message.turn, message.reply);
      speak(message.reply);
      break;
    case 'unavailable':
      unavailable(message);
      break;
    case 'focus':
      if (view !== undefined) composer.focus();
  }
}

function show(chat: ChatView): void {
  const first = view === undefined;
  view = chat;
  if (edits.areKnownBy(chat.edit)) {
    pickers.update(chat);
    settings.update(chat.settings, chat.unasked);
  }
  if (first) {
    root.className = 'chat';
    root.replaceChildren(
      element('div', { class: 'top' }, pickers.node, settings.node),
      transcript.node,
      composer.node,
      spoken,
    );
  }
  transcript.update(chat.turns, chat.busy);
  composer.setBusy(chat.busy);
}

function unavailable({ title, reason, action }: Extract<ToChat, { type: 'unavailable' }>): void {
  view = undefined;
  root.className = 'none';
  const labels = { trust: 'Manage Trust…', train: 'Start Training…' } as const;
  const buttons: Node[] = [];
  if (action !== 'none') {
    buttons.push(
      textButton(labels[action], () => {
        host.post({ type: 'act', action });
      }),
    );
  }
  if (action === 'train') {
    buttons.push(
      textButton(
        'Add Endpoint…',
        () => {
          host.post({ type: 'act', action: 'endpoint' });
        },
        true,
      ),
    );
  }
  root.replaceChildren(emptyState(title, reason, element('div', { class: 'actions' }, ...buttons)));
}

/** An answer is read out when it is there, not token by token. */
function speak({ status, model, text, problem }: Reply): void {
  if (status === 'done') spoken.textContent = `${model} answered: ${text.slice(0, MOST_SPOKEN)}`;
  if (status === 'failed') spoken.textContent = `${model} failed: ${problem ?? ''}`;
}

document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && view?.busy === true) stop();
});
root.replaceChildren(emptyState('Chat', 'Looking for models…'));
host.post({ type: 'ready' });
