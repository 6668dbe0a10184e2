import type { DashboardAction, ShownSweep } from '../../src/messages/dashboard';
import { isWorking } from '../../src/runs/folder/run-status';
import { button } from '../shared/button';
import { element } from '../shared/dom';
import type { ShownRun } from './shown-run';

export interface SweepActions {
  /** The values that a run of a sweep tries shall go into the configuration. */
  readonly onTake: (run: number) => void;
  readonly onAct: (action: DashboardAction) => void;
}

/** What can be done with a sweep as a whole, and with what one of its runs tries. Its elements stay as long as they say the same. */
export class SweepButtons {
  readonly element = element('span', { class: 'buttons', role: 'group', 'aria-label': 'What to do with the sweep' });
  private shown = '';

  constructor(
    private readonly runs: readonly ShownRun[],
    private readonly sweep: ShownSweep,
    private readonly actions: SweepActions,
  ) {}

  /** A way to take what a run tries, where it is not the best one, or none is. */
  takeLink(run: number): HTMLElement {
    const tried = this.sweep.tried[run] ?? '';
    const link = element(
      'button',
      { type: 'button', class: 'link', title: `Write ${tried} into the configuration` },
      'Take',
    );
    link.setAttribute('aria-label', `Take ${tried} into the configuration`);
    link.addEventListener('click', () => {
      this.actions.onTake(run);
    });
    return link;
  }

  /** @param best the number of the best run; below 0 where none is ranked */
  update(best: number): void {
    const statuses = this.runs.map(({ status }) => status?.status);
    const works = statuses.some((status) => status !== undefined && status !== 'unreadable' && isWorking(status));
    const left = statuses.some((status) => status !== undefined && status !== 'done');
    const tried = this.sweep.tried[best];
    const shown = `${works} ${left} ${best}`;
    if (shown === this.shown) return;
    this.shown = shown;
    const focused = this.element.contains(document.activeElement);
    const { onTake, onAct } = this.actions;
    this.element.replaceChildren(
      ...[
        works || tried === undefined
          ? undefined
          : button(
              `Take ${tried}`,
              () => {
                onTake(best);
              },
              true,
            ),
        works
          ? button('Stop Sweep', () => {
              onAct('stop');
            })
          : undefined,
        !works && left
          ? button('Continue', () => {
              onAct('resume');
            })
          : undefined,
      ].filter((one) => one !== undefined),
    );
    if (focused) this.element.querySelector<HTMLElement>('vscode-button')?.focus();
  }
}
