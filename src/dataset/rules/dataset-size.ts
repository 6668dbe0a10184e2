import { crossRule, type EndFinding } from '../rule';

/** Fewer examples than a first experiment needs. */
export const FEWEST_EXAMPLES = 100;

/** What a number of examples is enough for, in the tutorial's bands. */
export function sizeAdvice(examples: number): string {
  if (examples < FEWEST_EXAMPLES) return 'too few for a first experiment: collect at least 100';
  if (examples < 500) return 'enough for a first experiment; 500 to 2,000 make a narrow task reliable';
  if (examples < 2000) return 'enough for a narrow task; 2,000 to 10,000 cover a whole field';
  if (examples < 10_000) return 'enough for a whole field';
  return 'enough for production; from here on, quality and balance matter more than quantity';
}

/** What concerns a file as a whole is reported at its start. */
export function ofFile(file: string): Pick<EndFinding, 'place' | 'aboutFile'> {
  return { place: { file, line: 1, column: 1, endLine: 1, endColumn: 1, offset: 0, endOffset: 0 }, aboutFile: true };
}

/** A file with fewer examples than a first experiment needs. */
export const datasetSize = crossRule<undefined>({
  id: 'dataset-size',
  severity: 'info',
  digest: () => undefined,
  start() {
    let count = 0;
    let file = '';
    return {
      add(_, at) {
        count++;
        file = at.file;
      },
      finish(report) {
        if (count === 0 || count >= FEWEST_EXAMPLES) return;
        const message = `${count} ${count === 1 ? 'example is' : 'examples are'} ${sizeAdvice(count)}`;
        report({ rule: 'dataset-size', ...ofFile(file), message });
      },
    };
  },
});
