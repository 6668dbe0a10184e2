import { countOf } from '../../base/count-of';
import type { Conversion } from '../../analysis/protocol';

/** How many kinds of loss are named. */
const NAMED = 4;

/** What a conversion would lose: `the system message (2 examples, first on line 3), the tools (1 example, first on line 9) and 2 more`. */
export function lossText(losses: Conversion['losses']): string {
  const named = losses
    .slice(0, NAMED)
    .map(({ what, examples, line }) => `${what} (${countOf(examples, 'example')}, first on line ${line})`);
  const more = losses.length - named.length;
  return `${named.join(', ')}${more === 0 ? '' : ` and ${more} more`}`;
}
