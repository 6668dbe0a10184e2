import type { Outcome } from '../../src/messages/requests';
import { element } from '../shared/dom';
import { iconButton } from './buttons';
import { fit, textField } from './text-field';

export interface ComposerEvents {
  /** @returns why it was not asked */
  onSend(question: string): Promise<Outcome<undefined>>;
  onStop(): void;
  onDraft(draft: string): void;
}

/** Where the next question is written. */
export class Composer {
  readonly node: HTMLElement;
  private readonly field: HTMLTextAreaElement;
  private readonly send: HTMLButtonElement;
  private readonly stop: HTMLButtonElement;
  private readonly problem = element('p', { class: 'problem', role: 'alert' });
  private busy = false;

  constructor(
    draft: string,
    private readonly events: ComposerEvents,
  ) {
    this.field = textField({
      label: 'Question',
      placeholder: 'Ask a question',
      value: draft,
      onEnter: () => void this.submit(),
      onInput: () => {
        this.problem.textContent = '';
        this.refresh();
        events.onDraft(this.field.value);
      },
    });
    this.send = iconButton('send', 'Ask (Enter)', () => void this.submit());
    this.send.classList.add('primary');
    this.stop = iconButton('stop', 'Stop (Escape)', () => {
      events.onStop();
    });
    this.stop.classList.add('primary');
    this.node = element(
      'div',
      { class: 'composer' },
      this.problem,
      element('div', { class: 'box' }, this.field, this.send, this.stop),
    );
    this.refresh();
  }

  setBusy(busy: boolean): void {
    const hadFocus = document.activeElement === this.stop || document.activeElement === this.send;
    this.busy = busy;
    this.refresh();
    // The button under the focus may have gone.
    if (hadFocus) this.field.focus();
  }

  focus(): void {
    fit(this.field);
    this.field.focus();
  }

  private refresh(): void {
    this.send.hidden = this.busy;
    this.stop.hidden = !this.busy;
    this.send.disabled = this.field.value.trim() === '';
  }

  private async submit(): Promise<void> {
    if (this.busy || this.field.value.trim() === '') return;
    const question = this.field.value;
    // The field is the next question's from here on: Enter pressed again must not ask this one twice.
    this.write('');
    const { problem } = await this.events.onSend(question);
    this.problem.textContent = problem ?? '';
    const next = this.field.value;
    if (problem !== undefined) this.write(next === '' ? question : `${question}\n${next}`);
    this.events.onDraft(this.field.value);
  }

  private write(text: string): void {
    this.field.value = text;
    fit(this.field);
    this.refresh();
  }
}
