import { countOf } from '../../src/base/count-of';
import { duration, measured, memory, whole } from '../../src/charts/numbers';
import { costText } from '../../src/text/retention';
import type { DashboardAction, DashboardStatus } from '../../src/messages/dashboard';
import { bar, element, write } from '../shared/dom';
import type { ShownRun } from './shown-run';

type Status = DashboardStatus['status'];

/** The words for a person; the signs tell them apart where colours do not. */
export const STATUS_WORDS: Readonly<Record<Status, string>> = {
  starting: '◌ Starting',
  queued: '◌ Queued',
  running: '● Running',
  pausing: '◌ Pausing…',
  paused: '❚❚ Paused',
  stopping: '◌ Stopping…',
  done: '✓ Done',
  failed: '✕ Failed',
  stopped: '■ Stopped',
  interrupted: '▲ Interrupted',
  unreadable: '✕ Unreadable',
};

const ACTIONS: Readonly<Record<Status, readonly DashboardAction[]>> = {
  starting: ['stop'],
  queued: ['stop'],
  running: ['pause', 'stop'],
  pausing: ['stop'],
  paused: ['resume', 'stop'],
  stopping: [],
  done: ['use', 'chat'],
  failed: ['resume', 'log'],
  stopped: ['resume', 'use', 'chat'],
  interrupted: ['resume', 'log'],
  unreadable: [],
};

const TITLES: Readonly<Record<DashboardAction, string>> = {
  pause: 'Pause',
  resume: 'Resume',
  stop: 'Stop',
  use: 'Use This Model…',
  chat: 'Chat',
  export: 'Export…',
  log: 'Open Log',
  configuration: 'Configuration',
};

/** Where the message says how the run gets on, and nothing is wrong. */
const GETTING_ON: readonly Status[] = ['starting', 'queued', 'running', 'pausing', 'stopping'];

const FIGURES = ['step', 'time', 'loss', 'validation', 'speed', 'memory', 'general'] as const;
type Figure = (typeof FIGURES)[number];

/** Name, state, actions, progress and the figures that matter most. Its elements stay: the focus is not lost while a run goes on. */
export class Header {
  readonly element: HTMLElement;
  private readonly badge = element('span', { class: 'badge' });
  private readonly about = element('p', { class: 'muted' });
  private readonly buttons = element('div', {
    class: 'buttons',
    role: 'group',
    'aria-label': 'What to do with the run',
  });
  private readonly progress = element(
    'div',
    { class: 'progress', role: 'progressbar', 'aria-label': 'Steps done' },
    bar(0),
  );
  private readonly message = element('p', { class: 'notice', role: 'status' });
  private readonly warnings = element('ul', { class: 'warnings' });
  private readonly names: Readonly<Record<Figure, HTMLElement>>;
  private readonly values: Readonly<Record<Figure, HTMLElement>>;
  private shown: Status | undefined;
  private warned = '';

  constructor(
    private readonly run: ShownRun,
    private readonly onAct: (action: DashboardAction) => void,
  ) {
    const made = (tag: string): Record<Figure, HTMLElement> =>
      Object.fromEntries(FIGURES.map((figure) => [figure, element(tag)])) as Record<Figure, HTMLElement>;
    this.names = made('dt');
    this.values = made('dd');
    this.element = element(
      'header',
      {},
      element(
        'div',
        { class: 'head' },
        element('div', {}, element('h1', {}, run.facts.name, ' ', this.badge), this.about),
        this.buttons,
      ),
      this.progress,
      this.message,
      this.warnings,
      element(
        'dl',
        { class: 'figures' },
        ...FIGURES.map((figure) => element('div', {}, this.names[figure], this.values[figure])),
      ),
    );
  }

