import '@vscode-elements/elements/dist/vscode-button/index.js';
import {
  reportRequests,
  toReport,
  type DatasetReport,
  type FromReport,
  type ToReport,
} from '../../src/messages/report';
import { element, emptyState } from '../shared/dom';
import type { Outcome } from '../../src/messages/requests';
import { connect } from '../shared/host';
import { keepFocus } from '../shared/keep-focus';
import { onThemeChange } from '../shared/theme';
import { balance } from './balance';
import { findings } from './findings';
import { LengthHistogram } from './histogram';
import { heading } from './heading';
import '../shared/shared.css';
import '../shared/document.css';
import './report.css';

const root = document.getElementById('root')!;
const notice = element('p', { class: 'notice', role: 'status' });
let histogram: LengthHistogram | undefined;

const host = connect<ToReport, FromReport, typeof reportRequests>({ to: toReport, requests: reportRequests, receive });

function receive(message: Exclude<ToReport, { readonly type: 'answer' }>): void {
  root.setAttribute('aria-busy', 'false');
  switch (message.type) {
    case 'report':
      show(message.report);
      break;
    case 'unavailable':
      clear();
      root.replaceChildren(emptyState('No report', message.reason));
  }
}

async function tell(asked: Promise<Outcome<unknown>>): Promise<void> {
  notice.textContent = (await asked).problem ?? '';
}

function clear(): void {
  histogram?.dispose();
  histogram = undefined;
  notice.textContent = '';
}

function show(report: DatasetReport): void {
  // The place in the page and the focus stay where they are while the text is edited.
  const { scrollY } = window;
  const open = [...document.querySelectorAll('details[open]')].map((one) => one.id);
  clear();
  histogram = report.examples === 0 ? undefined : new LengthHistogram(report);
  keepFocus(root, () => {
    root.replaceChildren(
      heading(report, () => void tell(host.ask('export', {}))),
      notice,
      ...(histogram === undefined ? [] : [histogram.section, balance(report)]).filter((part) => part !== undefined),
      findings(report, (rule) => void tell(host.ask('reveal', { rule }))),
    );
    for (const id of open) document.getElementById(id)?.setAttribute('open', '');
  });
  histogram?.draw();
  window.scrollTo(0, scrollY);
}

onThemeChange(() => histogram?.draw());
new ResizeObserver(() => histogram?.resize()).observe(root);
root.replaceChildren(emptyState('Dataset report', 'Analysing the file…'));
host.post({ type: 'ready' });
