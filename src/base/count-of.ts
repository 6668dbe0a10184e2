/** `1 example`, `1,234 examples` */
export function countOf(count: number, thing: string): string {
  return `${count.toLocaleString('en-US')} ${thing}${count === 1 ? '' : 's'}`;
}

/** `0 of 1 example`, `1,234 of 2,000 examples` */
export function partOf(part: number, count: number, thing: string): string {
  return `${part.toLocaleString('en-US')} of ${countOf(count, thing)}`;
}
