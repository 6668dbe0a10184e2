import { element } from '../shared/dom';

export interface TextFieldOptions {
  readonly label: string;
  readonly placeholder?: string;
  readonly value?: string;
  /** Enter without Shift. */
  onEnter?(): void;
  onEscape?(): void;
  onInput?(): void;
}

/** A text field that is as high as its text, up to what its style allows. Shift+Enter begins a line. */
export function textField({ label, placeholder = '', value = '', ...events }: TextFieldOptions): HTMLTextAreaElement {
  const field = element('textarea', { rows: '1', placeholder, 'aria-label': label }) as HTMLTextAreaElement;
  field.value = value;
  field.addEventListener('input', () => {
    fit(field);
    events.onInput?.();
  });
  field.addEventListener('keydown', (event) => {
    // While letters are composed, Enter chooses one of them.
    if (event.isComposing) return;
    if (event.key === 'Enter' && !event.shiftKey && events.onEnter !== undefined) {
      event.preventDefault();
      events.onEnter();
    }
    if (event.key === 'Escape' && events.onEscape !== undefined) {
      event.preventDefault();
      event.stopPropagation();
      events.onEscape();
    }
  });
  return field;
}

/** The policy forbids style attributes: rows do it. */
export function fit(field: HTMLTextAreaElement): void {
  field.rows = 1;
  const most = 12;
  while (field.rows < most && field.scrollHeight > field.clientHeight + 1) field.rows++;
}
