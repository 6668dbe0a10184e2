import { countOf } from '../base/count-of';
import type { RunEvent } from '../runs/folder/event-schema';
import { durationText } from '../runs/progress';
import { oneLine } from './one-line';
import type { Terminal } from './verb';

/** A line that is read by eyes needs no more than this many changes a second. */
const REDRAW_EVERY_MS = 100;
/** Without a terminal (a log file, CI) a line for each step would bury everything else. */
const LINE_EVERY_MS = 2000;
const BAR = 24;
/** Of a sample's question, and of its answer. */
const SAMPLE_CHARACTERS = 100;

/** Shows how far something is: in place of the text before on a terminal, as a line elsewhere. */
export function showProgress(terminal: Terminal, text: string): void {
  if (terminal.status === undefined) terminal.log(text);
  else terminal.status(text);
}

/**
 * Shows the events of a run as they come: on a terminal a bar with step, loss, learning rate, tokens/s and time left, redrawn at most
 * ten times a second; plain lines elsewhere, one in two seconds at most, but always the first and the last step. Evaluations,
 * checkpoints and warnings are lines in both.
 */
export class Progress {
  readonly #terminal: Terminal;
  readonly #now: () => number;
  readonly #losses: number[] = [];
  #total = 0;
  /** Whether no step was shown since training began or went on. */
  #started = false;
  #lastShown = -Infinity;
  #toldAt = -Infinity;

  /** @param now a clock in ms */
  constructor(terminal: Terminal, now: () => number = () => performance.now()) {
    this.#terminal = terminal;
    this.#now = now;
  }

  show(event: RunEvent): void {
    switch (event.type) {
      case 'queued':
        this.#terminal.log(event.message);
        return;
      case 'start': {
        this.#total = event.total_steps;
        this.#started = true;
        const from = event.resumed_from === undefined ? '' : `, from step ${event.resumed_from}`;
        this.#terminal.log(`${countOf(event.total_steps, 'step')} on ${event.device}${from}`);
        return;
      }
      case 'step':
        this.#step(event);
        return;
      case 'evaluation':
        this.#terminal.log(
          `step ${event.step}: validation loss ${event.loss.toFixed(4)}${event.best === true ? ', the best so far' : ''}`,
        );
        return;
      case 'samples':
        for (const { question, answer } of event.answers) {
          this.#terminal.log(`step ${event.step}: ${beginning(question)} -> ${beginning(answer)}`);
        }
        return;
      case 'retention':
        // The verb tells it behind the result, where it is read.
        return;
      case 'checkpoint':
        this.#terminal.log(`step ${event.step}: saved ${event.path}`);
        return;
      case 'warning':
        this.#terminal.log(`warning: ${event.message}${event.remedy === undefined ? '' : ` - ${event.remedy}`}`);
        return;
      case 'paused':
        this.#terminal.log(`step ${event.step}: paused`);
        return;
      case 'resumed':
        this.#terminal.log(`step ${event.step}: resumed`);
        return;
      case 'done':
      case 'failed':
      case 'stopped':
        this.end();
        this.#summary();
    }
  }

  /** What is done besides stepping, in the bar's place; a line now and then elsewhere. */
  doing(text: string): void {
    const now = this.#now();
    if (this.#terminal.status !== undefined) this.#terminal.status(text);
    else if (now - this.#toldAt >= LINE_EVERY_MS) {
      this.#toldAt = now;
      this.#terminal.log(text);
    }
  }

  /** What the bar took with it: the loss at the start and at the end, each of several steps, since one tells little. */
  #summary(): void {
    const losses = this.#losses;
    if (losses.length < 2) return;
    const few = Math.min(5, Math.floor(losses.length / 2));
    const mean = (part: readonly number[]): string => (part.reduce((sum, x) => sum + x, 0) / part.length).toFixed(4);
    const [start, end] = [mean(losses.slice(0, few)), mean(losses.slice(-few))];
    this.#terminal.log(`mean loss ${start} in the first ${few} of ${losses.length} steps, ${end} in the last ${few}`);
  }

  /** Takes the bar away. */
  end(): void {
    this.#terminal.status?.('');
  }

  #step(event: Extract<RunEvent, { readonly type: 'step' }>): void {
    this.#losses.push(event.loss);
    const now = this.#now();
    const first = this.#started;
    this.#started = false;
    const last = event.step >= this.#total;
    const { interactive } = this.#terminal;
    if (!first && !last && now - this.#lastShown < (interactive ? REDRAW_EVERY_MS : LINE_EVERY_MS)) return;
    this.#lastShown = now;

    const width = String(this.#total).length;
    const parts = [
      `step ${String(event.step).padStart(width)}/${this.#total}`,
      `loss ${event.loss.toFixed(4)}`,
      `lr ${event.learning_rate.toExponential(2)}`,
      `${Math.round(event.tokens_per_second)} tokens/s`,
      ...(event.seconds_left === undefined ? [] : [`${durationText(event.seconds_left)} left`]),
    ];
    if (interactive && this.#terminal.status !== undefined) {
      const filled = this.#total === 0 ? 0 : Math.min(BAR, Math.round((event.step / this.#total) * BAR));
      this.#terminal.status(`[${'#'.repeat(filled)}${'.'.repeat(BAR - filled)}] ${parts.join('  ')}`);
    } else {
      this.#terminal.log(parts.join('  '));
    }
  }
}

/** The beginning of a text, as much as stands in a line. */
function beginning(text: string): string {
  const line = oneLine(text);
  return line.length <= SAMPLE_CHARACTERS ? line : `${line.slice(0, SAMPLE_CHARACTERS)}…`;
}
