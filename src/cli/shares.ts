import { sizeText } from '../base/size-text';
import type { ExportProgress } from '../export/exporter';
import { showProgress } from './progress';
import type { Terminal } from './verb';

/** Shows how much of the weights is written, until the signal ends it: each percent on a terminal, each tenth elsewhere. */
export function shareShown(terminal: Terminal, signal: AbortSignal): ExportProgress {
  const step = terminal.interactive ? 1 : 10;
  let shown = 0;
  return (bytes, total) => {
    signal.throwIfAborted();
    const share = Math.floor((100 * bytes) / total / step) * step;
    if (share === shown) return;
    shown = share;
    showProgress(terminal, `wrote ${share}% of the weights`);
  };
}

/** Shows what has come or gone: each percent on a terminal, each tenth elsewhere. */
export function bytesShown(terminal: Terminal): (bytes: number, total: number) => void {
  const step = terminal.interactive ? 1 : 10;
  const begun = performance.now();
  let shown = -1;
  return (bytes, total) => {
    const percent = total === 0 ? 100 : (100 * bytes) / total;
    const share = Math.floor(percent / step) * step;
    if (share === shown) return;
    shown = share;
    const speed = bytes / ((performance.now() - begun) / 1000);
    showProgress(terminal, `${share}%: ${sizeText(bytes)} of ${sizeText(total)}, ${sizeText(speed)}/s`);
  };
}
