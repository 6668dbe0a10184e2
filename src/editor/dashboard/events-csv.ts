import { EVENT_KEYS, type RunEvent } from '../../runs/folder/event-schema';

/** What an event can say in one cell. */
const COLUMNS = EVENT_KEYS.filter((key) => key !== 'evaluation');

interface Row {
  readonly type: string;
  readonly step: number | undefined;
  readonly cells: string;
}

/**
 * The events of one or several runs as a table, every field a column: RFC 4180, a line for each event. Steps that were done again
 * after a resume stand once, as they were done last.
 */
export class EventsCsv {
  private readonly rows: Row[][] = [];
  /** Rows and name of the run that events are added to. */
  private present: Row[] = [];
  private name = '';

  /** Begins with another run. */
  begin(name: string): void {
    this.present = [];
    this.rows.push(this.present);
    this.name = cell(name);
  }

  add(event: RunEvent): void {
    if (event.type === 'start') {
      const from = event.resumed_from ?? 0;
      const kept = this.present.filter(({ type, step }) => !(isProgress(type) && step !== undefined && step > from));
      this.present = kept;
      this.rows[this.rows.length - 1] = kept;
    }
    const fields = event as unknown as Readonly<Record<string, unknown>>;
    const cells = [this.name, ...COLUMNS.map((key) => cell(fields[key]))].join(',');
    this.present.push({ type: event.type, step: 'step' in event ? event.step : undefined, cells });
  }

  /** In pieces: a run may have very many. */
  *pieces(): Generator<string, void, undefined> {
    yield `${['run', ...COLUMNS].join(',')}\r\n`;
    for (const rows of this.rows) for (const { cells } of rows) yield `${cells}\r\n`;
  }
}

function isProgress(type: string): boolean {
  return type === 'step' || type === 'evaluation' || type === 'samples' || type === 'checkpoint';
}

/** A text that a spreadsheet would work out gets an apostrophe before it, which spreadsheets take for "this is text". */
function withoutFormula(text: string): string {
  return /^[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/.test(text) ? `'${text}` : text;
}

function cell(value: unknown): string {
  if (value === undefined || value === null) return '';
  const text = typeof value === 'string' ? withoutFormula(value) : JSON.stringify(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
