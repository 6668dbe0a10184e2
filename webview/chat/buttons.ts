import { element } from '../shared/dom';
import { icon, type IconName } from './icons';

/** A small button with an icon alone; its label is its tip and what a screen reader says. */
export function iconButton(name: IconName, label: string, onClick: () => void): HTMLButtonElement {
  const button = element('button', { type: 'button', class: 'tool', title: label, 'aria-label': label });
  button.append(icon(name));
  button.addEventListener('click', onClick);
  return button as HTMLButtonElement;
}

export function textButton(label: string, onClick: () => void, secondary = false): HTMLElement {
  const button = element('vscode-button', secondary ? { secondary: '' } : {}, label);
  button.addEventListener('click', onClick);
  return button;
}
