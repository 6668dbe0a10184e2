import type { ShownSample } from '../../src/messages/dashboard';
import { element, longText, whole, write } from '../shared/dom';
import { nearest } from '../charts/nearest';
import type { ShownRun } from './shown-run';

type Answer = ShownSample['answers'][number];

/**
 * What the model answered while it learned: a slider over the measurements, and for each question the answer there beside the one before and
 * the right one. Whoever has not moved the slider sees the newest.
 */
export class Samples {
  readonly element = element('section', { class: 'samples', hidden: '' });
  private readonly slider = element('input', {
    type: 'range',
    min: '0',
    step: '1',
    'aria-label': 'Measurement whose answers are shown',
  }) as HTMLInputElement;
  private readonly place = element('output', { class: 'muted place' });
  private readonly answers = element('div', { class: 'questions' });
  private items: ShownSample[] = [];
  /** The one that was chosen; undefined follows the newest. */
  private chosen: number | undefined;

  constructor(private readonly run: ShownRun) {
    this.slider.addEventListener('input', () => {
      const at = Number(this.slider.value);
      this.chosen = at === this.items.length - 1 ? undefined : at;
      this.show();
    });
    this.element.append(
      element(
        'div',
        { class: 'head' },
        element('h2', {}, 'Answers during training'),
        element('div', { class: 'toolbar' }, this.place, this.slider),
      ),
      element(
        'p',
        { class: 'muted' },
        'The sample prompts, answered before the first update and each time the validation loss is measured.',
      ),
      this.answers,
    );
  }

  take(from: number, items: readonly ShownSample[]): void {
    this.items.length = from;
    this.items.push(...items);
    if (this.chosen !== undefined && this.chosen >= this.items.length) this.chosen = undefined;
    this.element.hidden = this.items.length === 0;
    this.slider.max = String(Math.max(0, this.items.length - 1));
    this.slider.disabled = this.items.length < 2;
    this.show();
  }

  private show(): void {
    const at = this.chosen ?? this.items.length - 1;
    const sample = this.items[at];
    if (sample === undefined) return;
    this.slider.value = String(at);
    const text = this.placeText(sample.step);
    write(this.place, text);
    this.slider.setAttribute('aria-valuetext', text);
    const before = this.items[at - 1];
    this.answers.replaceChildren(
      ...sample.answers.map((answer, question) =>
        questionOf(answer, sample.step, before && { step: before.step, answer: before.answers[question] }),
      ),
    );
  }

  /** `Step 40, validation loss 2.310`: the loss that was measured there. */
  private placeText(step: number): string {
    const { step: steps, loss } = this.run.validation;
    const near = nearest(steps, step);
    const measured = near !== undefined && steps[near] === step ? `, validation loss ${loss[near]!.toFixed(3)}` : '';
    return step === 0 ? 'Before the first step' : `Step ${whole(step)}${measured}`;
  }
}

function questionOf(
  { question, answer, cut, reference }: Answer,
  step: number,
  before: { readonly step: number; readonly answer: Answer | undefined } | undefined,
): HTMLElement {
  const told = (at: number): string => (at === 0 ? 'Before the first step' : `Step ${whole(at)}`);
  const parts: HTMLElement[] = [];
  if (before?.answer !== undefined) {
    parts.push(part(told(before.step), before.answer.answer, before.answer.cut, 'before'));
  }
  parts.push(part(told(step), answer, cut, 'now'));
  if (reference !== undefined) parts.push(part('Right answer', reference, false, 'reference'));
  return element('article', {}, element('h3', {}, question), element('dl', {}, ...parts));
}

function part(title: string, text: string, cut: boolean, kind: string): HTMLElement {
  const shown = text === '' ? element('em', { class: 'muted' }, 'nothing') : text;
  const more = cut ? element('span', { class: 'muted' }, ' … cut by max_new_tokens') : undefined;
  return element('div', { class: kind }, element('dt', {}, title), element('dd', {}, longText(title, shown, more)));
}
