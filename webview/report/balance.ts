import type { DatasetReport } from '../../src/messages/report';
import { bar, dataTable, element, whole } from '../shared/dom';

/** So many categories are shown; the others are summed up. */
const SHOWN = 30;

type Agency = DatasetReport['agencies'][number];
type Split = NonNullable<Agency['split']>;

/**
 * How the examples are spread over the field they are grouped by, and where a split of 80 / 10 / 10 would put them if that is known.
 * Nothing where no example has the field and no split is known.
 */
export function balance({ category, agencies, examples, split }: DatasetReport): HTMLElement | undefined {
  if (category === undefined && split === undefined) return undefined;
  const most = agencies[0]?.examples ?? 1;
  const named = agencies.filter(({ name }) => name !== '').length;
  const rest = agencies.slice(SHOWN);
  const others: Agency = {
    name: `${whole(rest.length)} more`,
    examples: rest.reduce((total, agency) => total + agency.examples, 0),
    split: split === undefined ? undefined : sumSplits(rest.map((agency) => agency.split)),
  };
  const rows = [...agencies.slice(0, SHOWN), ...(rest.length === 0 ? [] : [others])];
  const cells = (name: string, share: Element | string, entry: Agency): (string | Node)[] => [
    name,
    share,
    whole(entry.examples),
    `${((100 * entry.examples) / Math.max(1, examples)).toFixed(1)}%`,
    ...(entry.split === undefined ? [] : PARTS.map((part) => whole(entry.split![part]))),
  ];
  const spread =
    category === undefined ? '' : `${whole(named)} different ${named === 1 ? 'value' : 'values'} of ${category}.`;
  const placed =
    split === undefined
      ? 'How a split would distribute them is shown for open files; SFT: Split Dataset… splits a file of any size.'
      : 'Split 80 / 10 / 10 with seed 42; the same question never appears in two parts.';
  return element(
    'section',
    {},
    element('h2', {}, category === undefined ? 'Split' : split === undefined ? 'Balance' : 'Balance and split'),
    element('p', { class: 'muted' }, `${spread} ${placed}`.trim()),
    dataTable(
      category === undefined
        ? 'How a split would distribute the examples'
        : `Examples by ${category}${split === undefined ? '' : ', and how a split would distribute them'}`,
      [
        { title: category ?? '' },
        { title: '' },
        { title: 'Examples', numeric: true },
        { title: 'Share', numeric: true },
        ...(split === undefined ? [] : SPLIT_COLUMNS),
      ],
      [
        ...rows.map((row) =>
          cells(row.name || `No ${category ?? 'category'}`, row === others ? '' : bar(row.examples / most), row),
        ),
        cells('All', '', { name: 'All', examples, split }),
      ],
      true,
    ),
  );
}

const PARTS = ['train', 'validation', 'test'] as const;

const SPLIT_COLUMNS = [
  { title: 'Train', numeric: true },
  { title: 'Validation', numeric: true },
  { title: 'Test', numeric: true },
];

function sumSplits(splits: readonly (Split | undefined)[]): Split {
  const sum = (part: (typeof PARTS)[number]): number => splits.reduce((total, one) => total + (one?.[part] ?? 0), 0);
  return { train: sum('train'), validation: sum('validation'), test: sum('test') };
}
