import '@vscode-elements/elements/dist/vscode-button/index.js';
import {
  previewRequests,
  toPreview,
  type FromPreview,
  type ToPreview,
  type TrainingPreview,
} from '../../src/messages/preview';
import { element, emptyState, whole } from '../shared/dom';
import { connect } from '../shared/host';
import { tokenList } from './token-list';
import { useOf } from './token-use';
import '../shared/shared.css';
import './preview.css';

const root = document.getElementById('root')!;
/** The preview on the page: what is sent again leaves the token that a person has come to. */
let shown = '';

const host = connect<ToPreview, FromPreview, typeof previewRequests>({
  to: toPreview,
  requests: previewRequests,
  receive: (message) => {
    root.setAttribute('aria-busy', 'false');
    switch (message.type) {
      case 'preview':
        show(message.preview);
        break;
      case 'unavailable':
        unavailable(message.reason);
    }
  },
});

function unavailable(reason: string): void {
  shown = '';
  const notice = element('p', { role: 'status' });
  const choose = element('vscode-button', {}, 'Select Model…');
  choose.addEventListener('click', () => {
    void host.ask('selectModel', {}).then(({ problem }) => {
      notice.textContent = problem ?? '';
    });
  });
  const more = /model|tokenizer/i.test(reason) ? [choose, notice] : [];
  root.replaceChildren(emptyState('No sequence to show', reason, ...more));
}

function show(preview: TrainingPreview): void {
  const same = JSON.stringify(preview);
  if (same === shown) return;
  shown = same;
  const { tokens, maxSeqLength } = preview;
  const number = (use: string): number => tokens.filter((token) => useOf(token) === use).length;
  const figures: readonly (readonly [string, number])[] = [
    ['tokens', tokens.length],
    ['trained', number('trained')],
    ['masked', number('masked')],
    ['special', tokens.filter(({ special }) => special).length],
    ['cut', number('cut')],
  ];
  const detail = element('p', { class: 'detail', 'aria-live': 'polite' });
  const about = `${preview.file} · ${preview.model} · max_seq_length ${whole(maxSeqLength)}`;
  root.replaceChildren(
    element(
      'header',
      {},
      element('h1', {}, `Example ${whole(preview.example)} of ${whole(preview.examples)}`),
      element('p', { class: 'muted' }, about),
      element(
        'dl',
        { class: 'figures' },
        ...figures.map(([name, value]) => element('div', {}, element('dt', {}, name), element('dd', {}, whole(value)))),
      ),
    ),
    ...(preview.note === '' ? [] : [element('p', { role: 'note' }, preview.note)]),
    legend(),
    tokenList(tokens, detail),
    detail,
  );
}

function legend(): HTMLElement {
  const entry = (kind: string, text: string): HTMLElement =>
    element('li', {}, element('span', { class: `token ${kind}`, 'aria-hidden': 'true' }, 'Aa'), text);
  return element(
    'ul',
    { class: 'legend', 'aria-label': 'Legend' },
    entry('trained', 'trained'),
    entry('masked', 'masked: read, not learned'),
    entry('masked special', 'special'),
    entry('cut', 'cut: never seen'),
  );
}

root.replaceChildren(emptyState('Training sequence', 'Reading the example…'));
host.post({ type: 'ready' });
