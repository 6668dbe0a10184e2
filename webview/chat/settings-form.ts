import type { ChatSettings } from '../../src/messages/chat';
import { element } from '../shared/dom';

interface NumberField {
  readonly key: 'maxNewTokens' | 'temperature' | 'topP' | 'topK' | 'seed';
  readonly name: string;
  readonly help: string;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  /** Does nothing where the likeliest token is always taken. */
  readonly sampling: boolean;
}

const FIELDS: readonly NumberField[] = [
  {
    key: 'maxNewTokens',
    name: 'max_new_tokens',
    help: 'The most tokens in an answer; a token is about ¾ of a word.',
    min: 1,
    max: 32_768,
    step: 1,
    sampling: false,
  },
  {
    key: 'temperature',
    name: 'temperature',
    help: 'How random the answer is: low is careful, 1 is lively, more soon becomes nonsense.',
    min: 0,
    max: 2,
    step: 0.1,
    sampling: true,
  },
  {
    key: 'topP',
    name: 'top_p',
    help: 'Only the likeliest tokens that together reach this probability.',
    min: 0.01,
    max: 1,
    step: 0.05,
    sampling: true,
  },
  {
    key: 'topK',
    name: 'top_k',
    help: 'Only this many of the likeliest tokens; 0 for all.',
    min: 0,
    max: 100_000,
    step: 1,
    sampling: true,
  },
  {
    key: 'seed',
    name: 'seed',
    help: 'The same number gives the same answer again; empty for a new one each time.',
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
    step: 1,
    sampling: true,
  },
];

/** How answers are made, folded away under a line that says it in short. */
export class SettingsForm {
  readonly node = element('details', { class: 'settings' }) as HTMLDetailsElement;
  private readonly summary = element('summary');
  private readonly system = element('textarea', {
    id: 'system',
    rows: '2',
    'aria-describedby': 'system-help',
  }) as HTMLTextAreaElement;
  private readonly sample = element('input', { id: 'do_sample', type: 'checkbox' }) as HTMLInputElement;
  private readonly inputs = new Map<NumberField, HTMLInputElement>();
  private settings: ChatSettings | undefined;
  private unasked: string | undefined;

  constructor(onChange: (settings: ChatSettings) => void) {
    const changed = (): void => {
      const settings = this.read();
      this.update(settings, this.unasked);
      onChange(settings);
    };
    this.system.addEventListener('change', changed);
    this.sample.addEventListener('change', changed);
    const fields = FIELDS.map((field) => {
      const { name, help, min, max, step } = field;
      const input = element('input', {
        id: name,
        type: 'number',
        min: String(min),
        max: String(max),
        step: field.key === 'topP' || field.key === 'temperature' ? 'any' : String(step),
        'aria-describedby': `${name}-help`,
        ...(field.key === 'seed' ? { placeholder: 'Random' } : {}),
      }) as HTMLInputElement;
      input.addEventListener('change', changed);
      this.inputs.set(field, input);
      return labelled(name, name, help, input);
    });
    const sampling = element(
      'div',
      { class: 'field' },
      element('label', { class: 'check', for: 'do_sample' }, this.sample, 'do_sample'),
      element('p', { class: 'help' }, 'Off: always the likeliest token, so the same answer each time.'),
    );
    const [most, ...others] = fields;
    this.node.append(
      this.summary,
      element(
        'div',
        { class: 'fields' },
        labelled(
          'system',
          'System prompt',
          'Tells the model how to answer, before every question.',
          this.system,
          'wide',
        ),
        most,
        sampling,
        ...others,
      ),
    );
  }

  /** @param unasked what the model is told where there is no system prompt here */
  update(settings: ChatSettings, unasked: string | undefined): void {
    this.settings = settings;
    this.unasked = unasked;
    const none = unasked === undefined || unasked === '';
    this.system.placeholder = none ? 'None' : `None set; the model is told: ${unasked}`;
    const put = (input: HTMLInputElement | HTMLTextAreaElement, value: string): void => {
      if (input !== document.activeElement && input.value !== value) input.value = value;
    };
    put(this.system, settings.system);
    this.sample.checked = settings.doSample;
    for (const [{ key, sampling }, input] of this.inputs) {
      put(input, settings[key] === undefined ? '' : String(settings[key]));
      input.disabled = sampling && !settings.doSample;
    }
    const { maxNewTokens, temperature, topP, doSample, system } = settings;
    const how = doSample ? `temperature ${temperature}, top_p ${topP}` : 'likeliest token';
    const more = system.trim() === '' ? '' : ', system prompt';
    this.summary.replaceChildren(
      element('span', {}, 'Settings'),
      element('span', { class: 'muted' }, `${maxNewTokens} tokens, ${how}${more}`),
    );
  }

  /** What stands in the fields; what is no number stays as it was. */
  private read(): ChatSettings {
    const before = this.settings!;
    const numbers = Object.fromEntries(
      [...this.inputs].map(([{ key, min, max, step }, input]) => {
        if (key === 'seed' && input.value.trim() === '') return [key, undefined];
        const value = input.value.trim() === '' ? Number.NaN : Number(input.value);
        if (!Number.isFinite(value)) return [key, before[key]];
        const within = Math.min(max, Math.max(min, value));
        const read = step === 1 ? Math.round(within) : within;
        input.value = String(read);
        return [key, read];
      }),
    ) as Pick<ChatSettings, NumberField['key']>;
    return { ...before, ...numbers, system: this.system.value, doSample: this.sample.checked };
  }
}

function labelled(id: string, name: string, help: string, input: HTMLElement, more = ''): HTMLElement {
  return element(
    'div',
    { class: `field ${more}` },
    element('label', { for: id }, name),
    input,
    element('p', { class: 'help', id: `${id}-help` }, help),
  );
}
