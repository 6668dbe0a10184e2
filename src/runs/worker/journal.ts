import type { ResolvedConfig } from '../../config/config-schema';
import type { NewRunEvent, RunEvent } from '../folder/event-schema';
import type { RunFolder } from '../folder/run-folder';
import { HealthWatch } from './health-watch';

/** What happens in a run, on its way to events.jsonl, to the log and to whoever started the worker; with what the curves show. */
export class Journal {
  private readonly health: HealthWatch;

  /** @param past the events of a run that goes on */
  constructor(
    private readonly folder: RunFolder,
    config: ResolvedConfig,
    past: readonly RunEvent[],
    private readonly onEvent: (event: RunEvent) => void,
  ) {
    this.health = new HealthWatch(config, past);
  }

  /** @throws SftError where the event cannot be written */
  emit(event: NewRunEvent): void {
    const timed = { ...event, time: event.time ?? new Date().toISOString() } as RunEvent;
    const advice = this.health.add(timed);
    // `done` is the last word of a run: what there is to say comes before it.
    if (event.type === 'done') for (const warning of advice) this.write(warning);
    this.write(timed);
    if (event.type !== 'done') for (const warning of advice) this.write(warning);
  }

  /** Something a person should know. */
  note(message: string): void {
    this.emit({ type: 'warning', message });
  }

  private write(event: NewRunEvent): void {
    const written = this.folder.appendEvent(event);
    if (written.type !== 'step') this.folder.log(JSON.stringify(written));
    this.onEvent(written);
  }
}
