/**
 * Builds a part of the page anew without taking the focus from whoever works in it: it goes to what has the same `data-focus` as what
 * had it, or as what surrounded it; in a group of choices to the chosen one. A `vscode-button` needs a `tabindex` for that: by itself
 * it takes the focus only when it has drawn itself.
 */
export function keepFocus(part: ParentNode, build: () => void): void {
  const { activeElement } = document;
  const name = part.contains(activeElement) ? activeElement?.closest<HTMLElement>('[data-focus]') : undefined;
  build();
  if (name == null) return;
  const again = part.querySelector<HTMLElement>(`[data-focus="${CSS.escape(name.dataset['focus'] ?? '')}"]`);
  const choice = again?.querySelector<HTMLElement>('input:checked') ?? again?.querySelector<HTMLElement>('input');
  (choice ?? again)?.focus({ preventScroll: true });
}
