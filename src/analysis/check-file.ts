import { OUR_COLUMNS } from '../dataset/columns';
import { ignoredRules, isIgnored } from '../dataset/ignored-rules';
import { streamBatches } from '../dataset/read';
import { contentRules } from '../dataset/rules';
import { isThinkingIn } from '../text/enable-thinking';
import { summariseLengths } from '../text/token-lengths';
import { FigureList } from './file-figures';
import { FindingList } from './finding-list';
import { lengthFindings, remarkFindings } from './length-findings';
import { SplitSiblings } from './split-siblings';
import { FINDINGS_SENT, type AnalysisSettings, type FileCheck } from './protocol';
import type { TokenCounts } from './token-counts';

/**
 * Checks a file of any size from disk; holds a piece of it, three numbers an example and the first findings.
 * @throws SftError `unreadable-file`; the signal's reason where it is aborted
 */
export async function checkFile(
  file: string,
  settings: AnalysisSettings,
  modelCounts: TokenCounts,
  signal: AbortSignal,
  onProgress: (read: number, size: number) => void,
): Promise<FileCheck> {
  const start = performance.now();
  const { maxSeqLength, nearDuplicateThreshold, columns = OUR_COLUMNS } = settings;
  const counts = modelCounts.thinking(await isThinkingIn(settings.enableThinking ?? 'auto', [file], columns, signal));
  const found = new FindingList(settings.rules);
  const sides = await new SplitSiblings(file).read(settings);
  const rules = contentRules({ nearDuplicateThreshold, ...(sides === undefined ? {} : { otherSides: [sides] }) });
  const figures = new FigureList(settings.rules);
  let count = 0;
  for await (const batch of streamBatches(file, { signal, onProgress, rules, columns })) {
    for (const item of batch) {
      if (item.type === 'finding') {
        found.add(item.finding, FINDINGS_SENT);
        figures.finding(item.finding);
      } else if (item.type === 'example') {
        const length = counts.lengthOnce(item.example, maxSeqLength);
        count++;
        figures.example(item.example.value, length);
        const own = lengthFindings(file, item.example, length, maxSeqLength, counts.estimated);
        if (count === 1) own.push(...remarkFindings(file, item.example, counts.remarks));
        for (const finding of own) {
          if (isIgnored(ignoredRules(item.raw), finding)) continue;
          found.add(finding, FINDINGS_SENT);
          figures.finding(finding);
        }
      } else {
        const sealed = figures.sealed();
        return {
          file,
          format: item.format,
          bytes: item.bytes,
          count,
          estimated: counts.estimated,
          modelName: counts.modelName,
          maxSeqLength,
          summary: summariseLengths(sealed.tokens),
          ...sealed,
          findings: found.sorted(FINDINGS_SENT),
          findingCount: found.count,
          findingsByRule: found.byRule,
          findingsBySeverity: found.bySeverity,
          milliseconds: performance.now() - start,
        };
      }
    }
    // The reads of a cached file may never leave this turn: let a message that cancels in.
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error('the stream ended without its last item');
}
