import { IgnoredRules } from '../dataset/ignored-rules';
import { streamBatches } from '../dataset/read';
import { ALL_CONTENT_RULES } from '../dataset/rules';
import { summariseLengths, type TokenLength } from '../text/token-lengths';
import { FindingList } from './finding-list';
import { lengthFinding } from './length-findings';
import { FINDINGS_SENT, type AnalysisSettings, type FileCheck } from './protocol';
import type { TokenCounts } from './token-counts';

/**
 * Checks a file of any size from disk; holds a piece of it, three numbers an example and the first findings.
 * @throws SftError `unreadable-file`; the signal's reason where it is aborted
 */
export async function checkFile(
  file: string,
  settings: AnalysisSettings,
  counts: TokenCounts,
  signal: AbortSignal,
  onProgress: (read: number, size: number) => void,
): Promise<FileCheck> {
  const start = performance.now();
  const { maxSeqLength } = settings;
  const found = new FindingList(settings.rules, FINDINGS_SENT);
  const ignored = new IgnoredRules();
  const lengths: TokenLength[] = [];
  for await (const batch of streamBatches(file, { signal, onProgress, rules: ALL_CONTENT_RULES })) {
    for (const item of batch) {
      if (item.type === 'finding') {
        if (!ignored.ignores(item)) found.add(item.finding);
      } else if (item.type === 'example') {
        ignored.ignores(item);
        const length = counts.lengthOnce(item.example, maxSeqLength);
        lengths.push(length);
        const finding = lengthFinding(file, item.example, length, maxSeqLength, counts.estimated);
        if (finding !== undefined && !ignored.ignores({ type: 'finding', finding })) found.add(finding);
      } else {
        return {
          file,
          format: item.format,
          bytes: item.bytes,
          count: lengths.length,
          estimated: counts.estimated,
          modelName: counts.modelName,
          summary: summariseLengths(lengths),
          findings: found.first(),
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