  update(): void {
    const { run } = this;
    const { status } = run;
    if (status === undefined) return;
    if (status.status !== this.shown) this.showStatus(status.status);
    const { facts } = run;
    const shared = status.sharedTokens ?? 0;
    const parts = [
      baseName(facts.model),
      baseName(facts.dataset),
      status.device?.split(/[,:(]/)[0]?.trim(),
      status.host === undefined ? undefined : `on ${status.host}`,
      // Tokens per second count them in every example.
      shared === 0 ? undefined : `${countOf(shared, 'token')} that examples share, computed once per update`,
    ];
    write(this.about, parts.filter((part) => part !== undefined && part !== '').join(' · '));
    write(this.message, status.message ?? '');
    this.message.classList.toggle('error', status.status === 'failed');
    this.message.classList.toggle('muted', GETTING_ON.includes(status.status));
    const warned = status.warnings.join('\n');
    if (warned !== this.warned) {
      this.warned = warned;
      this.warnings.replaceChildren(...status.warnings.map((warning) => element('li', {}, warning)));
    }
    this.showProgress(status);
    this.showFigures(status);
  }

  private showStatus(status: Status): void {
    this.shown = status;
    write(this.badge, STATUS_WORDS[status]);
    this.badge.className = `badge ${status}`;
    const focused = (document.activeElement as HTMLElement | null)?.dataset['action'];
    const main = status === 'done' ? 'use' : 'resume';
    const actions = [...ACTIONS[status], 'configuration', 'export'] as const;
    this.buttons.replaceChildren(
      ...actions.map((action) => {
        const look = action === main ? {} : { secondary: '' };
        // With a tabindex it takes the focus at once, by itself only when it has drawn itself.
        const button = element('vscode-button', { ...look, 'data-action': action, tabindex: '0' }, TITLES[action]);
        button.addEventListener('click', () => {
          this.onAct(action);
        });
        return button;
      }),
    );
    const again = this.buttons.querySelector<HTMLElement>(`[data-action="${focused ?? ''}"]`);
    if (focused !== undefined) (again ?? this.buttons.querySelector<HTMLElement>('vscode-button'))?.focus();
  }

  private showProgress({ step, totalSteps, status }: DashboardStatus): void {
    const share = totalSteps === undefined || totalSteps === 0 ? 0 : Math.min(1, step / totalSteps);
    this.progress.querySelector('rect')?.setAttribute('width', `${(100 * share).toFixed(2)}%`);
    this.progress.setAttribute('aria-valuenow', String(Math.round(100 * share)));
    this.progress.setAttribute('aria-valuetext', `step ${step} of ${totalSteps ?? 'unknown'}`);
    this.progress.classList.toggle('ended', status === 'done');
  }

  private showFigures({ step, totalSteps, secondsLeft, secondsTaken, retention }: DashboardStatus): void {
    const { run } = this;
    const lastOf = (values: Float64Array): number => values[values.length - 1] ?? NaN;
    const { best, validation } = run;
    const left = secondsLeft !== undefined;
    this.figure('step', totalSteps === undefined ? 'step' : `of ${countOf(totalSteps, 'step')}`, whole(step));
    this.figure('time', left ? 'left' : 'training time', orDash(left ? secondsLeft : secondsTaken, duration));
    this.figure('loss', 'training loss, last step', measured(lastOf(run.column('loss'))));
    const where = best === undefined || best.step === lastOf(validation.step) ? '' : `, best at ${whole(best.step)}`;
    this.figure('validation', `validation loss${where}`, measured(lastOf(validation.loss)));
    this.figure('speed', 'tokens/s', orDash(recentMean(run.column('tokens_per_second')), whole));
    this.figure('memory', 'peak memory', memory(lastOf(run.column('peak_memory'))));
    // Measured at the end, where it is measured at all.
    this.names.general.parentElement!.hidden = retention === undefined;
    if (retention !== undefined) {
      const { base, tuned } = retention;
      this.figure('general', `general text: loss ${base.toFixed(2)} to ${tuned.toFixed(2)}`, costText(retention));
    }
  }

  private figure(figure: Figure, name: string, value: string): void {
    write(this.names[figure], name);
    write(this.values[figure], value);
  }
}

function orDash(value: number | undefined, show: (value: number) => string): string {
  return value === undefined || !Number.isFinite(value) ? '–' : show(value);
}

/** A single step's speed jumps too much to be read. */
function recentMean(values: Float64Array): number | undefined {
  const recent = values.subarray(-10);
  return recent.length === 0 ? undefined : recent.reduce((sum, value) => sum + value, 0) / recent.length;
}

export function baseName(path: string): string {
  return path.split(/[\\/]/).filter(Boolean).at(-1) ?? path;
}
