import { element } from '../shared/dom';

const MEANINGS = ['completely wrong', 'mostly wrong', 'partly right', 'mostly right', 'perfect'] as const;

/** Five choices, by pointer or arrow keys; choosing the present one again, or Delete, takes the rating back. */
export function ratingGroup(
  index: number,
  line: number,
  rating: number,
  onRate: (rating: number) => void,
): HTMLElement {
  const choices = MEANINGS.map((meaning, at) => {
    const value = at + 1;
    const input = element('input', {
      type: 'radio',
      name: `rating-${index}`,
      value: String(value),
    }) as HTMLInputElement;
    input.checked = value === rating;
    input.addEventListener('change', () => {
      onRate(value);
    });
    // A chosen radio button does not change when it is chosen again.
    input.addEventListener('click', () => {
      if (value === rating) onRate(0);
    });
    return element('label', { title: `${value}: ${meaning}` }, input, element('span', {}, String(value)));
  });
  const group = element(
    'fieldset',
    { class: 'rating', 'data-focus': `rating-${index}` },
    element('legend', { class: 'unseen' }, `Rating of the tuned answer, line ${line}`),
    ...choices,
  );
  group.addEventListener('keydown', ({ key }) => {
    if (key === 'Delete' || key === 'Backspace') onRate(0);
  });
  return group;
}
