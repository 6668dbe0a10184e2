import type { RateTest } from '../../messages/rates';
import type { RateLine } from '../../runs/rate-line';
import type { RatePoint } from '../../train/rates/curve';
import { findSuggestion } from '../../train/rates/suggest';

/** What a test is made of. */
export interface Tested {
  /** The name of the configuration, and its path. */
  readonly name: string;
  readonly file: string;
  /** Its learning rate when the test began. */
  readonly now: number;
}

/** A range test as its lines tell of it. */
export class RateTestState {
  private readonly points: RatePoint[] = [];
  private phase: RateTest['phase'] = 'working';
  private message = 'Reading the model and the data';
  private total: number | undefined;
  /** Not before the test is over: the loss may still fall. */
  private found: Pick<RateTest, 'lowest' | 'suggested'> = {};

  constructor(private readonly tested: Tested) {}

  take(line: RateLine): void {
    switch (line.type) {
      case 'progress':
        this.message = capital(line.message);
        return;
      case 'point':
        this.points.push(line);
        this.total = line.total;
        this.message = 'Each update tries a higher rate than the one before.';
        return;
      case 'result':
        this.phase = 'done';
        this.message = line.message;
        this.found = { lowest: line.lowest?.rate, suggested: line.suggested ?? undefined };
    }
  }

  stop(): void {
    this.end('stopped', 'Stopped. Nothing was kept.');
  }

  fail(reason: string): void {
    this.end('failed', reason);
  }

  /** As the view shows it. */
  shown(): RateTest {
    const curve = findSuggestion(this.points);
    const { phase, message, total } = this;
    return {
      ...this.tested,
      phase,
      message,
      total,
      rates: Float64Array.from(curve.rates),
      losses: Float64Array.from(curve.losses),
      smoothed: Float64Array.from(curve.smoothed),
      ...this.found,
    };
  }

  private end(phase: 'stopped' | 'failed', message: string): void {
    if (this.phase !== 'working') return;
    this.phase = phase;
    this.message = message;
  }
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
