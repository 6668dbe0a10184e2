import type { ShownWorst } from '../../src/messages/dashboard';
import { dataTable, element, longText, scrollable } from '../shared/dom';

/** The examples that the tuned model finds least likely, with a way to each. */
export class Worst {
  readonly element = element('section', { class: 'worst', hidden: '' });

  /** @param onOpen the place of an example in the list, from 0 */
  constructor(private readonly onOpen: (place: number) => void) {}

  show(items: readonly ShownWorst[]): void {
    this.element.hidden = items.length === 0;
    const rows = items.map(({ part, line, question, reference, loss }, place) => {
      const title = 'Open the example in its file';
      const open = element('button', { type: 'button', class: 'link', title }, String(line));
      open.addEventListener('click', () => {
        this.onOpen(place);
      });
      return [open, part, longText('Question', question), longText('Answer', reference), loss.toFixed(2)];
    });
    this.element.replaceChildren(
      element('h2', {}, 'Worst examples'),
      element(
        'p',
        { class: 'muted' },
        'The answers that the tuned model finds least likely, by their loss per token. Some are just hard; check whether others are wrong, misplaced or unlike the rest.',
      ),
      scrollable(
        'Worst examples',
        dataTable(
          'Examples with the highest loss',
          [
            { title: 'Line' },
            { title: 'Part' },
            { title: 'Question' },
            { title: 'Answer' },
            { title: 'Loss', numeric: true },
          ],
          rows,
        ),
      ),
    );
  }
}
