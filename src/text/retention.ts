/** The loss on the same general questions before and after training. */
export interface RetentionLosses {
  readonly base: number;
  readonly tuned: number;
}

/** The share by which the loss on general questions rose; negative where it fell. */
export function retentionCost({ base, tuned }: RetentionLosses): number {
  return tuned / base - 1;
}

/** `general text: loss 2.31 to 2.36, +2%` */
export function retentionText(losses: RetentionLosses): string {
  return `general text: loss ${lossesText(losses)}`;
}

/** `2.31 to 2.36, +2%` */
export function lossesText(losses: RetentionLosses): string {
  return `${losses.base.toFixed(2)} to ${losses.tuned.toFixed(2)}, ${costText(losses)}`;
}

/** `+2%`, with a sign; of less than a tenth of a per cent `no change`. */
export function costText(losses: RetentionLosses): string {
  const percent = 100 * retentionCost(losses);
  if (Math.abs(percent) < 0.1) return 'no change';
  const size = Math.abs(percent);
  return `${percent < 0 ? '−' : '+'}${size < 1 ? size.toFixed(1) : Math.round(size).toLocaleString('en-US')}%`;
}
