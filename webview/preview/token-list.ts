import type { PreviewToken } from '../../src/messages/preview';
import { element } from '../shared/dom';
import { describe, useOf, visibleText } from './token-use';

/**
 * The sequence as text to read and as a list to step through: one stop of the Tab key, then arrows, Home and End.
 * @param detail says the token that is chosen or pointed at
 */
export function tokenList(tokens: readonly PreviewToken[], detail: HTMLElement): HTMLElement {
  const list = element('div', { class: 'tokens', role: 'listbox', 'aria-label': 'Tokens of the training sequence' });
  const spans: HTMLElement[] = [];
  for (const [at, token] of tokens.entries()) {
    const words = describe(token, at);
    const span = element(
      'span',
      {
        class: `token ${useOf(token)}${token.special ? ' special' : ''}`,
        role: 'option',
        title: words,
        'aria-label': words,
        'aria-selected': 'false',
        'data-at': String(at),
        tabindex: at === 0 ? '0' : '-1',
      },
      visibleText(token.text),
    );
    spans.push(span);
    list.append(span);
    if (token.text.includes('\n')) list.append(element('br'));
  }
  let current = 0;
  const choose = (at: number): void => {
    const next = spans[Math.min(Math.max(at, 0), spans.length - 1)];
    if (next === undefined) return;
    spans[current]?.setAttribute('tabindex', '-1');
    spans[current]?.setAttribute('aria-selected', 'false');
    current = spans.indexOf(next);
    next.setAttribute('tabindex', '0');
    next.setAttribute('aria-selected', 'true');
    detail.textContent = next.title;
    next.focus();
  };
  const steps: Readonly<Record<string, () => number>> = {
    ArrowRight: () => current + 1,
    ArrowLeft: () => current - 1,
    ArrowDown: () => nearestInNextLine(spans, current, 1),
    ArrowUp: () => nearestInNextLine(spans, current, -1),
    Home: () => 0,
    End: () => spans.length - 1,
  };
  list.addEventListener('keydown', (event) => {
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    choose(step());
  });
  list.addEventListener('click', (event) => {
    const at = (event.target as HTMLElement).dataset['at'];
    if (at !== undefined) choose(Number(at));
  });
  list.addEventListener('focusin', () => {
    detail.textContent = spans[current]?.title ?? '';
  });
  return list;
}

/** The token of the line above or below that is nearest to the present one. */
function nearestInNextLine(spans: readonly HTMLElement[], current: number, direction: 1 | -1): number {
  const from = spans[current]?.getBoundingClientRect();
  if (from === undefined) return current;
  let line: number | undefined;
  let best = current;
  let distance = Infinity;
  for (let at = current + direction; at >= 0 && at < spans.length; at += direction) {
    const { left, top } = spans[at]!.getBoundingClientRect();
    if (Math.abs(top - from.top) < 4) continue;
    line ??= top;
    if (Math.abs(top - line) >= 4) break;
    if (Math.abs(left - from.left) >= distance) continue;
    distance = Math.abs(left - from.left);
    best = at;
  }
  return best;
}
