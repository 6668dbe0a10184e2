import type { DatasetReport } from '../../src/messages/report';
import { dataTable, element, whole } from '../shared/dom';

const SEVERITIES = { error: '✕ Error', warning: '▲ Warning', info: '● Note' } as const;

/** Findings by rule; a rule's button shows its next finding in the editor. */
export function findings(report: DatasetReport, onReveal: (rule: string) => void): HTMLElement {
  const section = element('section', {}, element('h2', {}, 'Findings'));
  if (report.findings.length === 0) {
    section.append(element('p', { class: 'muted' }, 'Nothing was found.'));
    return section;
  }
  const rows = report.findings.map(({ rule, severity, count }) => {
    const title = `Show the next finding of ${rule} in the editor`;
    const names = { 'data-rule': rule, 'data-focus': `rule-${rule}` };
    const button = element('button', { class: 'link', type: 'button', title, ...names }, rule);
    button.addEventListener('click', () => {
      onReveal(rule);
    });
    return [button, element('span', { class: `severity ${severity}` }, SEVERITIES[severity]), whole(count)];
  });
  section.append(
    element('p', { class: 'muted' }, 'Choose a rule to step through its findings in the editor.'),
    dataTable(
      'Findings by rule',
      [{ title: 'Rule' }, { title: 'Severity' }, { title: 'Findings', numeric: true }],
      rows,
    ),
  );
  return section;
}
