import '@vscode-elements/elements/dist/vscode-button/index.js';
import { ratesRequests, toRates, type FromRates, type ToRates } from '../../src/messages/rates';
import type { Outcome } from '../../src/messages/requests';
import { element, emptyState } from '../shared/dom';
import { connect } from '../shared/host';
import { onThemeChange } from '../shared/theme';
import { Page } from './page';
import '../shared/shared.css';
import '../shared/document.css';
import '../shared/progress.css';
import './rates.css';

const root = document.getElementById('root')!;
const notice = element('p', { class: 'notice', role: 'status' });
const page = new Page({
  stop: () => void tell(host.ask('stop', {})),
  again: () => void tell(host.ask('again', {})),
  take: (rate) => void tell(host.ask('take', { rate })),
  showConfiguration: () => void tell(host.ask('showConfiguration', {})),
});
let shown = false;

const host = connect<ToRates, FromRates, typeof ratesRequests>({
  to: toRates,
  requests: ratesRequests,
  receive: ({ test }) => {
    // Before it measures: a chart is as wide as its place in the page.
    if (!shown) root.replaceChildren(page.elements[0]!, notice, ...page.elements.slice(1));
    shown = true;
    page.show(test);
    root.setAttribute('aria-busy', 'false');
  },
});

async function tell(asked: Promise<Outcome<unknown>>): Promise<void> {
  notice.textContent = (await asked).problem ?? '';
}

onThemeChange(() => {
  page.redraw();
});
new ResizeObserver(() => {
  page.resize();
}).observe(root);
root.replaceChildren(emptyState('Learning rate', 'Starting the test…'));
host.post({ type: 'ready' });
