import { element } from './dom';

/** A button of VS Code's look. @param main the one that is most likely wanted */
export function button(title: string, act: () => void, main = false): HTMLElement {
  // With a tabindex it takes the focus at once, by itself only when it has drawn itself.
  const made = element('vscode-button', { ...(main ? {} : { secondary: '' }), tabindex: '0' }, title);
  made.addEventListener('click', act);
  return made;
}
