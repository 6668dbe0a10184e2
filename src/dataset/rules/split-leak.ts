import { sideDigest, type OtherSides, type SideDigest, type SideTwin } from '../split/other-sides';
import { crossRule, type CrossRule } from '../rule';

/**
 * An example that another part of the split has as well: what is held out to measure would be known already.
 * @param others the examples of the other parts, all made for this threshold
 */
export function splitLeak(others: readonly OtherSides[], threshold: number): CrossRule {
  return crossRule<SideDigest>({
    id: 'split-leak',
    severity: 'warning',
    digest: (subject) => sideDigest(subject, threshold),
    start() {
      return {
        add(digest, _, report) {
          let twin: SideTwin | undefined;
          for (const side of others) twin ??= side.find(digest);
          if (twin === undefined) return;
          const { file, line, column, similarity } = twin;
          const name = file.replace(/^.*[/\\]/, '');
          const reason =
            similarity === undefined
              ? `the same question is in ${name}, line ${line}`
              : `${Math.floor(similarity * 100)}% of the word pairs also occur in ${name}, line ${line}`;
          const message = `${reason} - keep it in only one of the two files: scores on trained examples mean nothing`;
          report({ rule: 'split-leak', message, related: [{ file, line, column }] });
        },
      };
    },
  });
}
