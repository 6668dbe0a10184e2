import type { ResolvedConfig } from '../../config/config-schema';
import type { HealthFinding } from '../../train/health/finding';
import { healthAdvice } from '../../train/health/health-advice';
import { Curves, runCurves } from '../curves';
import type { NewRunEvent, RunEvent } from '../folder/event-schema';

/** Steps between two looks at the curves; in long runs a twentieth of their length, so that looking stays cheap. */
const LOOK_EVERY = 10;
const SHARE = 20;

/** Says what goes wrong in a run while it runs: each finding once, as a warning event. */
export class HealthWatch {
  readonly #curves = new Curves();
  readonly #told = new Set<string>();
  #lookedAt = 0;

  /** @param past the events of a run that goes on: what was said is not said again */
  constructor(
    private readonly config: ResolvedConfig,
    past: Iterable<RunEvent> = [],
  ) {
    for (const event of past) {
      this.#curves.add(event);
      if (event.type === 'warning' && event.code !== undefined) this.#told.add(event.code);
    }
    this.#lookedAt = this.#curves.length;
  }

  /** Takes in an event that happened, or `done` that is about to. @returns what has to be said now */
  add(event: RunEvent): NewRunEvent[] {
    this.#curves.add(event);
    const steps = this.#curves.length;
    if (steps < this.#lookedAt) this.#lookedAt = steps;
    const due = event.type === 'step' && steps - this.#lookedAt >= Math.max(LOOK_EVERY, steps / SHARE);
    if (!due && event.type !== 'evaluation' && event.type !== 'retention' && event.type !== 'done') return [];
    this.#lookedAt = steps;
    const found = healthAdvice(runCurves(this.#curves), this.config).filter((finding) => !this.#told.has(finding.id));
    for (const finding of found) this.#told.add(finding.id);
    return found.map(warningOf);
  }
}

function warningOf({ id, title, message, remedies, since }: HealthFinding): NewRunEvent {
  const remedy = remedies
    .slice(0, 3)
    .map((one, i) => (i === 0 ? one.title : one.title[0]!.toLowerCase() + one.title.slice(1)))
    .join('; or ');
  return { type: 'warning', code: id, message: `${title}. ${message}`, remedy, step: since };
}
