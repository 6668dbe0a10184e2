import { NEW_FILE, type ChatChoice, type Reply } from '../../src/messages/chat';
import type { Outcome } from '../../src/messages/requests';
import { element, whole } from '../shared/dom';
import { iconButton } from './buttons';
import { markdownNodes } from './markdown-nodes';
import { SaveForm } from './save-form';

export interface ReplyEvents {
  onCopy(text: string): Promise<Outcome<undefined>>;
  onRetry(): Promise<Outcome<undefined>>;
  /** The form is open: the files to choose from are wanted. */
  onEdit(): Promise<Outcome<readonly ChatChoice[]>>;
  onSave(answer: string, target: string): Promise<Outcome<undefined>>;
}

/** One model's answer with what can be done with it. */
export class ReplyCard {
  readonly node = element('section', { class: 'reply' });
  private readonly name = element('h3');
  private readonly body = element('div', { class: 'markdown' });
  private readonly notice = element('p', { class: 'notice' });
  private readonly figures = element('p', { class: 'figures-line' });
  private readonly tools = element('div', { class: 'tools' });
  private readonly said = element('span', { class: 'said', role: 'status' });
  private readonly copy: HTMLButtonElement;
  private readonly retry: HTMLButtonElement;
  private readonly edit: HTMLButtonElement;
  private form: SaveForm | undefined;
  private reply: Reply | undefined;
  private shownText: string | undefined;

  constructor(private readonly events: ReplyEvents) {
    this.copy = iconButton('copy', 'Copy answer', () => {
      void events.onCopy(this.reply?.text ?? '').then(({ problem }) => {
        this.say(problem ?? 'Copied');
      });
    });
    this.retry = iconButton('retry', 'Answer again', () => {
      void events.onRetry().then(({ problem }) => {
        this.say(problem ?? '');
      });
    });
    this.edit = iconButton('save', 'Save to dataset…', () => {
      this.startSaving();
    });
    this.tools.append(this.said, this.copy, this.retry, this.edit);
    const heading = element('header', {}, element('span', { class: 'dot', 'aria-hidden': 'true' }), this.name);
    this.node.append(heading, this.body, this.notice, element('footer', {}, this.figures, this.tools));
  }

  /** @param last only the last answer can be asked for again */
  update(reply: Reply, last: boolean, busy: boolean): void {
    this.reply = reply;
    const { side, model, status, problem, cut } = reply;
    this.node.className = `reply ${side} ${status}`;
    this.node.setAttribute('aria-label', model);
    this.name.textContent = model;
    this.name.title = model;
    this.showText(reply.text);
    const waiting = status === 'starting' || status === 'waiting' || status === 'streaming';
    this.node.setAttribute('aria-busy', String(waiting));
    const words: Readonly<Record<Reply['status'], string>> = {
      starting: 'Loading the model…',
      waiting: 'Thinking…',
      streaming: '',
      done: cut ? 'Cut at max_new_tokens.' : reply.text === '' ? 'The model gave no answer.' : '',
      stopped: 'Stopped.',
      failed: sentence(problem ?? 'it failed'),
    };
    this.notice.textContent = words[status];
    this.notice.className = status === 'failed' ? 'notice problem' : `notice ${waiting ? 'pulse' : ''}`;
    this.figures.textContent = figuresOf(reply);
    this.tools.hidden = waiting;
    this.copy.hidden = reply.text === '';
    this.retry.hidden = !last;
    this.retry.disabled = busy;
    this.edit.hidden = reply.text === '' && status !== 'done';
  }

  addText(text: string): void {
    if (this.reply === undefined) return;
    this.reply = { ...this.reply, text: this.reply.text + text };
    this.showText(this.reply.text);
  }

  private showText(text: string): void {
    if (text === this.shownText) return;
    this.shownText = text;
    this.body.replaceChildren(...markdownNodes(text));
  }

  private say(text: string): void {
    this.said.textContent = text;
  }

  private startSaving(): void {
    if (this.form !== undefined) return;
    this.say('');
    const form = new SaveForm(this.reply?.text ?? '', {
      onSave: async (answer, target) => {
        const saved = await this.events.onSave(answer, target);
        // A dialog that asks for a file may be open for long, or be cancelled.
        if (saved.problem === undefined && target !== NEW_FILE) this.say('Added, not saved yet');
        return saved;
      },
      onEnd: () => {
        form.node.remove();
        this.form = undefined;
        this.body.hidden = false;
        this.edit.disabled = false;
        this.edit.focus();
      },
    });
    this.form = form;
    this.body.hidden = true;
    this.edit.disabled = true;
    this.body.after(form.node);
    void this.events.onEdit().then((asked) => {
      form.setTargets(asked);
    });
    form.focus();
  }
}

/** Errors begin with a small letter, because a place may stand before them. */
function sentence(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function figuresOf({ promptTokens, newTokens, tokensPerSecond }: Reply): string {
  if (promptTokens === undefined || newTokens === undefined) return '';
  const speed = tokensPerSecond === undefined ? '' : ` · ${speedText(tokensPerSecond)} tok/s`;
  return `prompt ${whole(promptTokens)} · new ${whole(newTokens)}${speed}`;
}

function speedText(value: number): string {
  return value >= 100 ? whole(Math.round(value)) : value.toFixed(1);
}
