import { crossRule } from '../rule';
import { ofFile } from './dataset-size';

const FEWEST_AGENCIES = 3;
/** Below, shares are chance. */
const FEWEST_EXAMPLES = 20;

/** One agency has more than half of the examples though there are others. */
export const agencyImbalance = crossRule<string | undefined>({
  id: 'agency-imbalance',
  severity: 'info',
  digest: ({ example }) => example.value.agency,
  start() {
    const counts = new Map<string, number>();
    let count = 0;
    let file = '';
    return {
      add(agency, at) {
        count++;
        file = at.file;
        if (agency !== undefined && agency.trim() !== '') counts.set(agency, (counts.get(agency) ?? 0) + 1);
      },
      finish(report) {
        if (count < FEWEST_EXAMPLES || counts.size < FEWEST_AGENCIES) return;
        const [name, most] = [...counts].reduce((best, one) => (one[1] > best[1] ? one : best));
        if (most * 2 <= count) return;
        const share = Math.round((most / count) * 100);
        const message = `${share}% of the examples are about "${name.slice(0, 60)}", ${counts.size - 1} others share the rest - add examples about the others`;
        report({ rule: 'agency-imbalance', ...ofFile(file), message });
      },
    };
  },
});
