import type { ChatChoice } from '../../src/messages/chat';
import type { Outcome } from '../../src/messages/requests';
import { element } from '../shared/dom';
import { textButton } from './buttons';
import { ChoiceSelect } from './choice-select';
import { fit, textField } from './text-field';

export interface SaveEvents {
  /** @returns why it was not saved */
  onSave(answer: string, target: string): Promise<Outcome<undefined>>;
  onEnd(): void;
}

let counter = 0;

/** An answer to be corrected, and the file it goes to. */
export class SaveForm {
  readonly node: HTMLElement;
  private readonly field: HTMLTextAreaElement;
  private readonly target: ChoiceSelect;
  private readonly problem = element('p', { class: 'problem', role: 'alert' });
  private saving = false;
  /** Saving was asked for before it was known where to. */
  private wanted = false;

  constructor(
    answer: string,
    private readonly events: SaveEvents,
  ) {
    const id = `target-${++counter}`;
    this.target = new ChoiceSelect({ id });
    const end = (): void => {
      events.onEnd();
    };
    this.field = textField({ label: 'The answer it should have given', value: answer, onEscape: end });
    this.node = element(
      'div',
      { class: 'save' },
      element('p', { class: 'help' }, 'Correct the answer; it is added to the end of the file, where you can undo it.'),
      this.field,
      element('div', { class: 'target' }, element('label', { for: id }, 'Add to'), this.target.node),
      this.problem,
      element(
        'div',
        { class: 'actions' },
        textButton('Add to Dataset', () => void this.save()),
        textButton('Cancel', end, true),
      ),
    );
    this.node.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      end();
    });
  }

  /** @param asked the files to choose from, likeliest first */
  setTargets(asked: Outcome<readonly ChatChoice[]>): void {
    if (asked.problem !== undefined) {
      this.wanted = false;
      this.problem.textContent = asked.problem;
      return;
    }
    this.target.show(asked.value, asked.value[0]?.id);
    if (this.wanted) void this.save();
  }

  focus(): void {
    fit(this.field);
    this.field.focus();
    // A long answer is read from its beginning.
    this.field.setSelectionRange(0, 0);
    this.field.scrollTop = 0;
    this.node.scrollIntoView({ block: 'nearest' });
  }

  private async save(): Promise<void> {
    const target = this.target.value;
    this.wanted = target === undefined;
    // Asked for twice it would be added twice.
    if (target === undefined || this.saving) return;
    this.hold(true);
    this.problem.textContent = '';
    const { problem } = await this.events.onSave(this.field.value, target);
    this.hold(false);
    if (problem === undefined) this.events.onEnd();
    else this.problem.textContent = problem;
  }

  /** What is written while it is being saved would be lost with the form. */
  private hold(saving: boolean): void {
    this.saving = saving;
    this.field.readOnly = saving;
  }
}
