import type { ChatChoice } from '../../src/messages/chat';
import { element } from '../shared/dom';
import { textButton } from './buttons';
import { fillSelect } from './pickers';
import { fit, textField } from './text-field';

export interface SaveEvents {
  /** @returns why it was not saved */
  onSave(answer: string, target: string): Promise<string | undefined>;
  onEnd(): void;
}

let counter = 0;

/** An answer to be corrected, and the file it goes to. */
export class SaveForm {
  readonly node: HTMLElement;
  private readonly field: HTMLTextAreaElement;
  private readonly target = element('select') as HTMLSelectElement;
  private readonly problem = element('p', { class: 'problem', role: 'alert' });

  constructor(answer: string, events: SaveEvents) {
    const id = `target-${++counter}`;
    this.target.id = id;
    const end = (): void => {
      events.onEnd();
    };
    this.field = textField({ label: 'The answer it should have given', value: answer, onEscape: end });
    const save = async (): Promise<void> => {
      this.problem.textContent = '';
      const problem = await events.onSave(this.field.value, this.target.value);
      if (problem === undefined) end();
      else this.problem.textContent = problem;
    };
    this.node = element(
      'div',
      { class: 'save' },
      element('p', { class: 'help' }, 'Correct the answer; it is added to the end of the file, where you can undo it.'),
      this.field,
      element('div', { class: 'target' }, element('label', { for: id }, 'Add to'), this.target),
      this.problem,
      element(
        'div',
        { class: 'actions' },
        textButton('Add to Dataset', () => void save()),
        textButton('Cancel', end, true),
      ),
    );
    this.node.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      end();
    });
  }

  setTargets(targets: readonly ChatChoice[]): void {
    fillSelect(this.target, targets, this.target.value === '' ? targets[0]?.id : this.target.value);
  }

  focus(): void {
    fit(this.field);
    this.field.focus();
    // A long answer is read from its beginning.
    this.field.setSelectionRange(0, 0);
    this.field.scrollTop = 0;
    this.node.scrollIntoView({ block: 'nearest' });
  }
}
