import type { DatasetReport } from '../../src/messages/report';
import { bar, dataTable, element, whole } from '../shared/dom';

/** So many agencies are shown; the others are summed up. */
const SHOWN = 30;

/** How the examples are spread over agencies, and where a split of 80 / 10 / 10 would put them. */
export function balance({ agencies, examples, split }: DatasetReport): HTMLElement {
  const most = agencies[0]?.examples ?? 1;
  const named = agencies.filter(({ name }) => name !== '').length;
  const rest = agencies.slice(SHOWN);
  const sum = (pick: (agency: DatasetReport['agencies'][number]) => number): number =>
    rest.reduce((total, agency) => total + pick(agency), 0);
  const others = {
    name: `${whole(rest.length)} more`,
    examples: sum((agency) => agency.examples),
    split: {
      train: sum((agency) => agency.split.train),
      validation: sum((agency) => agency.split.validation),
      test: sum((agency) => agency.split.test),
    },
  };
  const rows = [...agencies.slice(0, SHOWN), ...(rest.length === 0 ? [] : [others])];
  const cells = (name: string, share: Element | string, entry: typeof others): (string | Node)[] => [
    name,
    share,
    whole(entry.examples),
    `${((100 * entry.examples) / Math.max(1, examples)).toFixed(1)}%`,
    whole(entry.split.train),
    whole(entry.split.validation),
    whole(entry.split.test),
  ];
  const spread =
    named === 0
      ? 'No example names its agency, so balance cannot be told.'
      : `${whole(named)} ${named === 1 ? 'agency' : 'agencies'}.`;
  return element(
    'section',
    {},
    element('h2', {}, 'Balance and split'),
    element(
      'p',
      { class: 'muted' },
      `${spread} Split 80 / 10 / 10 with seed 42; the same question never stands in two parts.`,
    ),
    dataTable(
      'Examples by agency, and how a split would place them',
      [
        { title: 'Agency' },
        { title: '' },
        { title: 'Examples', numeric: true },
        { title: 'Share', numeric: true },
        { title: 'Train', numeric: true },
        { title: 'Validation', numeric: true },
        { title: 'Test', numeric: true },
      ],
      [
        ...rows.map((row) => cells(row.name || 'No agency', row === others ? '' : bar(row.examples / most), row)),
        cells('All', '', { name: 'All', examples, split }),
      ],
      true,
    ),
  );
}
